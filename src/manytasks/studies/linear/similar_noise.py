"""How near dissimilarity is to label noise, and an equivalent to what it stands for: gaps, errors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.simulate import DrawnMoments
from manytasks.theory import RidgeMoments, SpreadBound, ridge_moments, training_factors

MOMENTS = ("missed share", "its cost", "noise factor")  # the columns of both kinds of gaps


class Drawn(NamedTuple):
    """Means of draws and their standard errors."""

    mean: Any
    error: Any


def share_of_bound(excess: Any, bound: SpreadBound) -> Any:
    """Return how much of a bound is used, by the limit on its own side.

    Args:
        excess: spread factor less noise factor, a number or an array.
        bound: limits of it, the lower one below 0 and the upper one above.

    Returns:
        Numbers of the same shape, at most 1 where the bound holds.

    Example:
        >>> share_of_bound(np.array([-0.5, 1.0, 3.0]), SpreadBound(-1.0, 2.0))
        array([0.5, 0.5, 1.5])
    """
    excess = np.asarray(excess)
    return np.maximum(excess / bound.high, excess / bound.low)


def mean_excess(moments: DrawnMoments) -> Drawn:
    """Return spread less noise factor, direction by direction.

    Args:
        moments: drawn for Gaussian features.

    Returns:
        (p,) means and standard errors.
    """
    return drawn_mean(moments.excess)


def exact_gaps(N: int, p: int, mu: float) -> np.ndarray:
    """Return by which shares the equivalents miss the exact moments of features with Σ = I and ridge μN.

    Args:
        N: number of samples.
        p: number of features; the smaller of both is at most 128, where the mean spectrum is exact.
        mu: ridge as a share of N, above 0.

    Returns:
        (3,) relative errors of ``MOMENTS``, positive where the equivalent is too small.

    Example:
        >>> (50 * exact_gaps(50, 50, 0.1)).round(2)
        array([ 0.64,  1.29, -0.26])
    """
    exact = training_factors(N, p, ridge=mu * N)
    guess = ridge_moments(np.ones(p), N, mu * N)
    found = np.array([exact.first, exact.second, exact.noise])
    return found / [guess.first[0], guess.second[0], guess.noise] - 1


def drawn_gaps(moments: DrawnMoments, guess: RidgeMoments, directions: slice) -> Drawn:
    """Return by which shares the equivalents miss drawn moments, in the mean over equal directions.

    Args:
        moments: drawn moments.
        guess: their equivalents.
        directions: which directions; all have one eigenvalue.

    Returns:
        (3,) relative errors of ``MOMENTS`` and their standard errors.
    """
    columns = [
        moments.first[:, directions].mean(axis=1) / guess.first[directions][0],
        moments.second[:, directions].mean(axis=1) / guess.second[directions][0],
        moments.noise / guess.noise,
    ]
    mean, error = drawn_mean(np.stack(columns, axis=1))
    return Drawn(mean - 1, error)


def drawn_mean(draws: np.ndarray) -> Drawn:
    """Return the mean of draws along the first axis.

    Args:
        draws: (n, ...) array, n at least 2.

    Returns:
        Means and standard errors.

    Example:
        >>> drawn_mean(np.array([[1.0], [3.0]]))
        Drawn(mean=array([2.]), error=array([1.]))
    """
    return Drawn(draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(len(draws)))
