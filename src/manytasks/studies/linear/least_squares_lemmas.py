"""Two numbers and a law behind the error of pooled least squares, on drawn features."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.streams import Seed, stream


class Pulls(NamedTuple):
    """What one sample does to the fit, and what two do together; one row a draw."""

    products: np.ndarray
    """(draws, 2) traces of x_s x_s'S⁻² x_t x_t' over p: for s = t, whose mean is c₁, and for s ≠ t, c₂."""
    leverage: np.ndarray
    """(draws,) x's S⁻¹ x_s of a sample, with law Beta(p/2, (N - p)/2)."""


def pull_numbers(N: Any, p: Any) -> tuple[Any, Any]:
    """Return c₁ and c₂ of the theorem on the error below the threshold; ours, claim O.2.

    Args:
        N: number of samples, more than p + 1.
        p: number of features.

    Returns:
        c₁ = (N - 2)(p + 2)/(N (N + 2)(N - p - 1)) and c₂ = (1 - N c₁)/(N (N - 1)).

    Example:
        >>> [round(c, 5) for c in pull_numbers(16, 3)]
        [0.02025, 0.00282]
    """
    same = (N - 2) * (p + 2) / (N * (N + 2) * (N - p - 1))
    return same, (1 - N * same) / (N * (N - 1))


def drawn_pulls(N: int, p: int, draws: int, seed: Seed) -> Pulls:
    """Draw features and measure what a pair of samples does to the fit.

    Args:
        N: number of samples, more than p.
        p: number of features.
        draws: number of data sets.
        seed: of the draws.

    Returns:
        Products of the first sample with itself and with the second, and its leverage.

    Example:
        >>> drawn_pulls(16, 3, draws=4, seed=1).products.shape
        (4, 2)
    """
    X = stream(seed).standard_normal((draws, p, N))
    U = np.linalg.solve(X @ X.swapaxes(1, 2), X)  # S⁻¹ x_s, one column a sample
    products = [(X[..., 0] * X[..., s]).sum(axis=1) * (U[..., 0] * U[..., s]).sum(axis=1) / p for s in (0, 1)]
    return Pulls(np.stack(products, axis=1), (X[..., 0] * U[..., 0]).sum(axis=1))
