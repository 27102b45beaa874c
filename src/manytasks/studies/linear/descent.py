"""Gradient descent on pooled data, as far as its theorem prescribes: where it arrives, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.simulate.direct import draw_data, fit
from manytasks.streams import stream


class Drawn(NamedTuple):
    """Data sets of one width."""

    X: np.ndarray
    """(size, p, N) features, one column a sample."""
    y: np.ndarray
    """(size, N) labels."""


@dataclass(frozen=True, eq=False)
class PooledData:
    """Several tasks whose samples are pooled."""

    vectors: np.ndarray
    """(T, T) optimal parameters; all further coordinates are zero."""
    counts: np.ndarray
    """(T,) samples of each task, N in all."""
    noise_var: float
    """Label-noise variance σ²."""
    seed: int
    """Of everything that is drawn."""

    @property
    def N(self) -> int:
        """Number of samples."""
        return int(self.counts.sum())

    def draw(self, p: int, size: int, name: str) -> Drawn:
        """Draw data sets.

        Args:
            p: number of parameters, at least T.
            size: number of data sets.
            name: of their stream; with the width it names the draws.

        Returns:
            Features and labels.
        """
        rng = stream(self.seed, name, p)
        return Drawn(*draw_data(rng, size, self.vectors, self.counts, p, self.noise_var))


def least_norm_fit(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the minimum-norm interpolator (p >= N) or the least-squares solution (p < N).

    Args:
        X: (size, p, N) features.
        y: (size, N) labels, left as they are.

    Returns:
        (size, p) parameters.
    """
    return fit(X, y.copy())


def curvatures(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest and the smallest non-zero eigenvalue of XX'/N of every data set.

    Args:
        X: (size, p, N) features of full rank.

    Returns:
        Two arrays (size,).

    Example:
        >>> [values.tolist() for values in curvatures(np.diag([2.0, 4.0])[None])]
        [[8.0], [2.0]]
    """
    values = np.linalg.svd(X, compute_uv=False) ** 2 / X.shape[2]
    return values[:, 0], values[:, -1]


def descend(X: np.ndarray, y: np.ndarray, w: np.ndarray, steps: int, rate: ArrayLike) -> np.ndarray:
    """Take gradient steps on half the mean squared error, from several starts at once.

    Args:
        X: (size, p, N) features.
        y: (size, N) labels.
        w: (size, p, starts) parameters.
        steps: number of steps.
        rate: learning rate, one number or one that broadcasts with ``w``.

    Returns:
        (size, p, starts) parameters.
    """
    Xt, labels = X.swapaxes(1, 2), y[..., None]
    for _ in range(steps):
        w = w - rate * (X @ (Xt @ w - labels)) / X.shape[2]
    return w


def descend_to_limit(X: np.ndarray, y: np.ndarray, w: np.ndarray, tolerance: float) -> tuple[np.ndarray, int]:
    """Take as many steps at the best rate as the theorem prescribes for the slowest of the data sets.

    The rate is 2/(λ₁ + λ_r), for each data set its own.

    Args:
        X: (size, p, N) features.
        y: (size, N) labels.
        w: (size, p, starts) parameters.
        tolerance: wanted distance to the limit, relative to that of the start, in (0, 1).

    Returns:
        (size, p, starts) parameters, and the number of steps.

    Example:
        >>> X, y = np.diag([2.0, 4.0])[None], np.array([[2.0, 8.0]])
        >>> w, steps = descend_to_limit(X, y, np.zeros((1, 2, 1)), 1e-3)
        >>> w[0, :, 0].round(3), steps
        (array([0.999, 1.998]), 14)
    """
    top, bottom = curvatures(X)
    steps = int(np.ceil(np.log(tolerance) / np.log(1 - 2 * bottom / (top + bottom)).max()))
    return descend(X, y, w, steps, (2 / (top + bottom))[:, None, None]), steps


class DescentPath(NamedTuple):
    """Distances to the limit on the way, beside what the theorem allows."""

    distances: np.ndarray
    """(steps + 1,) relative to the start."""
    bound: float
    """Factor per step that no distance exceeds."""
    outside: float
    """How far a distance leaves one of its two bounds, relative to it; not positive if none does."""


def descent_path(X: np.ndarray, y: np.ndarray, tolerance: float) -> DescentPath:
    """Descend from zero on one data set at the best rate, and measure every step.

    The lower bound is the part of the start along the first and the last eigenvector: it shrinks by the
    factor itself.

    Args:
        X: (1, p, N) features, p at least N.
        y: (1, N) labels.
        tolerance: wanted relative distance at the end.

    Returns:
        The path.

    Example:
        >>> path = descent_path(np.diag([2.0, 4.0])[None], np.array([[2.0, 8.0]]), 1e-3)
        >>> round(path.bound, 2), len(path.distances) - 1, abs(path.outside) < 1e-12
        (0.6, 14, True)
    """
    top, bottom = (values[0] for values in curvatures(X))
    bound = (top - bottom) / (top + bottom)
    limit = least_norm_fit(X, y)[..., None]
    steps = int(np.ceil(np.log(tolerance) / np.log(bound)))
    w, path = np.zeros(limit.shape), [np.linalg.norm(limit)]
    for _ in range(steps):
        w = descend(X, y, w, 1, 2 / (top + bottom))
        path.append(np.linalg.norm(w - limit))
    distances = np.array(path) / path[0]
    ends = np.linalg.svd(X[0], full_matrices=False)[0][:, [0, -1]]
    share = np.linalg.norm(ends.T @ limit[0]) / path[0]
    over = distances / bound ** np.arange(steps + 1)
    return DescentPath(distances, float(bound), float(max(over.max() - 1, share / over.min() - 1)))
