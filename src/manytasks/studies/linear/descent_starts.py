"""Gradient descent from starts other than zero: where it ends, its error, and how its peak stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.simulate.direct import excess_risk, fit
from manytasks.streams import Seed, stream
from manytasks.studies.linear.descent import PooledData, descend_to_limit, least_norm_fit
from manytasks.tasks import Tasks


def start_error(data: PooledData, start: ArrayLike, p: Any) -> Any:
    """Return the exact error after descent from a start, mean over tasks: all tasks are shifted by it.

    Theorem on the error from any start, claim A.B1.

    Args:
        data: the tasks.
        start: (T,) first coordinates of the start; the others are zero.
        p: number of parameters, or an array.

    Returns:
        Excess risk with the shape of p.

    Example:
        >>> data = PooledData(np.eye(2), np.array([5, 5]), 0.0, 1)
        >>> [float(start_error(data, start, 40).round(3)) for start in ([0, 0], [0.5, 0.5])]
        [1.043, 0.668]
    """
    shifted = Tasks.from_vectors(data.vectors - np.asarray(start))
    return theory.multitask_error(shifted, data.counts, p, data.noise_var).mean(axis=-1)


class FromStarts(NamedTuple):
    """Descent itself, from several starts at several widths."""

    errors: np.ndarray
    """(trials, starts, widths) excess risk, mean over tasks."""
    to_nearest: float
    """Largest distance to the interpolator nearest to the start, or the one least-squares solution, relative
    to the distance of the start."""
    to_minimum: float
    """Above the threshold, from starts after the first: smallest distance to the minimum-norm solution."""


def descend_from_starts(
    data: PooledData, starts: Sequence[np.ndarray], widths: Sequence[int], trials: int, tolerance: float
) -> FromStarts:
    """Run gradient descent to its limit from several starts, on the same data sets.

    Args:
        data: the tasks.
        starts: (T,) first coordinates of each start, zero first.
        widths: numbers of parameters, some above N.
        trials: data sets per width.
        tolerance: relative distance at which descent may stop.

    Returns:
        Errors, and distances relative to that from start to limit.

    Example:
        >>> data = PooledData(np.eye(2), np.array([2, 2]), 0.1, 1)
        >>> found = descend_from_starts(data, [np.zeros(2), np.ones(2)], [20], trials=3, tolerance=1e-6)
        >>> found.errors.shape, found.to_nearest <= 1e-6, found.to_minimum > 0.1
        ((3, 2, 1), True, True)
    """
    errors = np.empty((trials, len(starts), len(widths)))
    to_nearest, to_minimum = 0.0, np.inf
    for column, p in enumerate(widths):
        X, y = data.draw(p, trials, "starts")
        begin = np.zeros((p, len(starts)))
        begin[: len(data.vectors)] = np.stack(starts, axis=1)[:p]
        w, _ = descend_to_limit(X, y, np.broadcast_to(begin, (trials, *begin.shape)), tolerance)
        minimum = least_norm_fit(X, y)
        for row in range(len(starts)):
            own, ended = begin[:, row], w[..., row]
            errors[:, row, column] = excess_risk(ended, data.vectors).mean(axis=1)
            goal = own + fit(X, y - own @ X)
            far = np.linalg.norm(own - goal, axis=1)
            to_nearest = max(to_nearest, float((np.linalg.norm(ended - goal, axis=1) / far).max()))
            if p > data.N and row > 0:
                apart = np.linalg.norm(ended - minimum, axis=1) / far
                to_minimum = min(to_minimum, float(apart.min()))
    return FromStarts(errors, to_nearest, to_minimum)


def prominence(data: PooledData, start: ArrayLike) -> float:
    """Return how far the peak stands out: the error at p = N + 2 over the least error from there to 100 N.

    Args:
        data: the tasks.
        start: (T,) first coordinates of the start.

    Returns:
        A ratio of at least 1.
    """
    at, beyond = data.N + 2, np.arange(data.N + 3, 100 * data.N)
    return float(start_error(data, start, at) / start_error(data, start, beyond).min())


def prominences(data: PooledData, starts: Sequence[np.ndarray]) -> pd.DataFrame:
    """Compare how far the peak stands out with how far the tasks are from the start.

    Args:
        data: the tasks.
        starts: (T,) first coordinates of each start.

    Returns:
        One row a start: ``distance2``, mean squared distance of the tasks to it, and ``prominence``, both
        relative to the start at zero.

    Example:
        >>> data = PooledData(np.eye(2), np.array([4, 4]), 0.1, 1)
        >>> prominences(data, [np.array([0.5, 0.5]), np.array([-2.0, -2.0])]).round(2).values.tolist()
        [[0.5, 1.94], [13.0, 0.24]]
    """
    zero = prominence(data, np.zeros(len(data.vectors)))
    size = np.square(data.vectors).sum()
    rows = [
        (np.square(data.vectors - start).sum() / size, prominence(data, start) / zero) for start in starts
    ]
    return pd.DataFrame(rows, columns=["distance2", "prominence"])


def starts_around(data: PooledData, distances: Sequence[float], *, seed: Seed) -> list[np.ndarray]:
    """Draw starts around the mean of the tasks, and around its opposite.

    Args:
        data: the tasks.
        distances: typical ones of a start to the point around which it is drawn.
        seed: of the run.

    Returns:
        (T,) first coordinates, first around the opposite.

    Example:
        >>> data = PooledData(np.eye(2), np.array([4, 4]), 0.1, 1)
        >>> [start.tolist() for start in starts_around(data, [0.0], seed=1)]
        [[-0.5, -0.5], [0.5, 0.5]]
    """
    rng, middle = stream(seed, "random starts"), data.vectors.mean(axis=0)
    T = len(middle)
    return [
        middle * side + distance * rng.standard_normal(T) / np.sqrt(T)
        for side in (-1, 1)
        for distance in distances
    ]


def told_from_zero(data: PooledData, starts: Sequence[np.ndarray], widths: Sequence[int]) -> pd.DataFrame:
    """Say how wrong the formula for a start at zero is for other starts.

    Args:
        data: the tasks.
        starts: (T,) first coordinates of each.
        widths: numbers of parameters.

    Returns:
        A row per width and start: ``wide`` (p > N) and ``ratio``, the error from there over that from zero.

    Example:
        >>> data = PooledData(np.eye(2), np.array([4, 4]), 0.1, 1)
        >>> told_from_zero(data, [np.array([0.5, 0.5])], [5, 20]).round(2).values.tolist()
        [[False, 1.0], [True, 0.75]]
    """
    zero = np.zeros(len(data.vectors))
    rows = [
        (p > data.N, float(start_error(data, start, p) / start_error(data, zero, p)))
        for p in widths
        for start in starts
    ]
    return pd.DataFrame(rows, columns=["wide", "ratio"])
