"""Which measure ranks pairs of tasks as forgetting does, and is it ahead of another? Resampled over pairs."""

from __future__ import annotations

import numpy as np

from manytasks.statistics import Interval, rank_correlation


def ranked(measure: np.ndarray, target: np.ndarray, picks: np.ndarray, tail: float = 0.025) -> Interval:
    """Return Spearman's rank correlation with its bootstrap interval.

    Args:
        measure: (pairs,) numbers.
        target: (pairs,) what they are to rank.
        picks: (resamples, pairs) numbers of pairs, drawn with replacement.
        tail: probability beyond each end, in (0, 0.5).

    Returns:
        The correlation and percentiles of those of the resamples.

    Example:
        >>> values, picks = np.arange(4.0), np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
        >>> ranked(values, values**2, picks).words(".1f")
        '1.0 (1.0 to 1.0)'
    """
    drawn = rank_correlation(measure[picks], target[picks])
    return Interval(float(rank_correlation(measure, target)), *np.quantile(drawn, [tail, 1 - tail]))


def lead(
    measure: np.ndarray, rival: np.ndarray, target: np.ndarray, picks: np.ndarray, tail: float
) -> Interval:
    """Return by how much one measure ranks better than another.

    Args:
        measure: (pairs,) numbers.
        rival: (pairs,) others.
        target: (pairs,) what both are to rank.
        picks: (resamples, pairs) numbers of pairs; both measures are read on the same ones.
        tail: probability beyond each end, in (0, 0.5).

    Returns:
        Difference of the correlations, in [-2, 2], and percentiles of those of the resamples.

    Example:
        >>> values, picks = np.arange(4.0), np.array([[0, 1, 2, 3]])
        >>> lead(values, -values, values, picks, 0.025).words(".1f")
        '2.0 (2.0 to 2.0)'
    """
    drawn, value = (
        rank_correlation(measure[rows], target[rows]) - rank_correlation(rival[rows], target[rows])
        for rows in (picks, np.arange(len(target)))
    )
    return Interval(float(value), *np.quantile(drawn, [tail, 1 - tail]))
