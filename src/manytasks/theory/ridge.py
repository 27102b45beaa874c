"""Features of any covariance, with ridge: what real data, and not only Gaussian ones, are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import numbers
from manytasks.theory.domain import counts_of, noise_variance
from manytasks.theory.effective_ridge import check_ridge, check_spectrum
from manytasks.theory.ridge_moments import pooled_risk, ridge_moments


def ridge_error(
    eigenvalues: ArrayLike, coefficients: ArrayLike, samples: Any, noise_var: float, ridge: float = 0.0
) -> np.ndarray:
    r"""Predict the excess risk on every task of one ridge fit to the pooled data of all.

    Ours; a deterministic equivalent. For Gaussian features and λ/N bounded away from zero its error is
    O(1/N), whatever the ratio of p to N, the number of tasks and the small eigenvalues (proof in outline).
    The features have covariance :math:`\Sigma`, the fit is
    :math:`\hat w = (XX^\top + \lambda I)^{-1} X y`, the excess risk
    :math:`\|\hat w - w_i^*\|_\Sigma^2`. With :math:`\pi_j = n_j/N`, the mean task :math:`\bar w`,
    :math:`\delta_i = w_i^* - \bar w`, :math:`\kappa` of ``effective_ridge`` and
    :math:`\mathrm{df}_2 = \operatorname{tr}\Sigma^2(\Sigma+\kappa)^{-2}`

    .. math:: E L_i \approx{}&
        \frac{\kappa^2\,\bar w^\top \Sigma(\Sigma+\kappa)^{-2} \bar w}{1 - \mathrm{df}_2/N}
        + 2\kappa\,\delta_i^\top \Sigma(\Sigma+\kappa)^{-1} \bar w + \|\delta_i\|_\Sigma^2 \\
        &+ \frac{\mathrm{df}_2}{N - \mathrm{df}_2} \Big(\sigma^2 + \sum_j \pi_j\|\delta_j\|_\Sigma^2\Big).

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
    n = counts_of(len(w), samples)
    sigma2 = noise_variance(noise_var, symbols=False)
    if n.sum() == 0:
        return np.square(w) @ s
    return pooled_risk(ridge_moments(s, n.sum(), ridge), s, w, n, sigma2)


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
