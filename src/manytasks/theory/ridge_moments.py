"""What a ridge fit does to every direction of the features: all that its multi-task error depends on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import real
from manytasks.theory.effective_ridge import check_ridge, check_spectrum, effective_ridge
from manytasks.theory.fit import times


class RidgeMoments(NamedTuple):
    r"""Moments of the resolvent :math:`Q = (XX^\top + \lambda)^{-1}`; the last axis is that of directions."""

    first: Any
    r""":math:`E(\lambda Q)_{kk}`: how much of direction k is missed, on average."""
    second: Any
    r""":math:`E(\lambda^2 Q \Sigma Q)_{kk}/s_k`: what missing it costs, as a share of doing nothing."""
    noise: Any
    r""":math:`a = E \operatorname{tr} \Sigma Q X X^\top Q`: excess risk per unit of label noise."""
    spread: Any
    r""":math:`v_k = N(C_1 - C_2)_{kk}/s_k`: excess risk per unit of task spread along direction k."""


def ridge_moments(eigenvalues: ArrayLike, N: float, ridge: float = 0.0) -> RidgeMoments:
    r"""Predict what a ridge fit of N samples does to every direction of the features.

    A deterministic equivalent, with :math:`\kappa` of ``effective_ridge`` and :math:`\mathrm{df}_2` of
    ``ridge_error``: first is :math:`f_k = \kappa/(s_k+\kappa)`, second
    :math:`f_k^2/(1 - \mathrm{df}_2/N)`, and noise and spread are :math:`\mathrm{df}_2/(N - \mathrm{df}_2)`.
    For Gaussian features and λ/N bounded away from zero the error is O(1/N).

    Args:
        eigenvalues: (p,) eigenvalues :math:`s_k` of :math:`\Sigma`, at least 0.
        N: number of samples, positive; real numbers are allowed.
        ridge: λ, at least 0; 0 is the minimum-norm fit.

    Returns:
        The moments; without ridge, noise and spread are infinite where N is the number of positive
        eigenvalues, and second is 0 wherever first is.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import theory
        >>> moments = theory.ridge_moments([2.0, 1.0, 0.0], 4, ridge=1.0)
        >>> moments.first.round(3), round(float(moments.noise), 3)
        (array([0.169, 0.289, 1.   ]), 0.426)
    """
    s, ridge = check_spectrum(eigenvalues), check_ridge(ridge)
    N = real(N, "N", low=1e-100)
    kappa = effective_ridge(s, N, ridge)
    seen = s > 0
    first = np.ones(len(s))  # an absent feature is never learned, and never missed
    first[seen] = kappa / (s[seen] + kappa)
    df2 = np.square(1 - first).sum()
    left = max(0.0, 1 - df2 / N)
    with np.errstate(divide="ignore"):
        bias, noise = np.divide(1.0, left), np.divide(df2 / N, left)
    return RidgeMoments(first, times(bias, np.square(first)), noise, np.full(len(s), noise))


def pooled_risk(
    moments: RidgeMoments, eigenvalues: np.ndarray, coefficients: np.ndarray, n: np.ndarray, noise_var: float
) -> np.ndarray:
    r"""Return the multi-task error that belongs to moments of the resolvent.

    Ours, exact at every size if the moments are. With :math:`\pi_j = n_j/N`, the mean task :math:`\bar w` and
    :math:`\delta_i = w_i^* - \bar w`

    .. math:: E L_i = \sum_k s_k \big[ \mathrm{second}_k \bar w_k^2
        + 2\,\mathrm{first}_k\, \delta_{ik} \bar w_k + \delta_{ik}^2 \big]
        + a\,\sigma^2 + \sum_j \pi_j \sum_k s_k v_k \delta_{jk}^2.

    It holds when samples are exchangeable and turning the sign of one direction changes no law, so that
    all mean matrices are diagonal; only the last term knows that there are several tasks.

    Args:
        moments: of directions, p of them along the last axis.
        eigenvalues: (p,) eigenvalues :math:`s_k`.
        coefficients: (T, p) optimal parameters in the eigenbasis.
        n: (T,) sample counts, N >= 1 in total.
        noise_var: label-noise variance σ².

    Returns:
        (..., T) array, one number for every task.

    Example:
        >>> moments = RidgeMoments(np.array([0.5]), np.array([0.3]), 0.2, np.array([0.2]))
        >>> pooled_risk(moments, np.ones(1), np.array([[1.0], [-1.0]]), np.array([4, 4]), 0.5)
        array([1.3, 1.3])
    """
    shares = n / n.sum()
    apart = coefficients - coefficients[0]  # exactly 0 for equal tasks, however large their factor
    away = apart - shares @ apart
    mean = coefficients[0] + shares @ apart
    first, second, noise, spread = (np.asarray(part) for part in moments)
    on_mean = (eigenvalues * mean**2 * second).sum(axis=-1)
    cross = 2 * (first * eigenvalues * mean) @ away.T
    own = np.square(away) @ eigenvalues
    noisy = times(noise, noise_var) + times(spread, shares @ np.square(away) * eigenvalues).sum(axis=-1)
    return (on_mean + noisy)[..., None] + cross + own
