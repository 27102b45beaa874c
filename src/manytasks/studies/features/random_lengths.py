"""Samples of random length, and entries without symmetry: what the noise term and the bias become."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2

from manytasks import theory
from manytasks.simulate.direct import fit
from manytasks.simulate.features import spherical_features, standardized
from manytasks.streams import Seed, stream
from manytasks.theory.fit import noise_factor

NODES = 4000  # of the quadrature over lengths


def student_noise(degrees: Sequence[int], N: int, p: int, trials: int, *, seed: Seed) -> np.ndarray:
    """Draw the noise term of one fit to features of the multivariate Student law.

    Args:
        degrees: of freedom, whole numbers above 2; the covariance is the identity.
        N: number of samples, other than p.
        p: number of features.
        trials: data sets.
        seed: of the draws, each number of degrees with its own.

    Returns:
        (trials, degrees) noise terms over that of Gaussian features.
    """
    terms = []
    for nu in map(int, degrees):
        rng = stream(seed, nu)
        ratios = (nu - 2) / rng.chisquare(nu, (trials, N))
        X = spherical_features(rng, p, ratios * rng.chisquare(p, (trials, N)))
        smaller = X.swapaxes(1, 2) @ X if N < p else X @ X.swapaxes(1, 2)
        terms.append(np.trace(np.linalg.inv(smaller), axis1=1, axis2=2) / noise_factor(N, p))
    return np.stack(terms, axis=1)


def least_squares_noise(squared_lengths: np.ndarray, N: int, p: int) -> float:
    r"""Return the noise coefficient below the threshold for random lengths, by leave-one-out.

    :math:`q` solves :math:`N\,E\frac{\tau q}{1+\tau q} = p`; with lengths for eigenvalues, 1/q is the ridge
    of ``theory.effective_ridge``.

    Args:
        squared_lengths: equally likely values of τ, of mean 1.
        N: number of samples, above p.
        p: number of features.

    Returns:
        q; p/(N - p) for equal lengths, and never less.

    Example:
        >>> round(least_squares_noise(np.ones(3), 160, 40), 9)
        0.333333333
    """
    return 1 / theory.effective_ridge(squared_lengths, p * len(squared_lengths) / N)


def student_equivalent(nu: float, N: int, p: int) -> float:
    """Return that coefficient for the multivariate Student law, over the one of Gaussian features.

    Args:
        nu: degrees of freedom, above 2.
        N: number of samples, above p.
        p: number of features.

    Returns:
        At least 1.

    Example:
        >>> [round(student_equivalent(nu, 160, 40), 3) for nu in (3, 1e6)]
        [1.742, 1.0]
    """
    mixing = (np.arange(NODES) + 0.5) / NODES
    return least_squares_noise((nu - 2) / chi2.ppf(mixing, nu), N, p) * (N - p) / p


def skewed_bias(p: int, trials: int, *, seed: Seed) -> dict[str, np.ndarray]:
    """Draw the bias of p/2 samples with exponential entries, along (1, ..., 1) and across it.

    Args:
        p: number of features, even.
        trials: data sets, the same for both directions.
        seed: of the run.

    Returns:
        By direction, (trials,) how far the bias is off the half of symmetric entries, relatively.
    """
    X = standardized("exponential", stream(seed, "skewed", p), (trials, p, p // 2))
    targets = {
        "along": np.ones(p) / np.sqrt(p),
        "across": np.r_[1, -1, np.zeros(p - 2)] / np.sqrt(2),
    }
    off = {}
    for name, target in targets.items():
        seen = fit(X, np.einsum("bpn,p->bn", X, target))
        off[name] = 2 * np.square(seen - target).sum(1) - 1
    return off
