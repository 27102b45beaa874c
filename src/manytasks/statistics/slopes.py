"""Exponents: slopes of logarithms against logarithms."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks.readers import matrix, numbers
from manytasks.statistics.intervals import Interval, axis_of, probability


def log_slope(x: ArrayLike, y: ArrayLike, axis: int = 0) -> np.ndarray:
    """Return the least-squares slope of log y against log x.

    Args:
        x: (n,) positive numbers, at least 2 of them different.
        y: positive numbers, n along ``axis``; the other axes are independent curves.
        axis: axis of ``y`` along which x runs.

    Returns:
        Array without that axis: k for y proportional to ``x**k``.

    Raises:
        ValueError: if a number is not positive, or x does not vary.

    Example:
        >>> log_slope([1.0, 2.0, 4.0], [3.0, 12.0, 48.0]).round(12)
        np.float64(2.0)
    """
    x, y = _curves(x, y, axis)
    y = np.moveaxis(y, 0, -1)
    centred = np.log(x) - np.log(x).mean()
    if not np.any(centred):
        raise ValueError(f"a slope needs at least 2 different x; got {x}")
    return np.log(y) @ centred / (centred @ centred)


def limit_slope(x: ArrayLike, y: ArrayLike, axis: int = 0) -> np.ndarray:
    """Return the slope of log y against log x in the limit of small x.

    The slope between neighbours of ``y = x**k (a + b x)`` departs from k in proportion to x. So two slopes,
    of the three smallest x, give the limit up to the second order (Richardson's extrapolation).

    Args:
        x: (n,) positive numbers with one ratio between neighbours, n at least 3.
        y: positive numbers, n along ``axis``; the other axes are independent curves.
        axis: axis of ``y`` along which x runs.

    Returns:
        Array without that axis: k.

    Raises:
        ValueError: if a number is not positive, there are fewer than 3, or their ratio is not constant.

    Example:
        >>> x = np.array([0.4, 0.2, 0.1])
        >>> limit_slope(x, x**2 * (1 - x)).round(2), log_slope(x, x**2 * (1 - x)).round(2)
        (np.float64(2.08), np.float64(1.71))
    """
    x, y = _curves(x, y, axis)
    ratios = x[1:] / x[:-1]
    if len(x) < 3 or not np.allclose(ratios, ratios[0]) or ratios[0] == 1:
        raise ValueError(
            f"an extrapolated slope needs at least 3 x with one ratio between neighbours; got {x}"
        )
    order = np.argsort(x)[:3]
    near, far = np.diff(np.log(y[order]), axis=0) / np.diff(np.log(x[order]))[(...,) + (None,) * (y.ndim - 1)]
    ratio = x[order][1] / x[order][0]
    return (ratio * near - far) / (ratio - 1)


def weighted_log_slope(x: ArrayLike, y: ArrayLike, error: ArrayLike, level: float = 0.95) -> Interval:
    """Return the slope of log abs(y) against log x, weighted by known errors, with its normal interval.

    Args:
        x: (n,) positive numbers, at least 2 of them different.
        y: (n,) numbers other than zero; small errors against them keep the logarithm near linear.
        error: (n,) standard errors of y, positive.
        level: probability, in (0, 1).

    Returns:
        Slope and ends of its interval.

    Raises:
        ValueError: if x or an error is not positive, a y is zero, or x does not vary.

    Example:
        >>> weighted_log_slope([1.0, 2.0, 4.0], [8.0, -4.0, 2.0], [0.1, 0.1, 0.1]).words(".2f")
        '−1.00 (−1.06 to −0.94)'
    """
    level = probability(level)
    x, y, error = (matrix(given, name, ("n",)) for given, name in ((x, "x"), (y, "y"), (error, "error")))
    if not len(x) == len(y) == len(error):
        raise ValueError(f"x, y and error must be as long; got {len(x)}, {len(y)} and {len(error)}")
    if not (np.all(x > 0) and np.all(error > 0) and np.all(y != 0)):
        raise ValueError("a weighted slope of logarithms needs positive x and errors, and y other than zero")
    weight = (y / error) ** 2
    centred = np.log(x) - np.average(np.log(x), weights=weight)
    square = (weight * centred**2).sum()
    if square == 0:
        raise ValueError(f"a slope needs at least 2 different x; got {x}")
    slope = float((weight * centred * np.log(np.abs(y))).sum() / square)
    half = float(scipy.stats.norm.isf((1 - level) / 2) / np.sqrt(square))
    return Interval(slope, slope - half, slope + half)


def _curves(x: ArrayLike, y: ArrayLike, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Read curves over one x, all of them positive.

    Returns:
        (n,) array x, and y with x along its first axis.

    Raises:
        ValueError: if a number is not positive and finite, or the lengths differ.
    """
    x, y = matrix(x, "x", ("n",)), numbers(y, "y")
    y = np.moveaxis(y, axis_of(y, axis, "y"), 0)
    if len(x) != len(y):
        raise ValueError(f"x and y must be as long along the axis; got {len(x)} and {len(y)}")
    if not (np.all(x > 0) and np.all(y > 0) and np.all(np.isfinite(y))):
        raise ValueError("a slope of logarithms needs positive numbers")
    return x, y
