"""What a ridge fit does to every direction of the features, drawn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import count
from manytasks.simulate.features import law_name, standardized
from manytasks.simulate.runner import MOST_NUMBERS, draw_in_chunks
from manytasks.streams import Seed
from manytasks.theory.effective_ridge import check_ridge, check_spectrum
from manytasks.theory.spread_bound import spread_excess


class DrawnMoments(NamedTuple):
    """The fields of ``theory.RidgeMoments`` and one more, each with an axis of draws in front."""

    first: Any
    """(trials, p) missed shares."""
    second: Any
    """(trials, p) what missing them costs."""
    noise: Any
    """(trials,) noise factors."""
    spread: Any
    """(trials, p) spread factors."""
    excess: Any
    """(trials, p) spread less noise by ``theory.spread_excess``: for Gaussian features the same mean as
    the difference of the two, with far less scatter."""


def ridge_moments(
    eigenvalues: ArrayLike, N: int, ridge: float = 0.0, *, law: str = "gaussian", trials: int, seed: Seed
) -> DrawnMoments:
    r"""Draw what a ridge fit of N samples does to every direction of the features.

    Mirrors ``theory.ridge_moments``. The features are :math:`\sqrt{s_k}` times independent standardized
    numbers. No label is drawn: a draw has the noise factor of its features, and all samples and pairs of
    samples share in its spread factor.

    Args:
        eigenvalues: (p,) eigenvalues :math:`s_k` of the covariance, above 0.
        N: number of samples, at least 2: one sample has no spread.
        ridge: λ, at least 0.
        law: of the standardized numbers, as ``simulate.features.standardized`` names it; for the moments to
            give the multi-task error it must be symmetric.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names; the same data for every ridge.

    Returns:
        The moments of every draw; their means are those of ``theory.pooled_risk`` at every size.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import simulate, theory
        >>> drawn = simulate.ridge_moments(np.ones(40), 60, 30.0, trials=400, seed=1)
        >>> exact = theory.training_factors(60, 40, ridge=30.0)
        >>> round(drawn.noise.mean(), 3), round(float(exact.noise), 3)
        (np.float64(0.26), 0.26)
        >>> round(drawn.excess.mean(), 4), round(float(exact.spread - exact.noise), 4)
        (np.float64(0.0016), 0.0016)
    """
    s, ridge = check_spectrum(eigenvalues), check_ridge(ridge)
    N = count(N, "N", least=2, most=MOST_NUMBERS // len(s))
    law = law_name(law)
    if not np.all(s > 0):
        raise ValueError("eigenvalues must be above 0 to be drawn: an absent feature has no direction")
    p, root = len(s), np.sqrt(s)

    def moments(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        G = standardized(law, rng, (size, width, N))[:wanted]
        found = moments_of(G, root, ridge)
        noise = np.broadcast_to(found.noise[:, None], found.first.shape)
        return np.stack([found.first, found.second, noise, found.spread, found.excess], axis=1)

    drawn = draw_in_chunks(moments, [p], lambda width: width * N, trials, seed)[:, 0]
    return DrawnMoments(drawn[:, 0], drawn[:, 1], drawn[:, 2, 0], drawn[:, 3], drawn[:, 4])


def moments_of(G: np.ndarray, root: np.ndarray, ridge: float) -> DrawnMoments:
    r"""Return the moments of given features :math:`X = \Sigma^{1/2} G`.

    Args:
        G: (trials, p, N) whitened features, one column a sample.
        root: (p,) square roots of the eigenvalues.
        ridge: λ, at least 0.

    Returns:
        The moments of every draw.
    """
    N = G.shape[2]
    s, X = root**2, root[:, None] * G
    fit = fit_of(X, ridge)
    missed = np.eye(len(s)) - fit @ X.swapaxes(1, 2)  # λQ
    first = np.diagonal(missed, axis1=1, axis2=2)
    second = (s[:, None] * np.square(missed)).sum(axis=1) / s
    each = (s[:, None] * np.square(fit)).sum(axis=1)  # the diagonal of M = XᵀQΣQX
    noise = each.sum(axis=1)
    seen = 1 - 2 * first + second  # what the fit makes of a task along k, squared
    spread = (N * (np.square(G) @ each[..., None])[..., 0] - seen) / (N - 1)
    square = fit @ fit.swapaxes(1, 2)
    own = np.diagonal(square, axis1=1, axis2=2)
    stretch = 4 * (missed * s * square).sum(axis=2) - 2 * s * own
    return DrawnMoments(first, second, noise, spread, spread_excess(N, noise[:, None], seen, stretch))


def fit_of(X: np.ndarray, ridge: float) -> np.ndarray:
    r"""Return QX, by which a ridge fit multiplies the labels, or its limit without ridge.

    Args:
        X: (trials, p, N) features, one column a sample.
        ridge: λ, at least 0.

    Returns:
        (trials, p, N) array.
    """
    p, N = X.shape[1:]
    Xt = X.swapaxes(1, 2)
    if N < p:  # X (XᵀX + λ)⁻¹, the transpose of what the symmetric matrix divides
        return np.linalg.solve(Xt @ X + ridge * np.eye(N), Xt).swapaxes(1, 2)
    return np.linalg.solve(X @ Xt + ridge * np.eye(p), X)
