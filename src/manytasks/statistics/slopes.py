"""Exponents: slopes of logarithms against logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from manytasks.statistics.intervals import Interval


def log_slope(x: ArrayLike, y: ArrayLike, axis: int = 0) -> np.ndarray:
    """Return the least-squares slope of log y against log x.

    Args:
        x: (n,) positive numbers, at least 2 of them different.
        y: positive numbers, n along ``axis``; the other axes are independent curves.
        axis: axis of ``y`` along which x runs.

    Returns:
        Array without that axis: k for y proportional to x**k.

    Raises:
        ValueError: if a number is not positive, or x does not vary.

    Example:
        >>> log_slope([1.0, 2.0, 4.0], [3.0, 12.0, 48.0]).round(12)
        np.float64(2.0)
    """
    x, y = np.asarray(x, dtype=float), np.moveaxis(np.asarray(y, dtype=float), axis, -1)
    if not (np.all(x > 0) and np.all(y > 0)):
        raise ValueError("a slope of logarithms needs positive numbers")
    centred = np.log(x) - np.log(x).mean()
    if not np.any(centred):
        raise ValueError(f"a slope needs at least 2 different x; got {x}")
    return np.log(y) @ centred / (centred @ centred)


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
    x, y, error = (np.asarray(values, dtype=float) for values in (x, y, error))
    if not (np.all(x > 0) and np.all(error > 0) and np.all(y != 0)):
        raise ValueError("a weighted slope of logarithms needs positive x and errors, and y other than zero")
    weight = (y / error) ** 2
    centred = np.log(x) - np.average(np.log(x), weights=weight)
    square = (weight * centred**2).sum()
    if square == 0:
        raise ValueError(f"a slope needs at least 2 different x; got {x}")
    slope = float((weight * centred * np.log(np.abs(y))).sum() / square)
    half = float(norm.isf((1 - level) / 2) / np.sqrt(square))
    return Interval(slope, slope - half, slope + half)
