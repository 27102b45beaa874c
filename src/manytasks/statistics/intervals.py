"""Numbers with the interval that a sample leaves open: means, geometric means, shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks import readers

LARGEST = 1e150


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its interval, each a number or an array of one shape."""

    value: Any
    low: Any
    high: Any

    @classmethod
    def around(cls, value: Any, half: Any) -> Interval:
        """Return the interval from ``value - half`` to ``value + half``.

        Args:
            value: number or array.
            half: half of its width, not negative, of a shape that broadcasts with it.

        Example:
            >>> Interval.around(2.0, 0.5)
            Interval(value=2.0, low=1.5, high=2.5)
        """
        return cls(value, value - half, value + half)

    def map(self, function: Any) -> Interval:
        """Apply an increasing function to the estimate and both ends.

        Args:
            function: increasing, such as ``numpy.exp`` or a change of unit.

        Returns:
            The interval of the transformed quantity.
        """
        return Interval(function(self.value), function(self.low), function(self.high))

    def absolute(self) -> Interval:
        """Return the interval of the size: an interval that holds zero begins there.

        Returns:
            Numbers of at least 0.

        Example:
            >>> Interval(-1.0, -1.5, -0.5).absolute(), Interval(0.5, -1.0, 2.0).absolute().low
            (Interval(value=1.0, low=0.5, high=1.5), 0.0)
        """
        nearest = np.maximum(np.maximum(self.low, -np.asarray(self.high)), 0.0)
        farthest = np.maximum(self.high, -np.asarray(self.low))
        ends = (np.abs(self.value), nearest, farthest)
        return Interval(*(end if np.ndim(end) else float(end) for end in ends))

    def __getitem__(self, key: Any) -> Interval:
        return Interval(self.value[key], self.low[key], self.high[key])

    def words(self, form: str = ".2g") -> str:
        """Write it as a person would.

        Args:
            form: format of each of the three numbers, such as ".2f" or "+.1%".

        Returns:
            "1.20 (0.95 to 1.45)", with true minus signs.

        Example:
            >>> Interval(0.5, -0.25, 1.25).words(".2f")
            '0.50 (−0.25 to 1.25)'
        """
        text = f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"
        return text.replace("-", "−")


def mean_interval(draws: ArrayLike, level: float = 0.95) -> Interval:
    r"""Return the mean of draws with its interval of Student's t, :math:`\bar x \pm t\,s/\sqrt n`.

    It covers the expectation of normal draws with probability ``level`` for every n. The normal quantile in
    the place of Student's would cover it in 70 % of the cases for n = 2, in 88 % for 5, in 93.5 % for 20.

    Args:
        draws: (n, ...), n at least 2, for one draw has no spread. What shares a seed is one draw.
        level: probability, in (0, 1).

    Returns:
        Mean and ends, each with the shape of a draw; a constant shifts them, a factor scales them.

    Raises:
        ValueError: if there are fewer than 2 draws, or the level is no probability.

    Example:
        >>> mean_interval([1.0, 2.0, 3.0]).words(".2f")
        '2.00 (−0.48 to 4.48)'
    """
    draws, level = sample(draws), probability(level)
    mean = draws.mean(axis=0)
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    half = scipy.stats.t.isf((1 - level) / 2, len(draws) - 1) * error
    return Interval(mean, mean - half, mean + half)


def difference_interval(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Interval:
    """Return the mean of one sample minus that of another, with the interval of Welch's t.

    The samples are independent of one another; their spreads may differ, and so may their sizes.

    Args:
        first: (n, ...) draws, n at least 2.
        second: (m, ...) draws, m at least 2, of the same shape otherwise.
        level: probability, in (0, 1).

    Returns:
        Difference of the means and ends; exchanging the samples turns all signs.

    Raises:
        ValueError: if one has fewer than 2 draws, their shapes differ, or the level is no probability.

    Example:
        >>> difference_interval([1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]).words(".2f")
        '0.50 (−1.73 to 2.73)'
    """
    one, other = sample(first, "first"), sample(second, "second")
    if one.shape[1:] != other.shape[1:]:
        raise ValueError(
            f"draws of first and second must have one shape; got {one.shape[1:]} and {other.shape[1:]}"
        )
    parts = np.array([each.var(axis=0, ddof=1) / len(each) for each in (one, other)])
    square = parts.sum(axis=0)
    weights = np.divide(
        parts, square, out=np.full(parts.shape, 0.5), where=square > 0
    )  # no spread, any freedom
    freedom = 1 / (weights[0] ** 2 / (len(one) - 1) + weights[1] ** 2 / (len(other) - 1))
    half = scipy.stats.t.isf((1 - probability(level)) / 2, freedom) * np.sqrt(square)
    return Interval.around(one.mean(axis=0) - other.mean(axis=0), half)


def geometric_interval(draws: ArrayLike, level: float = 0.95) -> Interval:
    """Return the geometric mean of positive draws with the interval of Student's t for their logarithms.

    Args:
        draws: (n, ...) positive numbers, n at least 2.
        level: probability, in (0, 1).

    Returns:
        Geometric mean and ends, each with the shape of a draw; a factor scales them.

    Raises:
        ValueError: if a draw is not positive, there are fewer than 2, or the level is no probability.

    Example:
        >>> geometric_interval([1.0, 10.0, 100.0]).words(".3g")
        '10 (0.0328 to 3.05e+03)'
    """
    draws = sample(draws)
    if not np.all(draws > 0):
        raise ValueError(f"a geometric mean needs positive draws; the smallest is {draws.min():.3g}")
    return mean_interval(np.log(draws), level).map(np.exp)


def median_interval(draws: ArrayLike, level: float = 0.95) -> Interval:
    """Return the median of draws with its exact interval between order statistics, whatever their law.

    For draws of which a few may run away: a mean then says how far they ran. It covers the median with at
    least probability ``level``. Few draws cannot say so much: fewer than ``1 - log2(1 - level)`` leave the
    ends infinite.

    Args:
        draws: (n,) numbers, n at least 2.
        level: probability, in (0, 1).

    Returns:
        Median and ends; an increasing function of the draws takes the ends with it. All are nan if a draw is.

    Raises:
        ValueError: if there are fewer than 2 draws or more than one axis, or the level is no probability.

    Example:
        >>> median_interval([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7e6]).words(".0f")
        '4 (1 to 7000000)'
    """
    draws, level = sample(draws), probability(level)
    if draws.ndim != 1:
        raise ValueError(f"draws must be one row of numbers; got shape {draws.shape}")
    if np.isnan(draws).any():
        return Interval(np.nan, np.nan, np.nan)
    ends = scipy.stats.quantile_test(draws).confidence_interval(level)  # nan where there are too few draws
    low, high = (end if np.isfinite(end) else far for end, far in zip(ends, (-np.inf, np.inf), strict=True))
    return Interval(float(np.median(draws)), float(low), float(high))


def share_interval(successes: int, count: int, level: float = 0.95) -> Interval:
    """Return the share of successes with its exact interval (Clopper and Pearson).

    Args:
        successes: number of successes, 0 to ``count``.
        count: number of independent trials, at least 1.
        level: probability with which the interval covers at least, in (0, 1).

    Returns:
        Share and ends in [0, 1].

    Raises:
        ValueError: if the counts do not go together, or the level is no probability.

    Example:
        >>> share_interval(20, 20).words(".3f")
        '1.000 (0.832 to 1.000)'
    """
    trials = readers.count(count, "count", least=1, most=2**53)
    found = readers.count(successes, "successes", most=trials)
    ends = scipy.stats.binomtest(found, trials).proportion_ci(probability(level), method="exact")
    return Interval(found / trials, float(ends.low), float(ends.high))


def sample(draws: ArrayLike, name: str = "draws", row: str = "draw") -> np.ndarray:
    """Read independent draws.

    Args:
        draws: (n, ...) numbers, one row a draw, n at least 2.
        name: how the error message calls them.
        row: how it calls one of them.

    Returns:
        The same as an array of floats.

    Raises:
        ValueError: if they are no numbers, fewer than 2 rows, or so large that their squares are no floats.
    """
    read = readers.numbers(draws, name)
    if read.ndim == 0 or len(read) < 2:
        raise ValueError(f"{name} must have at least 2 rows, one a {row}; got shape {read.shape}")
    if np.any(np.isfinite(read) & (np.abs(read) > LARGEST)):
        raise ValueError(f"{name} must be at most {LARGEST:g} in size, so that their squares are floats")
    return read


def probability(level: float, name: str = "level") -> float:
    """Read a probability.

    Args:
        level: a number between 0 and 1, both excluded.
        name: how the error message calls it.

    Returns:
        The same as a float.

    Raises:
        ValueError: if it is anything else.
    """
    read = readers.real(level, name)
    if not 0 < read < 1:
        raise ValueError(f"{name} must be a probability between 0 and 1; got {readers.short(level)}")
    return float(read)


def axis_of(values: np.ndarray, axis: int, name: str) -> int:
    """Read which axis of an array is meant.

    Args:
        values: the array.
        axis: its number, from 0, or from -1 backwards.
        name: how the error message calls the array.

    Returns:
        The number, from 0.

    Raises:
        ValueError: if the array has no such axis.
    """
    read = readers.real(axis, "axis")
    if read != int(read) or not -values.ndim <= read < values.ndim:
        raise ValueError(f"axis must be one of the {values.ndim} axes of {name}; got {readers.short(axis)}")
    return int(read) % values.ndim
