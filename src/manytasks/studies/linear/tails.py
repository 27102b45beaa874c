"""How heavy the tails of errors are: exponents by Hill's rule, and how far they are from others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Tails(NamedTuple):
    """The largest of many draws, one column a setting."""

    draws: np.ndarray
    """(trials, settings) draws, the largest first."""
    largest: int
    """m, how many of them make the tail."""
    exponents: np.ndarray
    """(settings,) estimates of α in P(L > x) ≈ c x^-α."""


def tails(draws: ArrayLike, share: float) -> Tails:
    r"""Estimate the exponents of power-law tails by Hill's rule.

    With the m + 1 largest draws :math:`x_{(1)} \ge \dots \ge x_{(m+1)}`, :math:`1/\hat\alpha` is the mean of
    :math:`\log x_{(l)}/x_{(m+1)}`.

    Args:
        draws: (trials, settings) positive numbers.
        share: of the draws that counts, in (0, 1).

    Returns:
        Sorted draws, m and exponents.

    Raises:
        ValueError: if the share is no whole draw, or all of them.

    Example:
        >>> powers = np.array([[1.0], [np.e], [np.e**2], [np.e**3]])
        >>> tails(powers, share=0.5).exponents
        array([0.66666667])
    """
    falling = -np.sort(-np.asarray(draws, dtype=float), axis=0)
    m = int(share * len(falling))
    if not 1 <= m < len(falling):
        raise ValueError(f"share must leave 1 to {len(falling) - 1} of {len(falling)} draws; got {share}")
    return Tails(falling, m, 1 / np.log(falling[:m] / falling[m]).mean(axis=0))


def exponent_scores(found: Tails, exponents: ArrayLike) -> np.ndarray:
    r"""Return how far Hill's estimates are from given exponents.

    For a power law :math:`2m\alpha/\hat\alpha` is :math:`\chi^2_{2m}`, and its cube root nearly normal
    (Wilson and Hilferty, 1931).

    Args:
        found: what ``tails`` returned.
        exponents: (settings,) exponents α to be compared with, above 0.

    Returns:
        (settings,) sizes of standard normal scores.

    Example:
        >>> found = tails(np.exp(np.arange(101.0))[:, None], share=0.5)
        >>> exponent_scores(found, found.exponents * (1 - 1 / (9 * 50)) ** 3).round(9)
        array([0.])
    """
    m = found.largest
    roots = np.cbrt(np.asarray(exponents) / found.exponents)
    return np.asarray(abs(roots - 1 + 1 / (9 * m)) * 3 * np.sqrt(m))


def tail_exponent(gap: ArrayLike) -> Any:
    r"""Return the tail exponent of an error of one fit with normal data; ours, claim O.12.

    Args:
        gap: p - N, parameters less pooled samples, a number or an array.

    Returns:
        :math:`\tfrac12(|p - N| + 1)`: at most 1, the mean is infinite within one of the threshold.

    Example:
        >>> tail_exponent([0, -1, 2])
        array([0.5, 1. , 1.5])
    """
    return (np.abs(gap) + 1) / 2
