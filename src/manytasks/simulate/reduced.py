r"""Draw errors exactly in distribution from (T+1)-dimensional statistics, whatever n and p are.

Ours; the appendix *How to draw an error without drawing the data* derives every step. In short: the w_t*
span r <= T dimensions. Let A (r x N) be the features there, B (q x N), q = p - r, the others, and write
[A^T, y] = U C with U (N x k) orthonormal and k = min(N, r + 1). C is a square root of a sum of small
Wisharts, one per task. By rotation invariance B U and B U_perp are independent Gaussian matrices, so

* p >= N: interpolation forces w_B to be orthogonal to the N - k columns of B U_perp; what is left is a
  minimum-norm problem with k equations in r + (q - N + k) unknowns;
* p < N: least squares eliminates w_B through S = B U_perp (B U_perp)^T ~ Wishart_q(N - k), of which only
  k-dimensional corners of S^-1 and S^-2 are needed, themselves small Wisharts.
"""

from __future__ import annotations

import numpy as np

from manytasks.simulate.direct import excess_risk, fit_by_qr


def wishart_factors(rng: np.random.Generator, trials: int, k: int, dof: int) -> np.ndarray:
    """Draw F with F F^T ~ Wishart_k(dof, I), by Bartlett's decomposition.

    Args:
        rng: random generator.
        trials: number of draws.
        k: dimension.
        dof: degrees of freedom; below k the Wishart is singular and F is Gaussian with dof columns.

    Returns:
        (trials, k, min(k, dof)) array, lower triangular if dof >= k.
    """
    if dof < k:
        return rng.standard_normal((trials, k, dof))
    rows, columns = np.tril_indices(k, -1)
    F = np.zeros((trials, k, k))
    F[:, rows, columns] = rng.standard_normal((trials, len(rows)))
    F[:, range(k), range(k)] = np.sqrt(rng.chisquare(dof - np.arange(k), size=(trials, k)))
    return F


def features_and_labels(
    rng: np.random.Generator, trials: int, a: np.ndarray, n: np.ndarray, noise_var: float
) -> np.ndarray:
    """Draw C with C^T C distributed as the Gram matrix of [A^T, y], features in the span and labels.

    Args:
        rng: random generator.
        trials: number of draws.
        a: (T, r) optimal parameters in a basis of their span.
        n: (T,) sample counts, N in total.
        noise_var: label-noise variance.

    Returns:
        (trials, k, r + 1) array, k = min(N, r + 1).
    """
    r = a.shape[1]
    rows = []
    for a_j, n_j in zip(a, n.astype(int), strict=True):
        F = wishart_factors(rng, trials, r, n_j).swapaxes(1, 2)  # F^T F ~ A_j A_j^T
        rows.append(np.concatenate([F, F @ a_j[:, None]], axis=2))
    C = np.concatenate(rows, axis=1)
    N, sigma = int(n.sum()), np.sqrt(noise_var)
    if C.shape[1] > r:  # otherwise N <= r, or one task owns all samples and C is triangular already
        C = np.asarray(np.linalg.qr(C, mode="r"))
    k = min(N, r + 1)
    C = np.concatenate([C, np.zeros((trials, k - C.shape[1], r + 1))], axis=1)
    C[:, :, r] += sigma * rng.standard_normal((trials, k))
    if N > r:  # the rest of the noise, N - r - 1 of its squares, joins the last row
        C[:, r, r] = np.hypot(C[:, r, r], sigma * np.sqrt(rng.chisquare(N - k, trials) if N > k else 0.0))
    return C


def pooled_errors(
    rng: np.random.Generator, trials: int, a: np.ndarray, n: np.ndarray, p: int, noise_var: float
) -> np.ndarray:
    """Draw the excess risk on every task of one fit to the pooled data.

    Args:
        rng: random generator.
        trials: number of draws.
        a: (T, r) optimal parameters in a basis of their span.
        n: (T,) sample counts, N in total.
        p: number of parameters, at least r.
        noise_var: label-noise variance.

    Returns:
        (trials, T) array.
    """
    r, N = a.shape[1], int(n.sum())
    if N == 0:
        return np.broadcast_to(np.square(a).sum(axis=1), (trials, len(a)))
    C = features_and_labels(rng, trials, a, n, noise_var)
    k, q = C.shape[1], p - r
    C_A, c_y = C[:, :, :r], C[:, :, r]
    if p >= N:
        F = wishart_factors(rng, trials, k, q - N + k)
        w = fit_by_qr(np.concatenate([C_A, F], axis=2).swapaxes(1, 2), c_y)
        return excess_risk(w, a)

    k1 = min(q, k)  # the corner of w_B that the data see beyond least squares
    F = wishart_factors(rng, trials, k, q)
    L = wishart_factors(rng, trials, k1, N - k - q + k1)
    X = np.zeros((trials, r + k1, k + k1))
    X[:, :r, :k] = C_A.swapaxes(1, 2)
    X[:, r:, :k] = F.swapaxes(1, 2)
    X[:, r:, k:] = L
    w = fit_by_qr(X, np.concatenate([c_y, np.zeros((trials, k1))], axis=1))
    k2 = min(q - k1, k1)
    F2 = wishart_factors(rng, trials, k1, q - k1)
    L2 = wishart_factors(rng, trials, k2, N - k - q + k1 + k2)
    rest = np.linalg.solve(L2, F2.swapaxes(1, 2) @ w[:, r:, None])[..., 0]
    return excess_risk(w, a) + np.square(rest).sum(axis=1)[:, None]
