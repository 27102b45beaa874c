"""Is fitting noise benign? Few strong directions and very many weak ones, against directions of one size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from manytasks import theory
from manytasks.streams import Seed, stream

STRONG = 5  # directions of variance 1, which hold the target


def spectrum(n: int) -> np.ndarray:
    """Return the variances of five strong directions and 4 n^1.5 weak ones, of variance 1/(4n) each.

    Args:
        n: number of samples.

    Returns:
        The eigenvalues, strong ones first.

    Example:
        >>> len(spectrum(25)), spectrum(25)[[4, 5]]
        (505, array([1.  , 0.01]))
    """
    return np.concatenate([np.ones(STRONG), np.full(int(4 * n**1.5), 1 / (4 * n))])


def in_strong(n: int) -> np.ndarray:
    """Return optimal parameters of norm 1 that lie in the strong directions, in equal parts.

    Args:
        n: number of samples.

    Returns:
        As many numbers as ``spectrum`` has.
    """
    w = np.zeros(len(spectrum(n)))
    w[:STRONG] = STRONG**-0.5
    return w


def unequal_risk(n: int, noise: float) -> float:
    """Return the excess risk of the interpolator with few strong directions, by the ridge equivalent.

    Args:
        n: number of samples.
        noise: standard deviation σ of the label noise.

    Returns:
        Predicted excess risk; it tends to 0.

    Example:
        >>> round(unequal_risk(100, 0.5), 2)
        0.03
    """
    return float(theory.ridge_error(spectrum(n), in_strong(n)[None], n, noise**2)[0])


def equal_risk(n: int, noise: float) -> float:
    """Return the least excess risk above the threshold with directions of one size, over real p.

    Derived in the chapter: it is reached at p = (n + 1)/(1 - σ).

    Args:
        n: number of samples.
        noise: standard deviation σ of the label noise, in [0, 1).

    Returns:
        1 - n (1 - σ)²/(n + 1), which tends to σ(2 - σ).

    Example:
        >>> round(equal_risk(1600, 0.5), 2)
        0.75
    """
    return 1 - n * (1 - noise) ** 2 / (n + 1)


def risks(sizes: Sequence[int], noises: Sequence[float]) -> pd.DataFrame:
    """Tabulate both.

    Args:
        sizes: numbers of samples.
        noises: standard deviations of the label noise, in [0, 1).

    Returns:
        One row for each case, noise and size: ``few_strong``, ``noise``, ``samples``, ``risk``.

    Example:
        >>> risks([25], [0.1]).round(2).values.tolist()
        [[True, 0.1, 25, 0.04], [False, 0.1, 25, 0.22]]
    """
    rows = [
        (few, noise, int(n), risk(int(n), noise))
        for few, risk in ((True, unequal_risk), (False, equal_risk))
        for noise in noises
        for n in sizes
    ]
    return pd.DataFrame(rows, columns=["few_strong", "noise", "samples", "risk"])


def drawn_risks(n: int, noise: float, repeats: int, seed: Seed) -> np.ndarray:
    """Draw data with few strong directions, interpolate, and measure the excess risk.

    Args:
        n: number of samples.
        noise: standard deviation σ of the label noise.
        repeats: number of data sets.
        seed: of the draws.

    Returns:
        (repeats,) excess risks.

    Example:
        >>> drawn_risks(10, 0.5, repeats=2, seed=1).shape
        (2,)
    """
    rng, eigenvalues, w = stream(seed), spectrum(n), in_strong(n)
    drawn = []
    for _ in range(repeats):
        X = rng.standard_normal((len(eigenvalues), n)) * np.sqrt(eigenvalues)[:, None]
        y = X.T @ w + noise * rng.standard_normal(n)
        drawn.append(eigenvalues @ (X @ np.linalg.solve(X.T @ X, y) - w) ** 2)
    return np.array(drawn)
