"""Fits in which every task counts with a weight of its own, from second moments that are held."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve

from manytasks.audit.samples import Samples
from manytasks.theory.pooled_error import Forms

SUMS_HELD = 2**24  # numbers in the second moments of all tasks up to which they are held


def weights_of(
    estimated: Forms, shares: np.ndarray, k: int, n: np.ndarray, shared: bool
) -> tuple[np.ndarray, float]:
    r"""Read weights and ridge off shares: :math:`\omega_j = \pi_j / (n_j - \pi_j\,\mathrm{df}_1)`, λ = κ.

    Args:
        estimated: forms.
        shares: (K, T) shares.
        k: number of the ridge.
        n: (T,) degrees of freedom.
        shared: whether rows are shared; weights are then the shares.

    Returns:
        (T,) weights, and λ.
    """
    if shared:
        return shares[k], float(estimated.kappa[k] * (n[0] - estimated.df1[k]))
    return shares[k] / (n - shares[k] * estimated.df1[k]), float(estimated.kappa[k])


class Sums:
    """Second moments of every task, from which any weighted fit is made.

    Args:
        samples: rows to fit; each task is centred by its own means.
    """

    def __init__(self, samples: Samples):
        self.shared, self.n = samples.shared, samples.counts - 1
        parts = samples.X[:1] if samples.shared else samples.X
        self.X = [X - X.mean(axis=0) for X in parts]
        self.y = [y - y.mean() for y in samples.y]
        p = self.X[0].shape[1]
        held = p <= sum(map(len, self.X)) and len(self.X) * p**2 <= SUMS_HELD
        self.gram = np.stack([X.T @ X for X in self.X]) if held else None
        self.cross = np.stack([self.X[0 if self.shared else t].T @ y for t, y in enumerate(self.y)])

    def fits(self, estimated: Forms, shares: np.ndarray) -> np.ndarray:
        """Fit with the weights of every ridge.

        Args:
            estimated: forms.
            shares: (K, T) shares.

        Returns:
            (p, K) parameters; infinite where a ridge cannot be reached.
        """
        found = np.full((self.cross.shape[1], len(shares)), np.inf)
        for k in np.flatnonzero(np.isfinite(shares).all(axis=1)).tolist():
            weights, ridge = weights_of(estimated, shares, k, self.n, self.shared)
            found[:, k] = self.fit(weights, ridge)
        return found

    def fit(self, weights: np.ndarray, ridge: float) -> np.ndarray:
        """Fit once.

        Args:
            weights: (T,) weights of the tasks.
            ridge: λ, positive.

        Returns:
            (p,) parameters.
        """
        per_block = np.ones(1) if self.shared else weights
        if self.gram is not None:
            return _ridge(np.tensordot(per_block, self.gram, axes=1), weights @ self.cross, ridge)
        roots = np.sqrt(per_block)
        rows = np.concatenate([root * X for root, X in zip(roots, self.X, strict=True)])
        if len(rows) >= rows.shape[1]:
            return _ridge(rows.T @ rows, weights @ self.cross, ridge)
        if self.shared:
            target = weights @ np.stack(self.y)
        else:
            target = np.concatenate([root * y for root, y in zip(roots, self.y, strict=True)])
        return rows.T @ _ridge(rows @ rows.T, target, ridge)


def _ridge(gram: np.ndarray, right: np.ndarray, ridge: float) -> np.ndarray:
    gram[np.diag_indices(len(gram))] += ridge
    return solve(gram, right, assume_a="pos")
