"""Data sets in which the buffer is fitted after the new samples, once or in turns, beside the formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.tasks import Tasks


def drawn_after(
    tasks: Tasks, samples: Any, memory: Any, p: Sequence[int], noise_var: float, *, trials: int, seed: Seed
) -> tuple[np.ndarray, np.ndarray]:
    """Draw all entries of the error matrix for a buffer that is rehearsed after each task.

    Args:
        tasks: the T tasks.
        samples: of each task.
        memory: samples of each that stay in the buffer.
        p: numbers of parameters.
        noise_var: label-noise variance.
        trials: data sets.
        seed: of these draws.

    Returns:
        (trials, entries) draws and (entries,) expectations.

    Example:
        >>> drawn, expected = drawn_after(Tasks.equiangular(2, 0.5), 4, 2, [9], 0.1, trials=60, seed=1)
        >>> drawn.shape, expected.shape
        ((60, 4), (4,))
    """
    problem = (tasks, samples, memory, p, noise_var)
    options: dict[str, Any] = {"rehearsal": "sequential", "method": "reduced"}
    drawn = simulate.replay_error(*problem, trials=trials, seed=seed, **options)
    return drawn.reshape(trials, -1), theory.replay_error(*problem, rehearsal="sequential").ravel()


def drawn_rounds(
    tasks: Tasks,
    samples: int,
    memory: int,
    p: Sequence[int],
    noise_var: float,
    rounds: Sequence[int],
    *,
    trials: int,
    seed: Seed,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the errors after the second of two tasks, new samples and buffer fitted in turns.

    Args:
        tasks: two tasks.
        samples: of each task.
        memory: samples of the first that stay in the buffer.
        p: numbers of parameters.
        noise_var: label-noise variance.
        rounds: how many turns; each number has data sets of its own.
        trials: data sets.
        seed: of the run.

    Returns:
        (trials, errors) draws and (errors,) expectations: round after round, width after width, both tasks.

    Example:
        >>> pair = Tasks.equiangular(2, 0.5)
        >>> drawn, expected = drawn_rounds(pair, 4, 2, [9, 20], 0.1, (1, 3), trials=60, seed=1)
        >>> drawn.shape, expected.shape
        ((60, 8), (8,))
    """
    problem, drawn, expected = (tasks, samples, memory, p, noise_var), [], []
    options: dict[str, Any] = {"rehearsal": "sequential", "method": "reduced", "trials": trials}
    for turns in rounds:
        errors = simulate.replay_error(*problem, rounds=turns, seed=(seed, "rounds", turns), **options)
        drawn.append(errors[:, :, 1].reshape(trials, -1))
        expected.append(theory.rehearsal_rounds(*problem, turns).ravel())
    return np.concatenate(drawn, axis=1), np.concatenate(expected)


def data_sets_harmed(
    tasks: Tasks, samples: int, memory: int, p: Sequence[int], *, trials: int, seed: Seed
) -> int:
    """Count data sets with clean labels in which a buffer that is revisited after harms the first task.

    Args:
        tasks: two tasks.
        samples: of each task.
        memory: samples of the first that stay in the buffer.
        p: numbers of parameters.
        trials: data sets, the same with and without the buffer.
        seed: of the run.

    Returns:
        How many pairs of data set and width.

    Example:
        >>> data_sets_harmed(Tasks.equiangular(2, -0.5), 6, 3, [8, 20], trials=60, seed=1)
        0
    """
    with_buffer, without = (
        simulate.replay_error(
            tasks, samples, kept, p, 0.0, rehearsal="sequential", trials=trials, seed=(seed, "no harm")
        )[:, :, 1, 0]
        for kept in (memory, 0)
    )
    return int((with_buffer > without).sum())
