"""By which factor measures of two tasks fall with width, and how much of one fall another carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from manytasks.statistics import (
    Interval,
    bootstrap_interval,
    geometric_interval,
    mean_interval,
    rank_correlation,
)
from manytasks.streams import Seed
from manytasks.studies.networks.two_tasks import log_fall


def log_falls(rows: pd.DataFrame, columns: Sequence[str], start: int, end: int) -> dict[str, Interval]:
    """Return the logarithm of the factor by which measures fall from one width to another.

    Args:
        rows: of one loss and scenario; one row per seed, width and ``fraction``.
        columns: what is measured.
        start: the narrower width.
        end: the wider one.

    Returns:
        By column the mean over seeds with its 95 % interval of Student's t.

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0, 1, 1], "width": [8, 16] * 2, "fraction": 0.5})
        >>> falls = log_falls(rows.assign(price=[4.0, 1.0] * 2), ["price"], 8, 16)
        >>> falls["price"].map(np.exp).words(".2f")
        '4.00 (4.00 to 4.00)'
    """
    return {column: mean_interval(log_fall(rows, column, start, end)) for column in columns}


def carried(rows: pd.DataFrame, start: int, end: int, *, seed: Seed, resamples: int) -> Interval:
    """Return which share of the fall of the price the relative bracket carries, on a logarithmic scale.

    Whatever falls with width carries some of it: a share near 1 does not tell the bracket from the width.

    Args:
        rows: of one loss and scenario, with the price; one row per seed, width and ``fraction``.
        start: the narrower width.
        end: the wider one.
        seed: of the bootstrap.
        resamples: number of its draws.

    Returns:
        Ratio of the mean logarithms over seeds, with its 95 % bootstrap interval (BCa).

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0, 1, 1], "width": [8, 16] * 2, "fraction": 0.5})
        >>> rows = rows.assign(relative_curvature=[2.0, 1.0] * 2, price=[4.0, 1.0] * 2)
        >>> carried(rows, 8, 16, seed=1, resamples=20).words(".2f")
        '0.50 (0.50 to 0.50)'
    """

    def ratio(units: np.ndarray) -> np.ndarray:
        means = units.mean(axis=-2)
        return np.asarray(means[..., 0] / means[..., 1])

    paid = [log_fall(rows, column, start, end) for column in ("relative_curvature", "price")]
    return bootstrap_interval(np.stack(paid, axis=-1), ratio, seed=seed, resamples=resamples, batched=True)


def order_of_seeds(rows: pd.DataFrame) -> float:
    """Return how well the relative bracket orders the prices of networks that differ by their seed only.

    Args:
        rows: with ``relative_curvature`` and ``price``; one row per loss, width, ``fraction`` and seed.

    Returns:
        Mean rank correlation over losses, widths and fractions, in [-1, 1]; width explains none of it.

    Example:
        >>> rows = pd.DataFrame({"loss": "mse", "width": [8, 8, 8], "fraction": 0.5, "seed": [0, 1, 2]})
        >>> order_of_seeds(rows.assign(relative_curvature=[1, 2, 3], price=[1, 3, 2]))
        0.5
    """
    groups = rows.groupby(["loss", "width", "fraction"])
    return float(np.mean([rank_correlation(part["relative_curvature"], part["price"]) for _, part in groups]))


class Falls(NamedTuple):
    """What becomes of forgetting between two widths, by loss and scenario."""

    carried: dict[tuple[str, str], Interval]
    """Share of its fall that the relative bracket carries, on a logarithmic scale; see ``carried``."""
    price: dict[tuple[str, str], Interval]
    """Factor by which the price falls, geometric mean over seeds."""


def by_group(rows: pd.DataFrame, start: int, end: int, *, seed: tuple[Any, ...], resamples: int) -> Falls:
    """Compare two widths for every loss and kind of head.

    Args:
        rows: long runs with the price; one row per loss, scenario, seed, width and ``fraction``.
        start: the narrower width.
        end: the wider one.
        seed: of the bootstrap; each group draws from a stream of its own.
        resamples: number of its draws.

    Returns:
        Shares and factors with their 95 % intervals, for (loss, scenario).

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0, 1, 1], "width": [8, 16] * 2, "fraction": 0.5})
        >>> rows = rows.assign(relative_curvature=[2.0, 1.0] * 2, price=[4.0, 1.0] * 2)
        >>> found = by_group(rows.assign(loss="mse", scenario="task"), 8, 16, seed=(1, "doc"), resamples=20)
        >>> found.price["mse", "task"].words(".1f")
        '4.0 (4.0 to 4.0)'
    """
    shares, prices = {}, {}
    for key, part in rows.groupby(["loss", "scenario"]):
        shares[key] = carried(part, start, end, seed=(*seed, *key), resamples=resamples)
        prices[key] = geometric_interval(np.exp(log_fall(part, "price", start, end)))
    return Falls(shares, prices)
