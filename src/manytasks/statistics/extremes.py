"""The least and the largest of several estimates, with the interval that theirs leave open."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from manytasks.statistics.intervals import Interval


def lowest(intervals: Iterable[Interval]) -> Interval:
    """Return the least of several estimates.

    Args:
        intervals: scalar, at least one. Let each end miss with probability α/k among k intervals, and the end
            of the least misses with at most α.

    Returns:
        The least estimate, the least lower and the least upper end.

    Raises:
        ValueError: if there are none, or others than scalar intervals.

    Example:
        >>> lowest([Interval(1.0, 0.0, 2.0), Interval(2.0, -1.0, 5.0)])
        Interval(value=1.0, low=-1.0, high=2.0)
    """
    return Interval(*map(min, _ends(intervals)))


def highest(intervals: Iterable[Interval]) -> Interval:
    """Return the largest of several estimates.

    Args:
        intervals: as for ``lowest``.

    Returns:
        The largest estimate, the largest lower and the largest upper end.

    Raises:
        ValueError: if there are none, or others than scalar intervals.

    Example:
        >>> highest([Interval(1.0, 0.0, 2.0), Interval(2.0, -1.0, 5.0)])
        Interval(value=2.0, low=0.0, high=5.0)
    """
    return Interval(*map(max, _ends(intervals)))


def _ends(intervals: Iterable[Interval]) -> tuple[list[float], list[float], list[float]]:
    try:
        given = list(intervals)
    except TypeError:
        given = []
    if not given or not all(isinstance(one, Interval) and np.ndim(one.value) == 0 for one in given):
        raise ValueError(f"intervals must be scalar intervals, at least one; got {type(intervals).__name__}")
    return [one.value for one in given], [one.low for one in given], [one.high for one in given]
