"""What two tasks gain from a model of their own: predicted for every pair, measured for those that matter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from manytasks.audit.partitions import Sums
from manytasks.theory.pooled_error import Forms

SHOWN = 5  # pairs that gain most, and as many that gain least


class Pair(NamedTuple):
    """Two tasks, and what a model of their own gains them.

    Attributes:
        first: number of a task.
        second: number of the other.
        gain: error of both alone less error of one model for both, mean of the two; measured on held-out
            rows, or predicted if the table is read once.
        error: its standard error.
    """

    first: int
    second: int
    gain: float
    error: float


def pair_gains(estimated: Forms, counts: np.ndarray, shared: bool) -> np.ndarray:
    """Predict what two tasks gain from sharing a model, mean of both, each choice at its best ridge.

    Estimated errors may be negative where rows are few; they count as 0, which no error is below.

    Args:
        estimated: forms of T tasks.
        counts: (T,) degrees of freedom of their rows.
        shared: whether rows are shared.

    Returns:
        (T, T) symmetric array, 0 on the diagonal.
    """
    T = len(counts)
    sums = Sums(estimated, counts, shared=shared)
    alone = np.maximum(sums.alone(), 0.0)
    everyone = np.arange(T)
    gains = np.zeros((T, T))
    for t in range(T):
        gains[t] = (alone[t] + alone - np.maximum(sums.merged(t, everyone), 0.0)) / 2
    np.fill_diagonal(gains, 0.0)
    return gains


def ends(gains: np.ndarray, most: int = SHOWN) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Choose the pairs of which most is predicted, and those of which least is.

    Args:
        gains: (T, T) predictions.
        most: how many of each.

    Returns:
        Two lists of pairs of numbers; if there are no more than twice as many, all of them and none.

    Example:
        >>> gains = np.array([[0.0, 3.0, 1.0], [3.0, 0.0, 2.0], [1.0, 2.0, 0.0]])
        >>> ends(gains, most=1)
        ([(0, 1)], [(0, 2)])
        >>> ends(gains)
        ([(0, 1), (1, 2), (0, 2)], [])
    """
    i, j = np.triu_indices(len(gains), 1)
    order = np.argsort(-gains[i, j], kind="stable")
    pairs = [
        (int(i[k]), int(j[k]))
        for k in (order if len(order) <= 2 * most else np.r_[order[:most], order[-most:]])
    ]
    return (pairs, []) if len(order) <= 2 * most else (pairs[:most], pairs[most:])


def ranked(
    best: list[tuple[int, int]], worst: list[tuple[int, int]], found: list[tuple[float, float]]
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Put what was found of the chosen pairs in order.

    Args:
        best: pairs of which most is predicted.
        worst: pairs of which least is predicted.
        found: gain and standard error of all of them.

    Returns:
        The best with the largest gain first, the worst with the smallest first.
    """
    pairs = [Pair(*pair, *gain) for pair, gain in zip([*best, *worst], found, strict=True)]
    first, last = pairs[: len(best)], pairs[len(best) :]
    return tuple(sorted(first, key=lambda pair: -pair.gain)), tuple(sorted(last, key=lambda pair: pair.gain))
