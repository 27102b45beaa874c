"""Draw the features, fit the parameters, measure the error: nothing is assumed."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from manytasks.simulate.features import standardized

# Cholesky squares the condition number of X, which grows like max(p, N)/|p - N|: this close to the threshold
# QR is used instead.
QR_BAND = 8


def draw_data(
    rng: np.random.Generator,
    trials: int,
    a: np.ndarray,
    n: np.ndarray,
    p: int,
    noise_var: float | np.ndarray,
    law: str = "gaussian",
) -> tuple[np.ndarray, np.ndarray]:
    """Draw pooled features and labels.

    Args:
        rng: random generator.
        trials: number of independent data sets.
        a: (T, r) optimal parameters; their other p - r coordinates are zero.
        n: (T,) sample counts, N in total.
        p: number of parameters, at least r.
        noise_var: label-noise variance, or one for each of the N samples.
        law: of the features, as ``features.standardized`` names it.

    Returns:
        Features (trials, p, N), one column a sample, tasks one after another; labels (trials, N).
    """
    T, r = a.shape
    X = standardized(law, rng, (trials, p, int(n.sum())))
    task = np.repeat(np.arange(T), n.astype(int))
    y = np.take_along_axis(a @ X[:, :r], task[None, None], axis=1)[:, 0]
    y += np.sqrt(noise_var) * rng.standard_normal(y.shape)
    return X, y


def fit(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the minimum-norm interpolator (p >= N) or the least-squares solution (p < N).

    Args:
        X: (trials, p, N) features.
        y: (trials, N) labels; overwritten, to save a copy of what is rarely needed again.

    Returns:
        (trials, p) parameters; zero where there are no samples.
    """
    p, N = X.shape[1:]
    if N == 0:
        return np.zeros(X.shape[:2])
    if abs(p - N) < QR_BAND:
        return fit_by_qr(X, y)
    Xt = X.swapaxes(1, 2)
    if p > N:
        return (X @ _solve_positive(Xt @ X, y)[..., None])[..., 0]
    return _solve_positive(X @ Xt, (X @ y[..., None])[..., 0])


def fit_by_qr(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the same solution as ``fit``, by QR: slower, and accurate at the threshold too.

    Args:
        X: (trials, p, N) features.
        y: (trials, N) labels.

    Returns:
        (trials, p) parameters.
    """
    p, N = X.shape[1:]
    if p >= N:
        Q, R = np.linalg.qr(X)
        return (Q @ np.linalg.solve(R.swapaxes(1, 2), y[..., None]))[..., 0]
    Q, R = np.linalg.qr(X.swapaxes(1, 2))
    return np.linalg.solve(R, Q.swapaxes(1, 2) @ y[..., None])[..., 0]


def excess_risk(w: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return the squared distance of fitted parameters to every task's optimal ones.

    Args:
        w: (trials, p) fitted parameters.
        a: (T, r) optimal parameters; their other p - r coordinates are zero.

    Returns:
        (trials, T) array.
    """
    r = a.shape[1]
    outside = np.square(w[:, r:]).sum(axis=-1)
    return np.square(w[:, None, :r] - a).sum(axis=-1) + outside[:, None]


def _solve_positive(gram: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve each (symmetric, hence Fortran-ordered) system by Cholesky, in place.

    Returns:
        Array like ``right``.

    Raises:
        LinAlgError: if a matrix is not positive definite.
    """
    for matrix, vector in zip(gram, right, strict=True):
        _, solution, info = scipy.linalg.lapack.dposv(matrix.T, vector, overwrite_a=True)
        if info != 0:
            raise np.linalg.LinAlgError("a drawn Gram matrix is not positive definite")
        vector[:] = solution
    return right


def pooled_errors(
    rng: np.random.Generator, trials: int, a: np.ndarray, n: np.ndarray, p: int, noise_var: float
) -> np.ndarray:
    """Draw the excess risk on every task of one fit to the pooled data.

    Returns:
        (trials, T) array.
    """
    X, y = draw_data(rng, trials, a, n, p, noise_var)
    return excess_risk(fit(X, y), a)


def separate_errors(
    rng: np.random.Generator, trials: int, a: np.ndarray, n: np.ndarray, p: int, noise_var: float
) -> np.ndarray:
    """Draw the excess risk of every task fitted alone.

    Returns:
        (trials, T) array.
    """
    return _separate(*draw_data(rng, trials, a, n, p, noise_var), a, n)


def transfers(
    rng: np.random.Generator, trials: int, a: np.ndarray, n: np.ndarray, p: int, noise_var: float
) -> np.ndarray:
    """Draw separate minus pooled excess risk, both fits on the same data.

    Returns:
        (trials, T) array.
    """
    X, y = draw_data(rng, trials, a, n, p, noise_var)
    separate = _separate(X, y, a, n)
    return separate - excess_risk(fit(X, y), a)


def _separate(X: np.ndarray, y: np.ndarray, a: np.ndarray, n: np.ndarray) -> np.ndarray:
    ends = np.cumsum(n).astype(int)
    errors = np.empty((len(X), len(a)))
    for i, (start, end) in enumerate(zip(ends - n.astype(int), ends, strict=True)):
        w = fit(X[..., start:end], y[:, start:end].copy())
        errors[:, i] = excess_risk(w, a[i : i + 1])[:, 0]
    return errors
