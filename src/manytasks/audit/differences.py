"""How far tasks are apart: in what good models of them predict, and in how their features vary."""

from __future__ import annotations

import numpy as np

from manytasks.audit.samples import Samples
from manytasks.audit.unbiased import Distances, distances_of
from manytasks.theory.pooled_error import Forms, pooled_error


def distances_between(estimated: Forms, counts: np.ndarray, unit: float, shared: bool) -> Distances:
    """Estimate how far tasks are apart.

    Distances are taken at the ridge that is best for tasks alone, in the mean: where tasks oppose each other
    the best ridge of one model for all is endless, and all distances vanish.

    Args:
        estimated: forms of T tasks.
        counts: (T,) degrees of freedom of their rows.
        unit: mean variance of the targets.
        shared: whether rows are shared.

    Returns:
        Distances as shares of the variance.
    """
    tau = np.diagonal(estimated.moments)
    alone = [pooled_error(estimated.of([t]), counts[[t]], shared=shared)[:, 0] for t in range(len(counts))]
    k = int(np.mean(alone, axis=0).argmin())
    between = distances_of(estimated.first[k], estimated.second[k], tau, float(estimated.df2[k]), counts)
    return Distances(between.gram / unit, between.squared / unit, between.error / unit)


def covariance_mismatch(samples: Samples) -> np.ndarray:
    r"""Estimate how far each task's feature covariance is from the others', relative and without bias.

    :math:`\|\Sigma_i - \Sigma\|_F^2 / \|\Sigma\|_F^2`; squares are taken over pairs of different rows.

    Args:
        samples: of T tasks.

    Returns:
        (T,) array; empty if rows are shared or the matrices would be large.
    """
    p = len(samples.features)
    if samples.shared or samples.counts.sum() * p > 2**26 or p > 300 or len(samples.y) * p * p > 2**26:
        return np.empty(0)
    S, squares = [], []
    for X in samples.X:
        rows = X - X.mean(axis=0)
        gram = rows.T @ rows / (len(rows) - 1)
        own = np.square(np.square(rows).sum(axis=1)).sum()
        n = len(rows)
        S.append(gram)
        squares.append((np.square(gram).sum() * (n - 1) ** 2 - own) / (n * (n - 1)))
    weights, total = samples.counts - 1, (samples.counts - 1).sum()
    pooled = np.einsum("t,tij->ij", weights, np.array(S)) / total
    found = np.empty(len(S))
    for t, own in enumerate(S):
        rest = (total * pooled - weights[t] * own) / (total - weights[t])
        found[t] = squares[t] + np.square(rest).sum() - 2 * (own * rest).sum()
    return found / np.square(pooled).sum()
