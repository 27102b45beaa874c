"""Rate against explicit penalty at equal training loss: paired changes in sweep gradient-regularization."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from manytasks.statistics import Interval, mean_interval

Cell: TypeAlias = tuple[int, float]  # number of tasks; training loss to which a run has come
Way: TypeAlias = tuple[float, float]  # rate and penalty of a run

MEASURES = ("gradient_norm", "sharpness", "test_loss", "test_error", "time", "steps")
ADDITIVE = ("test_error",)  # a share, whose difference says more than its ratio


def by_run(table: pd.DataFrame) -> pd.DataFrame:
    """Average over the tasks of each run.

    Args:
        table: of the sweep gradient-regularization; one row per run, level and task.

    Returns:
        ``MEASURES``, indexed by tasks, level, rate, penalty and seed.

    Example:
        >>> rows = pd.DataFrame({"tasks": 2, "level": 0.5, "rate": 0.1, "penalty": 0.0, "seed": [0, 0]})
        >>> rows = rows.assign(**dict.fromkeys(MEASURES, 1.0)).assign(time=[2.0, 4.0])
        >>> by_run(rows)["time"].to_dict()
        {(2, 0.5, 0.1, 0.0, 0): 3.0}
    """
    return table.groupby(["tasks", "level", "rate", "penalty", "seed"])[list(MEASURES)].mean()


def cells(runs: pd.DataFrame) -> list[Cell]:
    """Return the settings that are compared.

    Args:
        runs: what ``by_run`` returned.

    Returns:
        Number of tasks and level of the loss, in order.
    """
    return sorted(set(zip(*(runs.index.get_level_values(name) for name in ("tasks", "level")), strict=True)))


def paired(runs: pd.DataFrame, cell: Cell, way: Way, measure: str, against: Way | None = None) -> np.ndarray:
    """Compare a run with another, seed by seed, where both have come to the same training loss.

    Args:
        runs: what ``by_run`` returned.
        cell: number of tasks, and the training loss.
        way: rate and penalty.
        measure: one of ``MEASURES``.
        against: rate and penalty of the other run; the smallest rate without a penalty if left out.

    Returns:
        Logarithms of the ratio, differences for ``ADDITIVE``; seeds in which one of the two never comes to
        that loss are left out.

    Example:
        >>> names = ["tasks", "level", "rate", "penalty", "seed"]
        >>> index = pd.MultiIndex.from_product([[1], [0.5], [0.1, 0.4], [0.0], [0, 1]], names=names)
        >>> columns = {"steps": [4.0, 8.0, 1.0, np.nan], "test_error": [0.2, 0.2, 0.1, 0.1]}
        >>> runs, cell, way = pd.DataFrame(columns, index), (1, 0.5), (0.4, 0.0)
        >>> paired(runs, cell, way, "steps").round(3), paired(runs, cell, way, "test_error")
        (array([-1.386]), array([-0.1, -0.1]))
    """
    base = (runs.index.get_level_values("rate").min(), 0.0) if against is None else against
    names = ("tasks", "level", "rate", "penalty")
    one, other = (runs[measure].xs((*cell, *at), level=names) for at in (way, base))
    gap = one - other if measure in ADDITIVE else np.log(one / other)
    return gap[np.isfinite(gap)].to_numpy()


def change(runs: pd.DataFrame, cell: Cell, way: Way, measure: str, level: float = 0.95) -> Interval:
    """Return the mean of a paired change against the smallest rate, with its interval over seeds.

    Args:
        runs: what ``by_run`` returned.
        cell: number of tasks, and the training loss.
        way: rate and penalty.
        measure: one of ``MEASURES``.
        level: probability with which the interval covers.

    Returns:
        Change of the logarithm, or difference.
    """
    return mean_interval(paired(runs, cell, way, measure), level)
