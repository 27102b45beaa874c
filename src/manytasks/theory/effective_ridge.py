"""The ridge that samples put on a covariance, and what may be a covariance and a ridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from manytasks.later import Later
from manytasks.readers import numbers, real

brentq = Later("scipy.optimize", "brentq")


def effective_ridge(eigenvalues: ArrayLike, N: float, ridge: float = 0.0) -> float:
    r"""Solve for the ridge that N samples put on the population covariance.

    The root :math:`\kappa \ge 0` of :math:`\lambda/\kappa + \operatorname{tr}\Sigma(\Sigma+\kappa)^{-1} = N`;
    without ridge it is 0 once N reaches the number of positive eigenvalues. The left side falls in
    :math:`\kappa`, and two elementary bounds enclose its only root.

    Args:
        eigenvalues: (p,) eigenvalues of :math:`\Sigma`, at least 0.
        N: number of samples, positive; real numbers are allowed.
        ridge: λ, at least 0.

    Returns:
        The root.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks.theory import effective_ridge
        >>> round(effective_ridge(np.ones(200), N=100), 12), effective_ridge(np.ones(200), N=300)
        (1.0, 0.0)
    """
    s, ridge = check_spectrum(eigenvalues), check_ridge(ridge)
    N = real(N, "N", low=1e-100)
    s = s[s > 0]
    if len(s) == 0 or (ridge == 0 and N >= len(s)):
        return float(ridge / N)  # without ridge 0
    # s/(s+κ) >= s_min/(s_min+κ) bounds the root from below, s/(s+κ) <= s/κ from above.
    low = max(ridge / N, s.min() * (len(s) - N) / N if N < len(s) else 0.0)
    high = (ridge + s.sum()) / N

    def excess(log_kappa: float) -> float:
        kappa = np.exp(log_kappa)
        return float(ridge / kappa + (s / (s + kappa)).sum() - N)

    # A little wider than the bounds, whose rounding errors could exclude the root.
    return float(np.exp(brentq(excess, np.log(low) - 1e-9, np.log(high) + 1e-9, xtol=1e-14, rtol=1e-14)))


def check_spectrum(eigenvalues: ArrayLike) -> np.ndarray:
    """Return the eigenvalues of a covariance as an array.

    Args:
        eigenvalues: (p,) numbers, finite and at least 0.

    Returns:
        (p,) array.

    Raises:
        ValueError: if they cannot be the eigenvalues of a covariance.
    """
    s = numbers(eigenvalues, "eigenvalues")
    if s.ndim != 1 or len(s) == 0:
        raise ValueError(f"eigenvalues must have shape (p,) with p >= 1; got shape {s.shape}")
    if not np.all((s >= 0) & np.isfinite(s)):
        raise ValueError(f"eigenvalues of a covariance are finite and at least 0; got {s.min()}..{s.max()}")
    return s


def check_ridge(ridge: float) -> float:
    """Return the ridge λ.

    Args:
        ridge: one finite number of at least 0.

    Returns:
        The same number.

    Raises:
        ValueError: if it is outside its range.
    """
    return float(real(ridge, "ridge", low=0))
