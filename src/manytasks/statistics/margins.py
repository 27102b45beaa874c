"""Is a mean difference too small to matter? Only what is certainly larger than a margin is rejected."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks.readers import count, matrix, real
from manytasks.statistics.intervals import probability, sample

POWER = 0.9
LARGEST_T = 1e6  # beyond it the noncentral t has no digits
MOST_UNITS = 10_000  # more than anybody trains


class MarginTest(NamedTuple):
    """A mean difference, and how large it may be."""

    mean: float
    limit: float

    @property
    def beyond(self) -> bool:
        """Whether the difference is certainly larger than the margin."""
        return abs(self.mean) > self.limit


def margin_test(differences: ArrayLike, margin: float, level: float) -> MarginTest:
    r"""Test whether a mean difference lies beyond a margin.

    The hypothesis is :math:`|\mu| \le` margin; it is rejected if :math:`|\bar x|` exceeds the margin by
    more than Student's quantile times the standard error.

    Args:
        differences: (n,) one number an independent unit, near normal, n at least 2.
        margin: what does not matter, at least 0.
        level: probability, in (0, 1), with which a true difference within the margin is rejected at most.

    Returns:
        The mean and its limit.

    Raises:
        ValueError: if there are fewer than 2 units.

    Example:
        >>> test = margin_test([0.03, -0.01, 0.02, 0.00], margin=0.05, level=0.001)
        >>> round(test.mean, 3), round(test.limit, 3), test.beyond
        (0.01, 0.143, False)
    """
    units = matrix(sample(differences, "differences"), "differences", ("n",))
    margin, level = real(margin, "margin", low=0), probability(level)
    error = float(units.std(ddof=1) / np.sqrt(len(units)))
    return MarginTest(float(units.mean()), margin + float(scipy.stats.t.isf(level, len(units) - 1)) * error)


def margin_noticed(deviation: float, units: int, margin: float, level: float) -> float:
    """Return the true difference that a margin test notices with probability 0.9.

    Args:
        deviation: standard deviation between units.
        units: their number, at least 2.
        margin: as for ``margin_test``.
        level: as for ``margin_test``.

    Returns:
        A difference beyond the margin.

    Raises:
        ValueError: if an argument is outside its range, or so few units cannot have so small a level.

    Example:
        >>> round(margin_noticed(deviation=0.02, units=14, margin=0.02, level=0.001), 3)
        0.049
    """
    deviation, margin = real(deviation, "deviation", low=0), real(margin, "margin", low=0)
    units, level = count(units, "units", least=2, most=MOST_UNITS), probability(level)
    critical = float(scipy.stats.t.isf(level, units - 1))
    if critical > LARGEST_T:
        raise ValueError(f"level must be larger for {units} units: Student's t would be {critical:.0e}")
    distance = scipy.optimize.brentq(
        lambda ncp: scipy.stats.nct.sf(critical, units - 1, ncp) - POWER, 0, 10 * critical + 10, xtol=1e-6
    )
    return float(margin + distance * deviation / np.sqrt(units))


def units_needed(deviation: float, margin: float, matters: float, level: float) -> int | None:
    """Return how many units a margin test needs to notice what matters with probability 0.9.

    Args:
        deviation: standard deviation between units.
        margin: what does not matter.
        matters: a true difference that must be noticed, larger than the margin.
        level: as for ``margin_test``.

    Returns:
        The smallest number of units; None if ten thousand are too few.

    Example:
        >>> units_needed(deviation=0.02, margin=0.02, matters=0.05, level=0.001)
        14
    """
    matters = real(matters, "matters")

    def enough(units: int) -> bool:
        return margin_noticed(deviation, units, margin, level) <= matters

    if not enough(MOST_UNITS):
        return None
    return bisect_left(range(MOST_UNITS), True, lo=2, key=enough)
