"""Laws of features: independent entries, or random directions of random length."""

from __future__ import annotations

import numpy as np

from manytasks.readers import choice
from manytasks.simulate.features import length_factor, spherical_features, standardized
from manytasks.streams import Seed, stream

LENGTHS = ("fixed length", "two lengths", "multivariate Student, ν = 3")  # laws of random directions
SHORT, LONG = 0.5, 1.5  # squared lengths of "two lengths", over their mean


def squared_lengths(law: str, p: int, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw the squared lengths of samples; their mean is p.

    Args:
        law: one of ``LENGTHS``.
        p: number of features.
        shape: of the result.
        rng: random generator.

    Returns:
        Positive numbers.

    Raises:
        ValueError: if there is no such law.

    Example:
        >>> squared_lengths("fixed length", 4, (2,), stream(1, "lengths"))
        array([4., 4.])
    """
    if choice(law, "law", LENGTHS) == "fixed length":
        return np.full(shape, float(p))
    if law == "two lengths":
        return p * rng.choice([SHORT, LONG], shape)
    return rng.chisquare(p, shape) / rng.chisquare(3, shape)


def law_features(law: str, p: int, N: int, trials: int, *, seed: Seed) -> np.ndarray:
    """Draw features of a law, of independent entries or of random directions.

    Args:
        law: one of ``LENGTHS``, or a name that ``simulate.features.standardized`` knows.
        p: number of features.
        N: number of samples.
        trials: data sets; those with a sample that has no entry are left out, for it fits no label.
        seed: of these draws.

    Returns:
        (at most trials, p, N) array, one column a sample.

    Example:
        >>> law_features("sparse", 2, 3, 50, seed=1).shape[1:]
        (2, 3)
    """
    rng = stream(seed)
    if law in LENGTHS:
        return spherical_features(rng, p, squared_lengths(law, p, (trials, N), rng))
    X = standardized(law, rng, (trials, p, N))
    return X[np.all(X.any(axis=1), axis=1)]


def law_factor(law: str, p: int, N: int, trials: int, *, seed: Seed) -> float:
    r"""Return :math:`(p-2)\,E\|x\|^{-2}`, by which random lengths multiply the label noise.

    Args:
        law: as ``law_features`` takes it.
        p: number of features, at least 3.
        N: number of samples of each data set, where the factor is measured.
        trials: data sets, likewise.
        seed: of these draws, on which nothing else is judged.

    Returns:
        Exact for random directions, measured for independent entries.

    Example:
        >>> [law_factor(law, 40, 4, 50, seed=1) for law in LENGTHS]
        [0.95, 1.2666666666666666, 3.0]
    """
    exact = {LENGTHS[0]: (p - 2) / p, LENGTHS[1]: (p - 2) / p * (1 / SHORT + 1 / LONG) / 2, LENGTHS[2]: 3.0}
    return exact[law] if law in exact else length_factor(law_features(law, p, N, trials, seed=seed))
