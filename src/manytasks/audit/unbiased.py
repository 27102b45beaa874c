"""Inner products of tasks, estimated without bias: no sample may meet itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Distances(NamedTuple):
    """Estimated inner products of T tasks, squared distances, and the distances' standard errors.

    An unbiased estimate of a square may be negative; clipping it would bias every mean it enters.

    Attributes:
        gram: (T, T) inner products.
        squared: (T, T) squared distances.
        error: (T, T) standard errors of the distances, 0 on the diagonal.
    """

    gram: np.ndarray
    squared: np.ndarray
    error: np.ndarray


def isotropic_distances(X: Sequence[np.ndarray], y: Sequence[np.ndarray]) -> Distances:
    r"""Estimate how far tasks are apart whose features have mean 0 and covariance I.

    With :math:`u_i = \sum_a y_a x_a` over the rows of task i

    .. math:: \hat\Gamma_{ij} = \frac{\langle u_i, u_j\rangle}{n_i n_j} \; (i \ne j), \qquad
        \hat\Gamma_{ii} = \frac{\|u_i\|^2 - \sum_a y_a^2 \|x_a\|^2}{n_i (n_i - 1)}

    are unbiased for every law of (x, y), also for :math:`n < p`, because two different rows are independent:
    :math:`E\,y_a x_a = w`. The U-statistic is that of Kong and Valiant (2018); its use for tasks is ours.

    Args:
        X: (n_t, p) features of every task, rows independent within and across tasks.
        y: (n_t,) targets of every task, n_t at least 2.

    Returns:
        Estimates, with standard errors of Gaussian features (``distance_error``).

    Raises:
        ValueError: if a task has fewer than 2 rows.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> X = [rng.standard_normal((60, 100)) for _ in range(2)]
        >>> found = isotropic_distances(X, [X[0][:, 0], X[1][:, 1]])
        >>> round(float(found.squared[0, 1]), 1), round(float(found.error[0, 1]), 1)
        (2.2, 0.8)
    """
    n = np.array([len(each) for each in y])
    if n.min() < 2:
        raise ValueError(f"every task needs at least 2 rows; got {n.tolist()}")
    u = np.stack([rows.T @ target for rows, target in zip(X, y, strict=True)])
    gram = u @ u.T / np.outer(n, n)
    own = [np.square(target) @ np.square(rows).sum(axis=1) for rows, target in zip(X, y, strict=True)]
    np.fill_diagonal(gram, (np.square(u).sum(axis=1) - own) / (n * (n - 1)))
    moments = np.array([np.square(target).mean() for target in y])
    return distances_of(gram, gram, moments, float(X[0].shape[1]), n)


def distances_of(
    first: np.ndarray, second: np.ndarray, moments: np.ndarray, degrees: float, n: np.ndarray
) -> Distances:
    r"""Return distances with their standard errors, from inner products.

    Ours. For Gaussian features and a metric A (the identity, or :math:`(\Sigma+\kappa)^{-1}`), by Hoeffding's
    decomposition with :math:`C_i = \tau_i\Sigma + b_i b_i^\top`,

    .. math:: \operatorname{Var} \hat d_{ij} =
        \sum_{k \in \{i,j\}} \Big( \frac{4\,\delta^\top A C_k A\,\delta}{n_k}
        + \frac{2 \operatorname{tr}(A C_k)^2}{n_k(n_k-1)} \Big)
        + \frac{4 \operatorname{tr} A C_i A C_j}{n_i n_j},

    and every trace is made of the forms: :math:`\operatorname{tr} A C_i A C_j = \tau_i\tau_j\,\mathrm{df}_2 +
    \tau_i B_{2,jj} + \tau_j B_{2,ii} + B_{1,ij}^2`. So √p samples tell that two tasks differ, where p samples
    are needed to learn either.

    Args:
        first: (T, T) array :math:`b_i^\top A b_j`.
        second: (T, T) array :math:`b_i^\top A \Sigma A b_j`.
        moments: (T,) second moments :math:`\tau_i` of the targets.
        degrees: :math:`\operatorname{tr}(A\Sigma)^2`; the number of features for the identity.
        n: (T,) numbers of samples.

    Returns:
        Distances; estimates that would make a variance negative count as 0 in it.

    Example:
        >>> two = np.eye(2)
        >>> distances_of(two, two, np.ones(2), 8.0, np.array([20, 20])).error[0].round(2)
        array([0.  , 1.19])
    """
    square, norm = np.diagonal(first), np.maximum(np.diagonal(second), 0.0)
    squared = square[:, None] + square - 2 * first
    apart = np.maximum(norm[:, None] + norm - 2 * second, 0.0)
    trace = (
        np.outer(moments, moments) * degrees + np.outer(moments, norm) + np.outer(norm, moments) + first**2
    )
    own = np.diagonal(trace)
    to = (moments[:, None] * apart + (square[:, None] - first) ** 2) / n[:, None]
    degenerate = own / (n * (n - 1))
    variance = 4 * (to + to.T) + 2 * (degenerate[:, None] + degenerate) + 4 * trace / np.outer(n, n)
    error = np.sqrt(variance)
    np.fill_diagonal(squared, 0.0)
    np.fill_diagonal(error, 0.0)
    return Distances(first, squared, error)


def covariance_forms(
    Z: Sequence[np.ndarray], y: Sequence[np.ndarray], weights: np.ndarray, *, shared: bool = False
) -> np.ndarray:
    r"""Estimate :math:`\beta_i^\top A \beta_j` without bias, where :math:`\beta = \operatorname{Cov}(x, y)`.

    Means are unknown, as always in practice. With rows and targets of a task centred,
    :math:`S = \sum_a \tilde x_a \tilde y_a` and :math:`h_a = \tilde x_a^\top A \tilde x_a`,

    .. math:: \frac{1}{n(n-3)} \Big[ S^\top A S - \sum_a \tilde y_a^2 h_a
        + \frac{\sum_a h_a \sum_a \tilde y_a^2}{(n-1)(n-2)} - \frac{2 \sum_a h_a \tilde y_a^2}{n-2} \Big]

    is the complete U-statistic of order 4 with kernel
    :math:`\tfrac14 (x_a-x_b)^\top A (x_c-x_d)(y_a-y_b)(y_c-y_d)`, whose mean is :math:`\beta^\top A \beta`;
    it is the unbiased HSIC with linear kernels (Song et al. 2012). Tasks on the same rows take
    :math:`\tilde y_{ai}\tilde y_{aj}` for the square, tasks on rows of their own
    :math:`S_i^\top A S_j / ((n_i-1)(n_j-1))`.

    Args:
        Z: (n_t, p) features of every task in a basis in which A is diagonal; n_t at least 4.
        y: (n_t,) targets of every task.
        weights: (p, K) diagonals of K metrics A.
        shared: whether all tasks have the same rows.

    Returns:
        (K, T, T) array.

    Raises:
        ValueError: if a task has fewer than 4 rows.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> Z = rng.standard_normal((400, 3)) + 5.0
        >>> covariance_forms([Z], [Z @ [1.0, 2.0, 0.0] - 7.0], np.ones((3, 1))).round(1)
        array([[[4.5]]])
    """
    n = np.array([len(each) for each in y])
    if n.min() < 4:
        raise ValueError(f"every task needs at least 4 rows; got {n.tolist()}")
    centred = [target - target.mean() for target in y]
    if shared:
        Y, rows = np.stack(centred, axis=1), Z[0] - Z[0].mean(axis=0)
        S = Y.T @ rows
        crossed = np.einsum("ip,pk,jp->kij", S, weights, S, optimize=True)
        return _complete(crossed, np.square(rows) @ weights, Y)
    T = len(y)
    S, forms = np.empty((T, Z[0].shape[1])), np.empty((weights.shape[1], T, T))
    diagonal = np.empty((weights.shape[1], T))
    for t, (rows, target) in enumerate(zip(Z, centred, strict=True)):
        rows = rows - rows.mean(axis=0)
        S[t] = target @ rows
        own = (np.square(S[t]) @ weights)[:, None, None]
        diagonal[:, t] = _complete(own, np.square(rows) @ weights, target[:, None])[:, 0, 0]
    S_mean = S / (n - 1)[:, None]
    for k, metric in enumerate(weights.T):
        forms[k] = (S_mean * metric) @ S_mean.T
        np.fill_diagonal(forms[k], diagonal[k])
    return forms


def _complete(crossed: np.ndarray, h: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Take the terms in which a row meets itself out of sums over pairs of rows.

    Args:
        crossed: (K, T, T) sums over all pairs.
        h: (n, K) squared lengths of the centred rows in each metric.
        Y: (n, T) centred targets.

    Returns:
        (K, T, T) unbiased estimates.
    """
    n = len(Y)
    if Y.shape[1] == 1:  # tasks on rows of their own come one by one, and by the thousand
        met = (np.square(Y[:, 0]) @ h)[:, None, None]
    else:
        met = np.einsum("ak,ai,aj->kij", h, Y, Y, optimize=True)
    lengths = h.sum(axis=0)[:, None, None] * (Y.T @ Y)
    return (crossed - met + lengths / ((n - 1) * (n - 2)) - 2 * met / (n - 2)) / (n * (n - 3))
