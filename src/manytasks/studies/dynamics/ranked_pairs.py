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
    drawn = resampled_correlations(measure, target, _times_drawn(picks))
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
    counts = _times_drawn(picks)
    drawn = resampled_correlations(measure, target, counts) - resampled_correlations(rival, target, counts)
    value = rank_correlation(measure, target) - rank_correlation(rival, target)
    return Interval(float(value), *np.quantile(drawn, [tail, 1 - tail]))


def resampled_correlations(measure: np.ndarray, target: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return Spearman's rank correlation of many resamples, without sorting each of them.

    In a resample a pair that was drawn c times stands on c neighbouring ranks, after all pairs below it; so
    one order of all pairs and sums of the counts along it give every mean rank.

    Args:
        measure: (pairs,) numbers.
        target: (pairs,) what they are to rank.
        counts: (resamples, pairs) how often each pair was drawn.

    Returns:
        (resamples,) correlations, nan where a resample holds one value only.

    Example:
        >>> x, y = np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])
        >>> resampled_correlations(x, y, np.array([[1, 1, 1]]))
        array([0.5])
    """
    size = counts[0].sum()
    a, b = (_mean_ranks(values, counts) - (size + 1) / 2 for values in (measure, target))
    weighted = counts * a
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = (weighted * a).sum(axis=1) * (counts * b * b).sum(axis=1)
        return np.asarray((weighted * b).sum(axis=1) / np.sqrt(variances))


def _mean_ranks(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    distinct, place = np.unique(values, return_inverse=True)
    of_value = np.zeros((len(counts), len(distinct)))
    for pair, where in enumerate(place):
        of_value[:, where] += counts[:, pair]
    return (of_value.cumsum(axis=1) - (of_value - 1) / 2)[:, place]


def _times_drawn(picks: np.ndarray) -> np.ndarray:
    resamples, pairs = picks.shape
    where = picks + pairs * np.arange(resamples)[:, None]
    return np.bincount(where.ravel(), minlength=resamples * pairs).reshape(resamples, pairs)
