"""How far simulated means are from what was expected, and how far they may be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm


def z_scores(draws: ArrayLike, expected: Any) -> np.ndarray:
    r"""Return the distances of Monte-Carlo means from their expectation, in standard errors.

    .. math:: z = \frac{\bar x - \mu}{s / \sqrt n}

    Args:
        draws: (n, ...) independent draws, one a row, n >= 2; near normal means need finite variances.
        expected: numbers that broadcast to the shape of a row.

    Returns:
        Array with the shape of a row; standard normal in the limit where the expectation is right.

    Raises:
        ValueError: if there are fewer than 2 draws, or all draws of a number are equal.

    Example:
        >>> z_scores([[1.0], [2.0], [3.0]], 2.5).round(2)
        array([-0.87])
    """
    draws = np.asarray(draws, dtype=float)
    if draws.ndim == 0 or len(draws) < 2:
        raise ValueError(f"draws must have at least 2 rows, one a draw; got shape {draws.shape}")
    standard_error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    if np.any(standard_error == 0):
        raise ValueError("all draws of a number are equal: a constant needs no statistical test")
    return (draws.mean(axis=0) - expected) / standard_error


def critical_z(comparisons: int, alpha: float = 0.01) -> float:
    r"""Return the :math:`|z|` that a correct theory exceeds anywhere with probability at most alpha.

    Args:
        comparisons: number of two-sided tests that share the error rate (Bonferroni), at least 1.
        alpha: their total error rate, in (0, 1).

    Returns:
        A two-sided normal quantile.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> round(critical_z(1, 0.05), 2), round(critical_z(100), 2)
        (1.96, 3.89)
    """
    if int(comparisons) != comparisons or comparisons < 1:
        raise ValueError(f"comparisons must be a whole number of at least 1; got {comparisons}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be an error rate between 0 and 1; got {alpha}")
    return float(norm.isf(alpha / comparisons / 2))
