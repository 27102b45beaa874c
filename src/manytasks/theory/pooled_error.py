"""The test error of one model for many tasks, from T x T numbers that samples can estimate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import matrix, short
from manytasks.theory.domain import counts_of, noise_variances
from manytasks.theory.effective_ridge import check_spectrum
from manytasks.theory.ridge import check_coefficients


class Forms(NamedTuple):
    r"""All that the error of any pooled ridge fit depends on, at K values of the effective ridge.

    With :math:`b_i = E[x y]` of task i, features of covariance :math:`\Sigma` and
    :math:`R = (\Sigma + \kappa)^{-1}`. No inverse of :math:`\Sigma`, no optimal parameter and no noise
    variance is among them, so that all can be estimated without bias.

    Attributes:
        kappa: (K,) values of the effective ridge :math:`\kappa`.
        first: (K, T, T) array :math:`b_i^\top R\, b_j`.
        second: (K, T, T) array :math:`b_i^\top R \Sigma R\, b_j`, the derivative of
            :math:`\kappa\, b_i^\top R\, b_j` with respect to :math:`\kappa`.
        moments: (T, T) array :math:`E[y_i y_j]`; off the diagonal it counts only where tasks share rows.
        df1: (K,) :math:`\operatorname{tr} \Sigma R`.
        df2: (K,) :math:`\operatorname{tr} (\Sigma R)^2`.
    """

    kappa: np.ndarray
    first: np.ndarray
    second: np.ndarray
    moments: np.ndarray
    df1: np.ndarray
    df2: np.ndarray

    def of(self, members: ArrayLike) -> Forms:
        """Return the forms of some of the tasks.

        Args:
            members: numbers of the tasks.

        Returns:
            Forms with as many tasks.
        """
        chosen = np.asarray(members)
        row, column = np.ix_(chosen, chosen)
        return self._replace(
            first=self.first[:, row, column],
            second=self.second[:, row, column],
            moments=self.moments[row, column],
        )


def population_forms(
    eigenvalues: ArrayLike, coefficients: ArrayLike, noise_var: ArrayLike, kappa: ArrayLike
) -> Forms:
    r"""Return the forms of a problem that is known: what ``audit`` estimates, without error.

    Args:
        eigenvalues: (p,) eigenvalues of :math:`\Sigma`, at least 0.
        coefficients: (T, p) optimal parameters of the tasks, in the eigenbasis.
        noise_var: label-noise variance σ², or T of them.
        kappa: (K,) values of the effective ridge, positive.

    Returns:
        The forms; rows are taken as shared, with noise that is independent across tasks.

    Raises:
        ValueError: if an argument is outside its range or shapes do not match.

    Example:
        >>> population_forms([1.0], [[1.0], [2.0]], 0.5, [1.0]).first[0]
        array([[0.5, 1. ],
               [1. , 2. ]])
    """
    s = check_spectrum(eigenvalues)
    w = check_coefficients(coefficients, s)
    kappa = matrix(kappa, "kappa", ("K",))
    if not np.all(kappa > 0):
        raise ValueError(f"kappa must be positive; got {short(kappa)}")
    b = w * s
    lost = 1 / (s + kappa[:, None])
    return Forms(
        kappa,
        np.einsum("ip,kp,jp->kij", b, lost, b, optimize=True),
        np.einsum("ip,kp,jp->kij", b, s * lost**2, b, optimize=True),
        w * s @ w.T + np.diag(noise_variances(noise_var, len(w))),
        (s * lost).sum(axis=1),
        np.square(s * lost).sum(axis=1),
    )


def pooled_error(forms: Forms, samples: ArrayLike, *, shared: bool = False) -> np.ndarray:
    r"""Predict the test error on every task of one ridge fit to the pooled samples of all.

    Ours: ``ridge_error`` plus the noise, written without anything that samples do not show. With
    :math:`\pi_j = n_j/N`, :math:`\bar b = \sum_j \pi_j b_j`, :math:`R = (\Sigma+\kappa)^{-1}` and
    :math:`\tau_j = E y_j^2`,

    .. math:: \mathrm{MSE}_i = m_i + \frac{\mathrm{df}_2}{N - \mathrm{df}_2} \sum_j \pi_j m_j, \qquad
        m_j = \tau_j - 2\,b_j^\top R\,\bar b + \bar b^\top R \Sigma R\,\bar b .

    :math:`m_j` is the test error of the mean fit :math:`R\,\bar b`; the randomness of the fit costs
    :math:`\mathrm{df}_2/(N-\mathrm{df}_2)` times their mean. If all tasks were measured on the *same* n rows,
    one fit to all is the fit of n rows to the mean target :math:`\bar y`: N is n, and
    :math:`\sum_j \pi_j m_j` gives way to :math:`E(\bar y - x^\top R\,\bar b)^2`, in which noise of
    the tasks averages out.

    Args:
        forms: of the tasks that share the fit, at K values of the effective ridge.
        samples: number of samples of each task, one whole number or T of them; not all 0.
        shared: whether every task was measured on the same rows; all counts are then the same.

    Returns:
        (K, T) array; infinite where N samples cannot have so small an effective ridge
        (:math:`\mathrm{df}_1 > N`) or nothing but noise is left (:math:`\mathrm{df}_2 \ge N`). The ridge of
        row k is :math:`\lambda = \kappa (N - \mathrm{df}_1)`.

    Raises:
        ValueError: if counts are not whole, are all 0, or differ although rows are shared.

    Example:
        >>> from manytasks import theory
        >>> spectrum, w = 1 / np.arange(1, 201), np.ones((2, 200))
        >>> w[1, :100] = 0.0
        >>> kappa = theory.effective_ridge(spectrum, N=100, ridge=1.0)
        >>> forms = theory.population_forms(spectrum, w, 0.1, [kappa])
        >>> theory.pooled_error(forms, 50).round(2), theory.ridge_error(spectrum, w, 50, 0.1, 1.0).round(2)
        (array([[3.49, 2.13]]), array([3.39, 2.03]))
    """
    n = counts_of(len(forms.moments), samples)
    if not n.any():
        raise ValueError("samples must not all be 0: nothing is fitted to nothing")
    if shared and np.ptp(n) > 0:
        raise ValueError(f"tasks on the same rows have the same number of samples; got {short(samples)}")
    N = n[0] if shared else n.sum()
    shares = n / n.sum()
    cross = forms.first @ shares
    square = forms.second @ shares @ shares
    own = np.diagonal(forms.moments) - 2 * cross + square[:, None]
    fitted = shares @ forms.moments @ shares - 2 * cross @ shares + square if shared else own @ shares
    reached = (forms.df1 <= N) & (forms.df2 < N)
    with np.errstate(divide="ignore"):
        factor = np.where(reached, forms.df2 / (N - forms.df2), np.inf)
    return np.where(reached[:, None], own + (np.where(reached, factor, 0.0) * fitted)[:, None], np.inf)
