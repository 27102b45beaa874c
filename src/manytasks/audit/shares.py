"""Which shares of the tasks serve one of them best: a quadratic programme over estimated forms."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from manytasks.theory.pooled_error import Forms

ROUNDS = 4  # of the programme, whose costs depend on its solution
CAP = 0.95  # of the largest share a task can have, which no finite weight reaches


def projected(estimated: Forms) -> Forms:
    """Replace estimated forms by the nearest that are forms of something: without negative eigenvalues.

    Unbiased estimates may have some, and then a quadratic programme over them has no least value.

    Args:
        estimated: forms of T tasks.

    Returns:
        Forms whose first and second are positive semidefinite.

    Example:
        >>> found = np.array([[[1.0, 2.0], [2.0, 1.0]]])
        >>> one = np.ones(1)
        >>> projected(Forms(one, found, found, np.eye(2), one, one)).first
        array([[[1.5, 1.5],
                [1.5, 1.5]]])
    """

    def nearest(form: np.ndarray) -> np.ndarray:
        eigenvalues, basis = np.linalg.eigh((form + form.swapaxes(1, 2)) / 2)
        return (basis * np.maximum(eigenvalues, 0.0)[:, None]) @ basis.swapaxes(1, 2)

    return estimated._replace(first=nearest(estimated.first), second=nearest(estimated.second))


def best_shares(estimated: Forms, counts: np.ndarray, task: int, shared: bool = False) -> np.ndarray:
    r"""Return the shares that serve a task best, for every effective ridge.

    Ours: the least value of ``theory.weighted_ridge_error`` over the shares
    :math:`\pi`, which are at least 0 and add up to 1. With
    :math:`c_j = \mathrm{df}_2\,m_j / (n_j (1 - \mathrm{df}_2/N_{\mathrm{eff}}))` held fast it is a quadratic
    programme, :math:`\min \pi^\top (B_2 + \operatorname{diag} c)\,\pi - 2\,\pi^\top B_1 e_i`, solved a few
    times over. On shared rows nothing has to be held.

    Args:
        estimated: forms of T tasks without negative eigenvalues (``projected``).
        counts: (T,) degrees of freedom of the tasks' rows.
        task: number i of the task that is served.
        shared: whether all tasks were measured on the same rows.

    Returns:
        (K, T) array; nan where the rows cannot reach the ridge.

    Example:
        >>> from manytasks.theory import population_forms
        >>> w = np.array([[1.0, 0.0], [0.9, 0.1], [-1.0, 0.0]])
        >>> shares = best_shares(population_forms([1.0, 1.0], w, 2.0, [0.1]), np.full(3, 20), task=0)
        >>> shares.round(1)
        array([[0.5, 0.5, 0. ]])
    """
    K, T = len(estimated.kappa), len(counts)
    tau, found = np.diagonal(estimated.moments), np.full((K, T), np.nan)
    for k in range(K):
        B1, B2, df1, df2 = (
            each[k] for each in (estimated.first, estimated.second, estimated.df1, estimated.df2)
        )
        if shared:
            if df1 < counts[0] * CAP:
                factor = df2 / (counts[0] - df2)
                costs = B2 + factor * (estimated.moments - 2 * B1 + B2)
                found[k] = simplex_programme(costs, B1[:, task])
            continue
        cap = CAP * counts / df1
        if cap.sum() < 1:
            continue
        shares = counts / counts.sum()
        for _ in range(ROUNDS):
            own = np.maximum(tau - 2 * B1 @ shares + shares @ B2 @ shares, 1e-6 * tau)
            left = 1 - df2 * (np.square(shares) / counts).sum()
            shares = capped(simplex_programme(B2 + np.diag(df2 * own / (counts * left)), B1[:, task]), cap)
        found[k] = shares
    return found


def simplex_programme(Q: np.ndarray, q: np.ndarray) -> np.ndarray:
    r"""Minimise :math:`\pi^\top Q \pi - 2 q^\top \pi` over shares: numbers of at least 0 with sum 1.

    On the simplex the value is :math:`\pi^\top H \pi` less a constant, with
    :math:`H = Q - q 1^\top - 1 q^\top + q^\top Q^{-1} q\, 1 1^\top`, and a form is least there in the
    direction in which :math:`u^\top H u + (1^\top u - 1)^2` is least over :math:`u \ge 0`.

    Args:
        Q: (T, T) positive semidefinite array; a trace of it is added to the diagonal.
        q: (T,) array.

    Returns:
        (T,) array.

    Example:
        >>> simplex_programme(np.eye(2), np.array([0.5, 0.0])).round(6)
        array([0.75, 0.25])
    """
    T = len(q)
    eigenvalues, basis = np.linalg.eigh((Q + Q.T) / 2)
    root = np.sqrt(np.maximum(eigenvalues, 1e-10 * max(float(eigenvalues[-1]), 1e-300)))
    half = root[:, None] * basis.T  # its square is Q
    scale = root[-1]
    A = (half - (basis.T @ q / root)[:, None]) / scale
    u, _ = nnls(np.vstack([A, np.ones(T)]), np.append(np.zeros(T), 1.0))
    return u / u.sum()


def capped(shares: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Cut shares at a cap and give what is cut to the others.

    Args:
        shares: (T,) shares.
        cap: (T,) largest ones, of sum at least 1.

    Returns:
        (T,) shares.

    Example:
        >>> capped(np.array([0.8, 0.2, 0.0]), np.array([0.5, 0.4, 0.4])).round(2)
        array([0.5, 0.4, 0.1])
    """
    found = np.minimum(shares, cap)
    for _ in range(len(shares)):
        short = 1 - found.sum()
        if short < 1e-12:
            break
        room = cap - found
        wish = np.where(room > 0, found, 0.0)
        wish = wish if wish.sum() > 0 else room
        found = np.minimum(found + short * wish / wish.sum(), cap)
    return found / found.sum()
