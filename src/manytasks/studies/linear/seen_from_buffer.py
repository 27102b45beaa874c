"""A least-squares fit does not fit the buffer: its error in the span of the stored samples, drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.simulate import direct
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks
from manytasks.theory.buffer_span import least_squares_error_in_span


class SeenFromBuffer(NamedTuple):
    """What the buffer sees of an error, by draws and by two formulas."""

    drawn: np.ndarray
    """(trials, T) squared error of each task in the span of the stored samples."""
    exact: np.ndarray
    """(T,) by the formula across the threshold; ours, claim O.3."""
    interpolated: np.ndarray
    """(T,) what it would be if the fit had interpolated its buffer."""


def seen_from_buffer(
    tasks: Tasks, samples: ArrayLike, memory: ArrayLike, p: int, noise_var: float, trials: int, seed: Seed
) -> SeenFromBuffer:
    """Fit all samples by least squares and project the error on the span of those that are stored.

    Args:
        tasks: T tasks.
        samples: (T,) counts, more than p in all.
        memory: (T,) how many of them are stored, fewer than p in all.
        p: number of parameters, at least T.
        noise_var: label-noise variance σ².
        trials: data sets.
        seed: of the draws.

    Returns:
        Draws and formulas.

    Example:
        >>> tasks = Tasks.equiangular(2, 0.5)
        >>> found = seen_from_buffer(tasks, [20, 10], [3, 0], 12, 0.1, trials=4, seed=1)
        >>> found.drawn.shape, bool((found.exact > 0).all())
        ((4, 2), True)
    """
    counts, kept, rank = np.asarray(samples), np.asarray(memory), min(tasks.T, p)
    X, y = direct.draw_data(stream(seed), trials, tasks.vectors(rank), counts, p, noise_var)
    first = np.cumsum(counts) - counts
    stored = np.concatenate([begin + np.arange(k) for begin, k in zip(first, kept, strict=True)])
    Q = np.linalg.qr(X[:, :, stored])[0]
    miss = direct.fit(X, y)[:, :, None] - tasks.vectors(p).T
    drawn = np.square(Q.swapaxes(1, 2) @ miss).sum(axis=1)
    exact = least_squares_error_in_span(tasks.distances2, counts, kept, np.array([float(p)]), noise_var)
    outside = (1 - kept.sum() / p) * tasks.norms2
    interpolated = theory.multitask_error(tasks, kept, p, noise_var) - outside
    return SeenFromBuffer(drawn, np.ravel(exact), interpolated)
