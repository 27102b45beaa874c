"""From samples to the forms on which every decision rests."""

from __future__ import annotations

import numpy as np

from manytasks.audit.samples import Samples
from manytasks.audit.unbiased import covariance_forms
from manytasks.streams import Seed, stream
from manytasks.theory.pooled_error import Forms

GRID = 24  # values of the effective ridge, shared by all groups of tasks
FREE = 8  # degrees of freedom from which residuals tell the noise of a task
GROUPS = 10  # parts of the rows, each left out once, behind the standard error of the noise
SMALLEST, LARGEST = 1e-4, 1e2  # ridge per sample, in units of the features' mean variance


def forms(samples: Samples) -> Forms:
    r"""Estimate the forms of ``theory.pooled_error`` from samples, features of unknown covariance included.

    Ours. Pool the centred rows in S, of N degrees of freedom, with eigenvalues l; take the resolvent
    :math:`Q = (S+\lambda)^{-1}`, :math:`\mathrm{df}_1 = \operatorname{tr} SQ` and
    :math:`q = \mathrm{df}_1/(N - \mathrm{df}_1)`. Then :math:`\kappa = \lambda/(N-\mathrm{df}_1)` is the
    ridge that the population feels, and for two *different* samples

    .. math:: x_a^\top (\Sigma+\kappa)^{-1} x_b \approx (N - \mathrm{df}_1)(1+q)^2\, x_a^\top Q x_b :

    every sample shrinks what Q says of it by 1 + q. So the unbiased estimator of ``covariance_forms`` with
    the metric :math:`A = (N-\mathrm{df}_1)(1+q)^2 Q` estimates :math:`B_1`, asymptotically without bias, for
    N < p too; :math:`B_2 = d(\kappa B_1)/d\kappa` and :math:`\mathrm{df}_2 = \mathrm{df}_1 + \kappa\,
    d\,\mathrm{df}_1/d\kappa` follow by the chain rule through :math:`\lambda`.

    Args:
        samples: of T tasks with at least 4 rows each.

    Returns:
        Forms at ``GRID`` values of κ.

    Raises:
        ValueError: if a task has fewer than 4 rows.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> X = rng.standard_normal((400, 3))
        >>> samples = from_arrays(X, X[:, 0] + 0.1 * rng.standard_normal(400), np.arange(400) % 2)
        >>> found = forms(samples)
        >>> found.first[0].round()
        array([[1., 1.],
               [1., 1.]])
    """
    parts = samples.X[:1] if samples.shared else samples.X
    centred = np.concatenate([X - X.mean(axis=0) for X in parts])
    N = len(centred) - len(parts)
    eigenvalues, basis = spectrum(centred)
    Z = [X @ basis for X in parts] * (len(samples.X) if samples.shared else 1)
    rule = resolvents(eigenvalues, N, grid=grid_of(len(samples.y)), samples_seen=True)
    K = len(rule.kappa)
    both = covariance_forms(Z, samples.y, np.hstack([rule.first, rule.second]), shared=samples.shared)
    return Forms(rule.kappa, both[:K], both[K:], second_moments(samples), rule.df1, rule.df2)


def noise(samples: Samples, estimated: Forms, seed: Seed) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the error that no linear model goes below, and how sure that is.

    A task whose rows leave ``FREE`` degrees of freedom has the residuals of its least squares. Of others the
    noise is second moment less first form, at the smallest ridge.

    Args:
        samples: of T tasks with at least 8 rows each.
        estimated: their forms.
        seed: of the parts of the rows that are left out for the standard error.

    Returns:
        (T,) estimates without bias, which may be negative, and (T,) standard errors.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> X, task = rng.standard_normal((400, 3)), np.arange(400) % 2
        >>> samples = from_arrays(X, X[:, 0] + rng.standard_normal(400), task)
        >>> [each.round(1).tolist() for each in noise(samples, forms(samples), seed=1)]
        [[1.1, 1.1], [0.1, 0.1]]
    """
    spaces = [_explained(X) for X in (samples.X[:1] if samples.shared else samples.X)]
    spaces *= len(samples.y) if samples.shared else 1
    own = [residual_noise(*space, y) if space else None for space, y in zip(spaces, samples.y, strict=True)]
    value = np.diagonal(estimated.moments) - np.diagonal(estimated.first[0])
    error = np.zeros(len(own)) if None not in own else _jackknife(samples, seed)
    for t, each in enumerate(own):
        if each is not None:
            value[t], error[t] = each
    return value, error


def _explained(X: np.ndarray) -> tuple[np.ndarray, int] | None:
    """Find what linear models of a task can fit.

    Returns:
        Orthonormal basis of the centred features, (n, r), and the degrees of freedom that it leaves; None if
        they are fewer than ``FREE``.
    """
    if X.shape[1] >= len(X):
        return None
    centred = X - X.mean(axis=0)
    eigenvalues, basis = spectrum(centred)
    free = len(X) - 1 - len(eigenvalues)
    return (centred @ (basis / np.sqrt(eigenvalues)), free) if free >= FREE else None


def residual_noise(fitted: np.ndarray, free: int, y: np.ndarray) -> tuple[float, float]:
    """Estimate the noise of one task from the residuals of its least squares.

    Args:
        fitted: (n, r) orthonormal basis of the centred features.
        free: degrees of freedom that it leaves, n - 1 - r.
        y: (n,) targets.

    Returns:
        Residual variance, and its standard error with the residuals' own kurtosis.

    Example:
        >>> residual_noise(np.array([[0.5], [0.5], [-0.5], [-0.5]]), 2, np.array([1.0, 3.0, 1.0, -1.0]))
        (2.0, 0.0)
    """
    target = y - y.mean()
    square = np.square(target - fitted @ (fitted.T @ target))
    variance = float(square.sum() / free)
    kurtosis = float(len(y) * np.square(square).sum() / max(square.sum() ** 2, 1e-300))
    return variance, float(variance * np.sqrt(max(kurtosis - 1, 0.0) / free))


def _jackknife(samples: Samples, seed: Seed) -> np.ndarray:
    """Estimate standard errors of the noise that forms give.

    ``GROUPS`` times another part of every task's rows is left out. The metric stays that of all rows.

    Returns:
        (T,) standard errors, as shares of the targets' mean variance, or of each target's own on shared rows.
    """
    parts = samples.X[:1] if samples.shared else samples.X
    centred = np.concatenate([X - X.mean(axis=0) for X in parts])
    eigenvalues, basis = spectrum(centred)
    rule = resolvents(eigenvalues, len(centred) - len(parts), grid=1, samples_seen=True)
    Z = [X @ basis for X in parts] * (len(samples.X) if samples.shared else 1)
    groups = min(GROUPS, int(samples.counts.min()))
    dealt = [
        stream(seed, "noise", 0 if samples.shared else t).permutation(len(y)) % groups
        for t, y in enumerate(samples.y)
    ]
    found = []
    for k in range(groups):
        kept = [rows != k for rows in dealt]
        y = [own[rows] for own, rows in zip(samples.y, kept, strict=True)]
        rows = (
            [Z[0][kept[0]]] * len(y) if samples.shared else [z[row] for z, row in zip(Z, kept, strict=True)]
        )
        tau = np.array([own.var(ddof=1) for own in y])
        explained = np.diagonal(covariance_forms(rows, y, rule.first, shared=samples.shared)[0])
        found.append((tau - explained) / (tau if samples.shared else tau.mean()))
    return np.asarray(np.sqrt(groups - 1) * np.std(found, axis=0))


def second_moments(samples: Samples) -> np.ndarray:
    """Estimate the covariances of the targets.

    Args:
        samples: of T tasks with at least 2 rows each.

    Returns:
        (T, T) array, diagonal unless rows are shared.
    """
    if samples.shared:
        return np.atleast_2d(np.cov(np.stack(samples.y)))
    return np.diag([y.var(ddof=1) for y in samples.y])


def spectrum(centred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues of the sum of outer products of rows, and a basis of the space they span.

    Args:
        centred: (N, p) rows.

    Returns:
        (r,) positive eigenvalues and a (p, r) orthonormal basis.
    """
    N, p = centred.shape
    if p <= N:
        eigenvalues, basis = np.linalg.eigh(centred.T @ centred)
        kept = eigenvalues > eigenvalues[-1] * 1e-12 * p
        return eigenvalues[kept], basis[:, kept]
    eigenvalues, left = np.linalg.eigh(centred @ centred.T)
    kept = eigenvalues > eigenvalues[-1] * 1e-12 * N
    return eigenvalues[kept], centred.T @ (left[:, kept] / np.sqrt(eigenvalues[kept]))


def grid_of(T: int) -> int:
    """Return how many ridges are tried: half of them where T x T numbers at each are what takes memory.

    Args:
        T: number of tasks.

    Returns:
        ``GRID``, or half of it beyond 300 tasks.
    """
    return GRID if T <= 300 else GRID // 2


class Resolvents:
    """Metrics of ``forms`` at a grid of ridges: functions of the pooled eigenvalues and nothing else.

    Attributes:
        kappa: (K,) effective ridge.
        df1: (K,) degrees of freedom.
        df2: (K,) degrees of freedom of second order.
        first: (r, K) diagonals of the metric whose forms are the first.
        second: (r, K) diagonals of the metric whose forms are the second.
    """

    def __init__(
        self, kappa: np.ndarray, df: tuple[np.ndarray, np.ndarray], metrics: tuple[np.ndarray, np.ndarray]
    ):
        self.kappa = kappa
        self.df1, self.df2 = df
        self.first, self.second = metrics


def resolvents(eigenvalues: np.ndarray, N: int, *, grid: int, samples_seen: bool) -> Resolvents:
    """Evaluate the metrics of ``forms`` on the grid.

    Args:
        eigenvalues: (r,) positive eigenvalues of the sum over N rows (degrees of freedom).
        N: number of rows behind them.
        grid: number K of ridges.
        samples_seen: whether the rows whose forms are wanted are among the N; rows that are not need no
            correction for what they did to the resolvent.

    Returns:
        Metrics with κ rising.
    """
    scale = eigenvalues.sum() / len(eigenvalues)
    ridge = np.geomspace(SMALLEST, LARGEST, grid) * scale
    left = eigenvalues[:, None] + ridge
    df1 = (eigenvalues[:, None] / left).sum(axis=0)
    slope1 = -(eigenvalues[:, None] / left**2).sum(axis=0)  # d df₁ / dλ
    rest = N - df1
    kappa = ridge / rest
    kappa_slope = (1 + kappa * slope1) / rest  # dκ/dλ, as dλ/dκ = rest + κ·d rest/dκ
    seen, seen_slope = np.ones(len(ridge)), np.zeros(len(ridge))
    if samples_seen:  # (1 + q)² = (N / rest)²
        seen = (N / rest) ** 2
        seen_slope = 2 * seen / rest * slope1
    first = rest * seen / left
    # κA = λ (1+q)² Q; its derivative by λ over dκ/dλ.
    second = (seen / left + ridge * seen_slope / left - ridge * seen / left**2) / kappa_slope
    df2 = df1 + kappa * slope1 / kappa_slope
    return Resolvents(kappa, (df1, df2), (first, second))
