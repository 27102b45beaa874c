"""How fast the coefficients of noise and dissimilarity become those of Gaussian features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from manytasks.streams import Seed
from manytasks.studies.features.feature_laws import law_features
from manytasks.studies.linear.similar_noise import Drawn, drawn_mean
from manytasks.theory.fit import noise_factor, spread_factor

MOST = 16  # how many times the draws of the largest width a smaller one has at most


def coefficient_gaps(X: np.ndarray) -> np.ndarray:
    """Compare the coefficients of noise and spread of each data set with those of Gaussian features.

    Both are means over noise and directions in closed form, so nothing but the features is random.

    Args:
        X: (draws, p, N) features, 1 < N < p - 1.

    Returns:
        (draws, 2): noise and spread coefficient over the Gaussian mean, less 1.

    Example:
        >>> orthogonal = np.sqrt(4) * np.eye(4)[None, :, :2]
        >>> coefficient_gaps(orthogonal).round(2)
        array([[-0.75, -0.67]])
    """
    p, N = X.shape[1:]
    G = X.swapaxes(1, 2) @ X
    inverse = np.diagonal(np.linalg.inv(G), axis1=1, axis2=2)
    equal = (np.diagonal(G, axis1=1, axis2=2) * inverse).mean(1) / p
    different = (1 / p - equal) / (N - 1)
    noise = inverse.sum(1) / noise_factor(N, p) - 1
    return np.stack([noise, N * (equal - different) / spread_factor(N, p) - 1], axis=1)


def gaps_by_width(law: str, widths: Sequence[int], draws: int, *, seed: Seed) -> Drawn:
    """Measure both gaps at several widths p with N = p/2 samples.

    Args:
        law: of the entries.
        widths: even numbers, rising.
        draws: data sets at the largest width; more at smaller ones, as they cost less, at most 16 times.
        seed: of the run.

    Returns:
        (widths, 2) means and standard errors: noise and spread.
    """
    found = []
    for p in map(int, widths):
        size = int(draws * min((widths[-1] / p) ** 2, MOST))
        X = law_features(law, p, p // 2, size, seed=(seed, "rates", law, p))
        found.append(drawn_mean(coefficient_gaps(X)))
    return Drawn(*np.array(found).swapaxes(0, 1))


def limit_of_gap(widths: ArrayLike, gaps: Drawn) -> Drawn:
    r"""Extrapolate p times a gap to p → ∞, where it is the excess kurtosis.

    A parabola :math:`\gamma + c/p + c'/p^2`, weighted by the errors.

    Args:
        widths: (n,) values of p, at least 3.
        gaps: (n,) means and standard errors at those.

    Returns:
        The limit and its standard error.

    Example:
        >>> p = np.array([10.0, 20.0, 40.0, 80.0])
        >>> limit = limit_of_gap(p, Drawn(6 / p - 30 / p**2, 0.01 / p))
        >>> round(float(limit.mean), 6), bool(limit.error > 0.01)
        (6.0, True)
    """
    p = np.asarray(widths, dtype=float)
    found, covariance = np.polyfit(1 / p, gaps.mean * p, 2, w=1 / (gaps.error * p), cov="unscaled")
    return Drawn(found[-1], np.sqrt(covariance[-1, -1]))
