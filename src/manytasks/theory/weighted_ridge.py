"""One ridge fit in which tasks weigh differently: what weights do, and what they cannot do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks.later import Later
from manytasks.readers import matrix, short
from manytasks.theory.domain import counts_of, noise_variances
from manytasks.theory.effective_ridge import check_ridge, check_spectrum, effective_ridge
from manytasks.theory.pooled_error import population_forms
from manytasks.theory.ridge import check_coefficients

brentq = Later("scipy.optimize", "brentq")

SMALLEST_RIDGE = 1e-200  # whose reciprocal times a trace is a float; a smaller one is none


def effective_shares(
    eigenvalues: ArrayLike, samples: Any, weights: ArrayLike, ridge: float
) -> tuple[float, np.ndarray]:
    r"""Return the ridge that a weighted fit feels, and the share of every task in its mean task.

    Ours, a deterministic equivalent. The fit is
    :math:`(\sum_j \omega_j X_j X_j^\top + \lambda)^{-1} \sum_j \omega_j X_j y_j`. With
    :math:`\mathrm{df}_1 = \operatorname{tr}\Sigma(\Sigma+\kappa)^{-1}` solve for :math:`\theta`

    .. math:: \sum_j \frac{n_j \omega_j}{\theta + \omega_j\,\mathrm{df}_1} = 1, \qquad
        \kappa = \frac{\lambda}{\theta}, \qquad
        \pi_j = \frac{n_j \omega_j}{\theta + \omega_j\,\mathrm{df}_1} .

    No share exceeds :math:`n_j/\mathrm{df}_1`. An interpolator cannot be told which task matters: with fewer
    samples than features and no ridge the shares are :math:`n_j/N`, whatever the weights.

    Args:
        eigenvalues: (p,) eigenvalues of :math:`\Sigma`, at least 0, one of them positive.
        samples: number of samples of each task, one whole number or T of them.
        weights: (T,) weights :math:`\omega_j`, at least 0; a task counts if it has weight and samples.
        ridge: λ, at least 0.

    Returns:
        :math:`\kappa` and the (T,) shares, which add up to 1; common factors of weights and ridge cancel.

    Raises:
        ValueError: if an argument is outside its range, or no task counts.

    Example:
        >>> kappa, shares = effective_shares(np.ones(30), [20, 20], [1.0, 0.25], ridge=5.0)
        >>> shares.round(3)
        array([0.667, 0.333])
        >>> effective_shares(np.ones(30), [10, 10], [1.0, 0.25], ridge=0.0)[1]
        array([0.5, 0.5])
    """
    s, ridge = check_spectrum(eigenvalues), check_ridge(ridge)
    w = task_weights(weights)
    n = counts_of(len(w), samples)
    s, n = s[s > 0], np.where(w > 0, n, 0.0)
    if not n.any() or len(s) == 0:
        raise ValueError("a weighted fit needs a task with weight and samples, and a feature that varies")
    w, ridge = w / w.max(), ridge / float(w.max())
    ridge = ridge if ridge > SMALLEST_RIDGE else 0.0
    if ridge == 0 and n.sum() <= len(s):
        return effective_ridge(s, n.sum()), n / n.sum()
    top = (n * w).sum()
    bottom = (n * w / (1 + w * s.sum() / ridge)).sum() if ridge else w[w > 0].min() * (n.sum() - len(s))

    def df1(theta: float) -> float:
        return float((s / (s + ridge / theta)).sum())

    def excess(log_theta: float) -> float:
        theta = np.exp(log_theta)
        return float((n * w / (theta + w * df1(theta))).sum() - 1)

    # The left side falls in θ; both bounds enclose its root, a little wider than rounding errors.
    theta = np.exp(brentq(excess, np.log(bottom) - 1e-9, np.log(top) + 1e-9, xtol=1e-14, rtol=1e-14))
    shares = n * w / (theta + w * df1(theta))
    return float(ridge / theta), shares / shares.sum()


def task_weights(weights: ArrayLike, T: int | str = "T") -> np.ndarray:
    """Read what every task weighs.

    Args:
        weights: (T,) weights, finite and at least 0.
        T: number of tasks, if it is known.

    Returns:
        (T,) array.

    Raises:
        ValueError: if a weight is outside its range or there are not T.
    """
    w = matrix(weights, "weights", (T,))
    if np.any(w < 0):
        raise ValueError(f"weights must be at least 0; got {short(weights)}")
    return w


def weighted_ridge_error(
    eigenvalues: ArrayLike,
    coefficients: ArrayLike,
    samples: Any,
    noise_var: ArrayLike,
    weights: ArrayLike,
    ridge: float,
) -> np.ndarray:
    r"""Predict the excess risk on every task of one ridge fit in which task j weighs :math:`\omega_j`.

    Ours, a deterministic equivalent. With the shares :math:`\pi_j` and :math:`\kappa` of
    ``effective_shares``, :math:`m_j` of ``pooled_error`` and Kish's sample size
    :math:`1/N_{\mathrm{eff}} = \sum_j \pi_j^2/n_j`

    .. math:: E L_i + \sigma_i^2 \approx m_i
        + \frac{\mathrm{df}_2 \sum_j (\pi_j^2/n_j)\, m_j}{1 - \mathrm{df}_2/N_{\mathrm{eff}}} .

    Weights act through shares and one number of samples, and in no other way.

    Args:
        eigenvalues: (p,) eigenvalues of :math:`\Sigma`, at least 0.
        coefficients: (T, p) optimal parameters of the tasks, in the eigenbasis.
        samples: number of samples of each task, one whole number or T of them.
        noise_var: label-noise variance, one number or one per task, at least 0.
        weights: (T,) weights, at least 0.
        ridge: λ, at least 0.

    Returns:
        (T,) array. Equal weights give ``ridge_error``; infinite at the threshold without ridge.

    Raises:
        ValueError: if an argument is outside its range or shapes do not match.

    Example:
        >>> spectrum, w = 1 / np.arange(1, 101), np.stack([np.ones(100), np.zeros(100)])
        >>> for first in (1.0, 4.0):
        ...     weighted_ridge_error(spectrum, w, 50, 0.1, [first, 1.0], ridge=1.0).round(2)
        array([2.67, 1.54])
        array([2.35, 2.56])
    """
    s = check_spectrum(eigenvalues)
    w = check_coefficients(coefficients, s)
    noise = noise_variances(noise_var, len(w))
    n = counts_of(len(w), samples)
    kappa, shares = effective_shares(s, n, task_weights(weights, len(w)), ridge)
    # At κ = 0 absent features have no inverse; nobody sees or misses them.
    forms = population_forms(s[s > 0], w[:, s > 0], noise, [max(kappa, np.finfo(float).tiny)])
    own = np.diagonal(forms.moments) - 2 * forms.first[0] @ shares + shares @ forms.second[0] @ shares
    counts = shares > 0
    per_sample = np.square(shares[counts]) / n[counts]
    left = 1 - forms.df2[0] * per_sample.sum()
    cost = forms.df2[0] * (per_sample * own[counts]).sum()
    random = cost / left if left > 1e-12 else (np.inf if cost > 1e-12 * own.max() else 0.0)
    return own + random - noise
