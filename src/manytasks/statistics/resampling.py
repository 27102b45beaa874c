"""Intervals of statistics that have no formula: the bootstrap, with independent units."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks.readers import choice, count
from manytasks.statistics.intervals import Interval, probability, sample
from manytasks.streams import Seed, stream

MOST_RESAMPLES = 10**7  # minutes; an end at a level of one in a million has ten draws beyond it


def bootstrap_interval(
    units: ArrayLike,
    statistic: Callable[[np.ndarray], Any],
    *,
    seed: Seed,
    resamples: int = 2000,
    level: float = 0.95,
    method: Literal["BCa", "percentile", "basic"] = "BCa",
    batched: bool = False,
) -> Interval:
    """Return a statistic of independent units with its bootstrap interval.

    Where Student's t or an exact test fits, use that: with five to ten units the bootstrap covers too seldom
    (84 to 92 % instead of 95 %).

    Args:
        units: (n, ...) one row a unit, n at least 2. Rows that belong together, such as the tasks of one
            seed, are one unit.
        statistic: takes an array like ``units``, with rows drawn again, and returns one number.
        seed: whole number >= 0, or a tuple of one and names, of the draws.
        resamples: number of draws; an end at level 0.95 needs hundreds, one at 0.999 tens of thousands.
        level: probability, in (0, 1).
        method: "BCa" corrects bias and skewness (Efron); "percentile" and "basic" do not.
        batched: whether the statistic takes (..., n, ...) arrays, many draws of the units at once, and
            returns (...) numbers; the draws are the same, and much faster.

    Returns:
        Statistic of the units and ends of its interval. A statistic that no draw changes has both ends there.

    Raises:
        ValueError: if there are fewer than 2 units, or the level is no probability.

    Example:
        >>> bootstrap_interval([1.0, 2.0, 4.0, 8.0, 9.0], np.median, seed=1).words(".1f")
        '4.0 (1.0 to 9.0)'
    """
    units, level = sample(units, "units", "unit"), probability(level)
    resamples = count(resamples, "resamples", least=1, most=MOST_RESAMPLES)
    choice(method, "method", ("BCa", "percentile", "basic"))

    def drawn_again(rows: np.ndarray, axis: int = -1) -> Any:
        found = statistic(units[rows])
        return np.asarray(found, dtype=float) if batched else float(found)

    rows = np.arange(len(units))
    options = {"n_resamples": resamples, "confidence_level": level, "vectorized": batched}
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)  # answered below
        drawn = scipy.stats.bootstrap(
            (rows,), drawn_again, method=method, rng=stream(seed, "bootstrap"), **options
        )
    low, high = drawn.confidence_interval
    if np.isnan(low) or np.isnan(high):  # BCa has no correction where leaving out a unit changes nothing
        low, high = np.quantile(drawn.bootstrap_distribution, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(drawn_again(rows)), float(low), float(high))
