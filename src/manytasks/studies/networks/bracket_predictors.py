"""Which measure, where task 1 has been learned, ranks what task 2 will undo: over pairs, or over widths."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from manytasks.statistics import Interval, bootstrap_interval, mean_interval, rank_correlation
from manytasks.streams import Seed

# What is predicted: the run of the table, and its column.
TARGETS = {
    "one step, training": ("one step", "forgotten_train_loss"),
    "long run, training": ("long", "forgotten_train_loss"),
    "long run, test": ("long", "forgotten_test_loss"),
}


def cubes(rows: pd.DataFrame, known: str, lost: str) -> np.ndarray:
    """Arrange two measures by seed, width and dial.

    Args:
        rows: of one loss, scenario and run; one row per ``seed``, ``width`` and ``fraction``.
        known: column that predicts.
        lost: column that is predicted.

    Returns:
        (seeds, widths, dial, 2) array.

    Raises:
        ValueError: if a network is missing, or stands twice.

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0], "width": [8, 4], "fraction": 0.5, "a": [1.0, 2.0], "b": 3.0})
        >>> cubes(rows, "a", "b").tolist()
        [[[[2.0, 3.0]], [[1.0, 3.0]]]]
    """
    names = ["seed", "width", "fraction"]
    sizes = [rows[name].nunique() for name in names]
    if len(rows) != np.prod(sizes) or rows.duplicated(names).any():
        raise ValueError(f"{known}: every seed needs every width and fraction once; got {len(rows)} rows")
    return rows.sort_values(names)[[known, lost]].to_numpy().reshape(*sizes, 2)


def order_of_pairs(units: np.ndarray) -> np.ndarray:
    """Return how well a measure ranks all pairs of tasks of all seeds at one width.

    Args:
        units: (..., seeds, widths, dial, 2) what ``cubes`` returned, or draws of its seeds.

    Returns:
        (...) mean of rank correlations over widths.

    Example:
        >>> known, lost = np.array([[[1, 2]], [[3, 4]]]), np.array([[[1, 2]], [[4, 3]]])
        >>> order_of_pairs(np.stack([known, lost], axis=-1)).round(2)
        np.float64(0.8)
    """
    wide = np.moveaxis(units.swapaxes(-4, -3), -1, 0)  # (2, ..., widths, seeds, dial)
    return np.asarray(rank_correlation(*wide.reshape(*wide.shape[:-2], -1)).mean(axis=-1))


def order_of_widths(units: np.ndarray) -> np.ndarray:
    """Return how well a measure ranks the widths, for one pair of tasks.

    Args:
        units: (seeds, widths, dial, 2) what ``cubes`` returned.

    Returns:
        (seeds,) mean of rank correlations over the dial.

    Example:
        >>> known, lost = np.array([[[1], [2], [3]]]), np.array([[[3], [2], [1]]])
        >>> order_of_widths(np.stack([known, lost], axis=-1))
        array([-1.])
    """
    return np.asarray(rank_correlation(units[..., 0], units[..., 1], axis=1).mean(axis=1))


def rank_measures(
    table: pd.DataFrame, measures: Sequence[str], start: int, *, seed: Seed, resamples: int
) -> pd.DataFrame:
    """Ask of every measure how well it ranks what will be forgotten.

    Args:
        table: of a sweep bracket-forgetting.
        measures: columns that may predict, signed so that more of them should mean more forgetting.
        start: width from which on the widths are ranked.
        seed: of the bootstrap over seeds; all measures see the same draws.
        resamples: number of its draws, at least 5; where pairs are ranked, a fifth of it.

    Returns:
        Rank correlations with their 95 % percentile bootstrap intervals: one row for each kind ("tasks" or
        "widths"), key of ``TARGETS``, loss and scenario, one column for each measure.

    Example:
        >>> rows = pd.DataFrame([(s, w, f) for s in (0, 1, 2) for w in (8, 16) for f in (0.0, 1.0)])
        >>> rows = rows.set_axis(["seed", "width", "fraction"], axis=1).assign(loss="mse", scenario="task")
        >>> lost = rows["fraction"] + rows["seed"] - rows["width"]
        >>> rows = rows.assign(forgotten_train_loss=lost, forgotten_test_loss=lost, gap=rows["fraction"])
        >>> table = pd.concat([rows.assign(run="one step"), rows.assign(run="long")])
        >>> found = rank_measures(table, ["gap"], 8, seed=1, resamples=50)
        >>> found.loc[("tasks", "long run, test", "mse", "task"), "gap"].words(".2f")
        '0.50 (0.50 to 0.74)'
    """
    found: dict[str, dict[tuple[str, ...], Interval]] = {measure: {} for measure in measures}
    interval = partial(bootstrap_interval, seed=seed, method="percentile", batched=True)
    for (loss, scenario, run), rows in table.groupby(["loss", "scenario", "run"], sort=False):
        from_start = np.sort(rows["width"].unique()) >= start
        for target, (its_run, lost) in TARGETS.items():
            for measure in measures if run == its_run else ():
                units, key = cubes(rows, measure, lost), (target, loss, scenario)
                found[measure]["tasks", *key] = interval(units, order_of_pairs, resamples=resamples // 5)
                by_seed = order_of_widths(units[:, from_start])
                found[measure]["widths", *key] = interval(
                    by_seed, partial(np.mean, axis=-1), resamples=resamples
                )
    return pd.DataFrame(found)


def jackknife_order(rows: pd.DataFrame, known: str, lost: str, level: float) -> Interval:
    """Return how well a measure ranks pairs of tasks, with the interval of the jackknife over seeds.

    Args:
        rows: of one loss, scenario and run; one row per ``seed``, ``width`` and ``fraction``; at least
            3 seeds.
        known: column that predicts.
        lost: column that is predicted.
        level: probability with which the interval covers.

    Returns:
        Mean rank correlation over widths, without the bias that few seeds have, and its interval of
        Student's t over pseudovalues; they need not stay in [-1, 1].

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0, 1, 1, 2, 2], "width": 8, "fraction": [0.0, 1.0] * 3})
        >>> rows = rows.assign(gap=[1, 2, 3, 4, 5, 6], price=[1, 2, 3, 4, 6, 5])
        >>> jackknife_order(rows, "gap", "price", 0.95).words(".2f")
        '1.10 (0.52 to 1.67)'
    """
    units = cubes(rows, known, lost)
    seeds = np.arange(len(units))
    left_out = np.array([order_of_pairs(units[seeds != s]) for s in seeds])
    return mean_interval(len(seeds) * order_of_pairs(units) - (len(seeds) - 1) * left_out, level)
