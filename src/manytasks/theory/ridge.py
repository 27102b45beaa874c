"""Features of any covariance, with ridge: what real data, and not only Gaussian ones, are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from manytasks.readers import numbers, real
from manytasks.tasks import Tasks
from manytasks.theory.domain import noise_variance, sample_counts
from manytasks.theory.multitask import task_spread


def ridge_error(
    eigenvalues: ArrayLike, coefficients: ArrayLike, samples: Any, noise_var: float, ridge: float = 0.0
) -> np.ndarray:
    r"""Predict the excess risk on every task of one ridge fit to the pooled data of all.

    Ours; a deterministic equivalent, asymptotically exact for Gaussian features as N and p grow together.
    The features have covariance :math:`\Sigma`, the fit is :math:`\hat w = (XX^\top + \lambda I)^{-1} X y`,
    the excess risk :math:`\|\hat w - w_i^*\|_\Sigma^2`. With :math:`\pi_j = n_j/N`, the mean task
    :math:`\bar w`, :math:`\delta_i = w_i^* - \bar w`, :math:`\kappa` of ``effective_ridge`` and
    :math:`\mathrm{df}_2 = \operatorname{tr}\Sigma^2(\Sigma+\kappa)^{-2}`

    .. math:: E L_i \approx
        \frac{\kappa^2\,\bar w^\top \Sigma(\Sigma+\kappa)^{-2} \bar w}{1 - \mathrm{df}_2/N}
        + 2\kappa\,\delta_i^\top \Sigma(\Sigma+\kappa)^{-1} \bar w + \|\delta_i\|_\Sigma^2
        + \frac{\mathrm{df}_2}{N - \mathrm{df}_2} \Big(\sigma^2 + \sum_j \pi_j\|\delta_j\|_\Sigma^2\Big).

    Args:
        eigenvalues: (p,) eigenvalues of :math:`\Sigma`, at least 0; zeros count as features that are absent.
        coefficients: (T, p) optimal parameters of the tasks, in the eigenbasis.
        samples: number of samples of each task, one whole number or T of them.
        noise_var: label-noise variance σ², at least 0. On real data the variance that no linear function
            explains belongs here.
        ridge: λ, at least 0, added to the sum :math:`XX^\top` and not to the mean; 0 is the minimum-norm
            fit.

    Returns:
        (T,) array; infinite without ridge where N is the number of positive eigenvalues and anything is
        noisy. For the identity it equals ``multitask_error`` up to O(1/p).

    Raises:
        ValueError: if an argument is outside its range or shapes do not match.

    Example:
        >>> from manytasks import theory
        >>> spectrum, w = 1 / np.arange(1, 201), np.ones((2, 200))
        >>> w[1, :100] = 0.0
        >>> [theory.ridge_error(spectrum, w, 50, 0.1, ridge).round(2).tolist() for ridge in (0.0, 1.0)]
        [[4.34, 3.53], [3.39, 2.03]]
    """
    s = check_spectrum(eigenvalues)
    w, ridge = check_coefficients(coefficients, s), check_ridge(ridge)
    tasks = Tasks(w * s @ w.T)  # inner products in the metric of the risk
    n, sigma2 = sample_counts(tasks, samples, symbols=False), noise_variance(noise_var, symbols=False)
    N = n.sum()
    if N == 0:
        return tasks.norms2.copy()
    kappa = effective_ridge(s, N, ridge)
    deviation2, spread = task_spread(tasks.distances2, n)
    noise = sigma2 + spread[0]
    mean_task = n @ w / N
    w, mean_task, s = w[:, s > 0], mean_task[s > 0], s[s > 0]
    df2 = np.square(s / (s + kappa)).sum()
    lost = kappa / (s + kappa)  # how much of each direction is not learned
    cross = 2 * (w - mean_task) @ (s * lost * mean_task)
    if df2 >= N:  # the threshold: κ = 0, nothing is lost, and noise is amplified without bound
        return cross + deviation2 + (np.inf if noise > 0 else 0.0)
    bias = (s * np.square(lost * mean_task)).sum() * N / (N - df2)
    return bias + cross + deviation2 + df2 / (N - df2) * noise


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
        >>> from manytasks.theory.ridge import effective_ridge
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


def check_coefficients(coefficients: ArrayLike, s: np.ndarray) -> np.ndarray:
    """Return the optimal parameters as an array.

    Args:
        coefficients: (T, p) finite numbers, one task per row.
        s: (p,) eigenvalues they belong to.

    Returns:
        (T, p) array.

    Raises:
        ValueError: if the shape does not match or a number is not finite.
    """
    w = numbers(coefficients, "coefficients")
    if w.ndim != 2 or len(w) == 0 or w.shape[1] != len(s):
        raise ValueError(f"coefficients must have shape (T, {len(s)}), one task per row; got shape {w.shape}")
    if not np.all(np.isfinite(w)):
        raise ValueError("coefficients must be finite; got nan or inf")
    return w


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
