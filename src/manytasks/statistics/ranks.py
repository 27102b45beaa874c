"""Do two quantities order the same things alike?"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks.readers import numbers
from manytasks.statistics.intervals import axis_of


def rank_correlation(x: ArrayLike, y: ArrayLike, axis: int = -1) -> np.ndarray:
    """Return Spearman's rank correlation along an axis; ties get their mean rank.

    Args:
        x: numbers.
        y: numbers that broadcast with x; the other axes are independent cases.
        axis: along which to rank, of length 2 or more.

    Returns:
        Array without that axis, in [-1, 1]; nan where one of the two is constant.

    Raises:
        ValueError: if there are fewer than 2 numbers along the axis.

    Example:
        >>> rank_correlation([[1, 2, 3], [1, 2, 3]], [[1, 4, 9], [3, 2, 1]])
        array([ 1., -1.])
    """
    x, y = numbers(x, "x"), numbers(y, "y")
    try:
        x, y = np.broadcast_arrays(x, y)
    except ValueError:
        raise ValueError(f"x and y must broadcast; got shapes {x.shape} and {y.shape}") from None
    axis = axis_of(x, axis, "x and y")
    if x.shape[axis] < 2:
        raise ValueError(f"a rank correlation needs at least 2 numbers along the axis; got shape {x.shape}")
    a, b = (scipy.stats.rankdata(values, axis=axis) for values in (x, y))
    a, b = (ranks - ranks.mean(axis=axis, keepdims=True) for ranks in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (a * b).sum(axis=axis) / np.sqrt((a**2).sum(axis=axis) * (b**2).sum(axis=axis))
