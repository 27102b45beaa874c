"""Does a curve have a hump, and how sure is it?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import numbers
from manytasks.statistics.scores import z_scores


class Peak(NamedTuple):
    """The most prominent inner maximum of a mean curve."""

    place: int  # column of the maximum
    left: int  # column of the valley before it
    right: int  # column of the valley after it
    height: float  # above the higher of the two valleys; negative where the curve has no inner maximum
    score: float  # the smaller t of the two drops, paired by unit


def peak(units: ArrayLike) -> Peak:
    """Find the most prominent inner maximum of the mean of several curves.

    The place is chosen on the same curves: compare the score with ``critical_t`` for as many comparisons as
    there are inner places, at half the error rate per side (the drops are one-sided).

    Args:
        units: (n, k) one row an independent unit, one column a place, n at least 2, k at least 3.

    Returns:
        Place, valleys, height and score.

    Raises:
        ValueError: if there are fewer units or places.

    Example:
        >>> peak([[3.0, 1.0, 4.0, 2.0], [3.2, 1.1, 4.5, 2.1]])[:4]
        (2, 1, 3, 2.2)
    """
    units = numbers(units, "units")
    if units.ndim != 2 or units.shape[0] < 2 or units.shape[1] < 3:
        raise ValueError(f"a peak needs at least 2 units (rows) and 3 places (columns); got {units.shape}")
    mean = units.mean(axis=0)
    lowest_left = np.minimum.accumulate(mean)[:-2]
    lowest_right = np.minimum.accumulate(mean[::-1])[::-1][2:]
    heights = mean[1:-1] - np.maximum(lowest_left, lowest_right)
    place = 1 + int(np.argmax(heights))
    left = int(np.argmin(mean[:place]))
    right = place + 1 + int(np.argmin(mean[place + 1 :]))
    scores = z_scores(units[:, [place]] - units[:, [left, right]], 0.0)
    return Peak(place, left, right, round(float(heights[place - 1]), 12), float(scores.min()))
