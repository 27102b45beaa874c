"""The line between pooling and parting below both thresholds, and draws across it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from manytasks import simulate
from manytasks.statistics import z_scores
from manytasks.streams import Seed
from manytasks.tasks import Tasks
from manytasks.theory.fit import spread_weight


def pooling_ratio(T: int, n: int | np.ndarray, p: int) -> float | np.ndarray:
    """Return the σ²/V beyond which pooling equiangular tasks helps, below both thresholds.

    Corollary on pooling below both thresholds; ours.

    Args:
        T: number of tasks, at least 2.
        n: samples of each, more than p + 1, or an array.
        p: number of parameters.

    Returns:
        Number, or an array with the shape of n.

    Example:
        >>> round(pooling_ratio(3, 20, 6), 2)
        3.23
    """
    N = T * n
    weight = spread_weight(N, p, "under")
    return (n - p - 1) * (N - p - 1 + p * weight) / (p * (N - n))


def across(
    tasks: Tasks, n: int, p: int, critical: float, factors: Sequence[float], trials: int, seed: Seed
) -> np.ndarray:
    """Draw the mean transfer on both sides of a critical noise variance and say how far from 0 it is.

    Args:
        tasks: the T tasks.
        n: samples of each.
        p: number of parameters.
        critical: noise variance σ² at which nobody gains or loses.
        factors: by which it is multiplied.
        trials: data sets for each, at least 50.
        seed: of the draws; the factor names the stream.

    Returns:
        (factors,) scores in standard errors, positive where pooling helps.

    Example:
        >>> across(Tasks.equiangular(2, 0.9), 12, 6, 0.4, [0.0, 10.0], trials=60, seed=1) > 0
        array([False,  True])
    """
    draws = []
    for factor in factors:
        setting = (tasks, n, p, factor * critical)
        drawn = simulate.knowledge_transfer(*setting, trials=trials, seed=(seed, str(factor)))
        draws.append(drawn.mean(axis=-1))
    return z_scores(np.stack(draws, axis=1), 0, skewed=True)
