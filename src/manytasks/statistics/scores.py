"""How far sample means are from what was expected, and how far they may be."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks.readers import count, numbers, real, short
from manytasks.statistics.intervals import probability, sample

ROUNDING = 1e-15  # of the largest draw: what is left of the spread of a constant


def z_scores(draws: ArrayLike, expected: Any, *, skewed: bool = False) -> np.ndarray:
    r"""Return the distances of Monte-Carlo means from their expectation, in standard errors.

    .. math:: z = \frac{\bar x - \mu}{s / \sqrt n}

    Squares, and above all errors near a threshold, have long right tails. The mean and the spread of few such
    draws fall short together: of 200 squares of normal numbers :math:`|z| > 3.3` is four times too common.
    Hall's transformation (1992, J. R. Stat. Soc. B 54, 221) uses the sample skewness to undo that.

    Args:
        draws: (n, ...) independent draws, one a row, n >= 2; near normal means need finite variances.
        expected: numbers that broadcast to the shape of a row.
        skewed: whether the draws may lean to one side; then n should be at least 50.

    Returns:
        Array with the shape of a row; standard normal in the limit where the expectation is right.

    Raises:
        ValueError: if there are fewer than 2 draws, or all draws of a number are equal.

    Example:
        >>> z_scores([[1.0], [2.0], [3.0]], 2.5).round(2)
        array([-0.87])
    """
    draws, expected = sample(draws), row_of(draws, expected)
    standard_error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    rounding = ROUNDING * np.abs(draws).max(axis=0)
    if np.any(standard_error <= rounding):
        raise ValueError("all draws of a number are equal: a constant needs no statistical test")
    z = (draws.mean(axis=0) - expected) / standard_error
    if not skewed:
        return z
    a = scipy.stats.skew(draws, axis=0) / np.sqrt(len(draws))
    return z + a * (z**2 / 3 + 1 / 6) + a**2 * z**3 / 27


def critical_z(comparisons: int, alpha: float = 0.01, draws: float = np.inf) -> float:
    r"""Return the :math:`|z|` that a correct theory exceeds anywhere with probability at most alpha.

    Args:
        comparisons: number of two-sided tests that share the error rate (Bonferroni), at least 1.
        alpha: their total error rate, in (0, 1).
        draws: behind each mean, at least 2. Below a thousand the tails of Student's t count, if errors are
            near normal.

    Returns:
        A two-sided quantile of Student's t with draws - 1 degrees of freedom, normal without ``draws``.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> round(critical_z(1, 0.05), 2), round(critical_z(100), 2), round(critical_z(100, draws=8), 2)
        (1.96, 3.89, 7.88)
    """
    return critical_t(comparisons, _at_least(2, draws, "draws") - 1, alpha)


def critical_t(comparisons: int, degrees: float, alpha: float = 0.01) -> float:
    r"""Return the :math:`|t|` that a correct theory exceeds anywhere with probability at most alpha.

    Scores of few draws, such as seeds, have heavier tails than normal ones: ``z_scores`` of n normal draws
    follow Student's t with n - 1 degrees of freedom.

    Args:
        comparisons: number of two-sided tests that share the error rate (Bonferroni), at least 1.
        degrees: degrees of freedom, number of independent draws less 1, at least 1; may be infinite.
        alpha: their total error rate, in (0, 1).

    Returns:
        A two-sided quantile of Student's t, above that of ``critical_z``.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> [round(critical_t(1, degrees, 0.05), 2) for degrees in (1, 9, 10**6)]
        [12.71, 2.26, 1.96]
    """
    comparisons, alpha = count(comparisons, "comparisons", least=1), probability(alpha, "alpha")
    return float(scipy.stats.t.isf(alpha / comparisons / 2, _at_least(1, degrees, "degrees")))


def noticed(draws: ArrayLike, expected: Any, critical: float) -> float:
    """Return the relative error of a theory that a test of means would notice in every number.

    Args:
        draws: (n, ...) independent draws, one a row, n >= 2.
        expected: what the errors are relative to; numbers that broadcast to the shape of a row.
        critical: limit of :math:`|z|`, from ``critical_z``.

    Returns:
        The smallest that exceeds the limit with probability 0.9, in the number where that is hardest.

    Raises:
        ValueError: if the shapes do not fit, or an argument is outside its range.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> round(noticed(rng.normal(10, 1, size=(10_000, 3)), 10, critical_z(3)), 4)
        0.0042
    """
    draws, expected = sample(draws), row_of(draws, expected)
    critical = real(critical, "critical", low=0)
    standard_error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    with np.errstate(
        divide="ignore", invalid="ignore", over="ignore"
    ):  # relative to nothing every error is infinite
        return float(np.max((critical + scipy.stats.norm.isf(0.1)) * standard_error / np.abs(expected)))


def row_of(draws: ArrayLike, expected: Any) -> np.ndarray:
    """Read what the draws of a row are expected to be.

    Args:
        draws: (n, ...) numbers, none of them nan.
        expected: numbers that broadcast to the shape of a row.

    Returns:
        Array with the shape of a row.

    Raises:
        ValueError: if the shapes do not fit, or a number is nan.
    """
    rows, read = sample(draws), numbers(expected, "expected")
    if np.isnan(rows).any() or np.isnan(read).any():
        raise ValueError("draws and expected must be numbers; one of them is nan")
    try:
        return np.broadcast_to(read, rows.shape[1:])
    except ValueError:
        raise ValueError(f"expected must fit rows of shape {rows.shape[1:]}; got {read.shape}") from None


def _at_least(low: float, value: Any, name: str) -> float:
    """Read a number that may be infinite.

    Returns:
        It as a float.

    Raises:
        ValueError: if it is no number, or too small.
    """
    read = numbers(value, name)
    if read.ndim or not read >= low:
        raise ValueError(f"{name} must be one number of at least {low}; got {short(value)}")
    return float(read)
