"""Rehearse together or after: exact last errors, who wins where, what every late round leaves."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks
from manytasks.theory.replay import Rehearsal

WAYS: dict[str, Rehearsal] = {"together": "concurrent", "after": "sequential"}  # words of chapter and theory
ROUNDING = 1e-10  # of an error: a smaller gap is not seen


def last_error(tasks: Tasks, samples: Any, memory: Any, p: Any, noise_var: float, way: str) -> Any:
    """Return the exact mean error over all tasks after the last.

    Args:
        tasks: the T tasks.
        samples: of each task.
        memory: samples of each that stay in the buffer.
        p: number of parameters, or an array.
        noise_var: label-noise variance.
        way: one of ``WAYS``.

    Returns:
        One number for each p, infinite where the last fit errs infinitely.

    Example:
        >>> pair = Tasks.equiangular(2, 0.5)
        >>> [last_error(pair, 20, 10, 60, 0.1, way).round(3).item() for way in WAYS]
        [0.937, 0.809]
    """
    return theory.average_error(
        theory.replay_error(tasks, samples, memory, p, noise_var, rehearsal=WAYS[way])
    )


def buffer_change(tasks: Tasks, samples: Any, memory: Any, p: ArrayLike, noise_var: float, way: str) -> Any:
    """Say what a buffer does to the error on the first of two tasks after the second.

    Args:
        tasks: two tasks.
        samples: of each task.
        memory: samples of the first that stay in the buffer.
        p: numbers of parameters.
        noise_var: label-noise variance.
        way: one of ``WAYS``.

    Returns:
        Error with the buffer less error without, by p: above 0 it harms; nan where the error is infinite.

    Example:
        >>> buffer_change(Tasks.equiangular(2, 0.5), 10, 5, [15, 40], 0.0, "together").round(2)
        array([ nan, 0.03])
    """
    kept, without = (
        theory.replay_error(tasks, samples, some, p, noise_var, rehearsal=WAYS[way])[:, 1, 0]
        for some in (memory, 0)
    )
    return np.where(np.isfinite(kept), kept - without, np.nan)


class Winner(NamedTuple):
    """Which way has the smaller mean error of two tasks of length 1."""

    signs: np.ndarray
    """(distances, p): -1 after, 1 together."""
    break_even: np.ndarray
    """(p,) distance at which they are equal."""


def who_wins(samples: int, memory: int, distances: np.ndarray, p: np.ndarray, noise_var: float) -> Winner:
    """Map who wins over distance and width; the difference is linear in the distance.

    Args:
        samples: of each task.
        memory: samples of the first that stay in the buffer.
        distances: squared ones of the two tasks, from 0 to 4.
        p: numbers of parameters.
        noise_var: label-noise variance.

    Returns:
        Signs and the border between them.

    Example:
        >>> found = who_wins(10, 5, np.array([0.01, 1.0]), np.array([60]), 0.0)
        >>> found.signs.ravel(), found.break_even.round(2)
        (array([ 1., -1.]), array([0.2]))
    """
    none, one = (
        theory.rehearsal_effect(Tasks([[1, 1 - d / 2], [1 - d / 2, 1]]), samples, memory, p, noise_var).mean(
            axis=-1
        )
        for d in (0.0, 1.0)
    )
    return Winner(np.sign(none + distances[:, None] * (one - none)), none / (none - one))


def late_rounds(tasks: Tasks, samples: int, memory: int, p: np.ndarray, noise_var: float) -> pd.Series:
    """Measure which share of the gap to the joint fit a round leaves, from the 30th to the 60th.

    Args:
        tasks: two tasks.
        samples: of each task.
        memory: samples of the first that stay in the buffer.
        p: numbers of parameters.
        noise_var: label-noise variance.

    Returns:
        Shares by p, where after 60 rounds there is still a gap beyond rounding.
    """
    errors = theory.rehearsal_rounds(tasks, samples, memory, p, noise_var, [30, 60, np.inf]).mean(axis=-1)
    gaps = np.abs(errors[:, :2] - errors[:, 2:])
    seen = gaps[:, 1] > ROUNDING * errors[:, 2]
    return pd.Series((gaps[seen, 1] / gaps[seen, 0]) ** (1 / 30), index=p[seen])


def largest_cosine2(samples: int, memory: int, p: np.ndarray) -> np.ndarray:
    """Return the largest squared cosine between the spans of new and stored samples in large models.

    Args:
        samples: new ones.
        memory: stored ones.
        p: numbers of parameters, at least as many as both together.

    Returns:
        Numbers up to 1, which is reached where p is their sum.

    Example:
        >>> largest_cosine2(6, 3, np.array([9, 900])).round(3)
        array([1.   , 0.019])
    """
    new, old = samples / p, memory / p
    return np.square(np.sqrt(new * (1 - old)) + np.sqrt(old * (1 - new)))


def wrong_sides(problems: int, *, seed: Seed) -> dict[str, int]:
    """Count random problems of two tasks in which a statement of the theorem on the two ways fails.

    Args:
        problems: random counts, buffers and widths, and for the last statement tasks.
        seed: of the run.

    Returns:
        By statement: ``noise`` alone favours after for p > 2 n₁, ``distance`` does, clean ``equal tasks``
        favour together, and a buffer revisited after does no ``harm`` to task 1 with clean labels.

    Example:
        >>> wrong_sides(5, seed=1)
        {'noise': 0, 'distance': 0, 'equal tasks': 0, 'harm': 0}
    """
    rng, wrong = stream(seed, "problems"), dict.fromkeys(("noise", "distance", "equal tasks", "harm"), 0)
    nothing, equal, apart = Tasks(np.zeros((2, 2))), Tasks(np.ones((2, 2))), Tasks(np.eye(2))
    for _ in range(problems):
        n = rng.integers(1, 60, size=2)
        stored = (int(rng.integers(1, n[0] + 1)), 0)
        least = max(n[0], n[1] + stored[0]) + 2
        p, ample = (int(each + rng.integers(0, 300)) for each in (least, max(least, 2 * n[0] + 1)))
        noise = theory.rehearsal_effect(nothing, n, stored, ample, 1.0)
        far, near = (theory.rehearsal_effect(tasks, n, stored, p, 0.0) for tasks in (apart, equal))
        wrong["noise"] += int(np.any(noise >= 0))
        wrong["distance"] += int(np.any(far >= near))
        wrong["equal tasks"] += int(np.any(near <= 0))
        drawn = Tasks.from_vectors(rng.standard_normal((2, 3)))
        wrong["harm"] += int(buffer_change(drawn, n, stored, [p], 0.0, "after")[0] >= 0)
    return wrong
