"""What a linear model knows and forgets after the last task, exactly, and what a buffer does to that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np

from manytasks import theory
from manytasks.tasks import Tasks
from manytasks.theory.replay import Start

STARTS: tuple[Start, ...] = get_args(Start)


class Readings(NamedTuple):
    """Two readings of an error matrix, each with the shape of p."""

    error: Any
    """G, mean over tasks after the last one."""
    forgetting: Any
    """F, mean growth of the errors of the earlier tasks since each was learned."""


def readings(
    tasks: Tasks, samples: Any, memory: Any, p: Any, noise_var: float, start: Start = "warm"
) -> Readings:
    """Return mean error and forgetting of the exact error matrix.

    Args:
        tasks: the T tasks in their order, at least 2.
        samples: of each task, one number or T.
        memory: how many of them stay in the buffer, one number or T.
        p: number of parameters, or an array of such numbers.
        noise_var: label-noise variance σ².
        start: "warm" goes on from the previous parameters, "scratch" begins at zero.

    Returns:
        Both, infinite at a threshold.

    Example:
        >>> error, forgetting = readings(Tasks.equiangular(2, 0.5), 20, 0, [80, 800], 0.0)
        >>> error.round(3), forgetting.round(3)
        (array([0.781, 0.975]), array([0.062, 0.001]))
    """
    errors = theory.replay_error(tasks, samples, memory, p, noise_var, start)
    return Readings(theory.average_error(errors), theory.forgetting(errors))


def buffer_effect(
    tasks: Tasks, samples: Any, memory: Any, p: Any, noise_var: float, start: Start = "warm"
) -> Readings:
    """Return by how much a buffer raises mean error and forgetting above those without one.

    Args:
        tasks: the T tasks in their order, at least 2.
        samples: of each task, one number or T.
        memory: how many of them stay in the buffer, one number or T.
        p: number of parameters, or an array of such numbers.
        noise_var: label-noise variance σ².
        start: "warm" or "scratch".

    Returns:
        Both differences; negative where the buffer helps, nan where both errors are infinite.

    Example:
        >>> buffer_effect(Tasks.equiangular(2, 1.0), 20, 20, 80, 0.0).error.round(4)
        np.float64(-0.0625)
    """
    kept, without = (readings(tasks, samples, m, p, noise_var, start) for m in (memory, 0))
    with np.errstate(invalid="ignore"):
        return Readings(*(one - other for one, other in zip(kept, without, strict=True)))


def reading_curves(
    geometries: Mapping[str, Tasks], samples: int, memories: Sequence[int], p: np.ndarray, noise_var: float
) -> dict[tuple[Start, str, int], Readings]:
    """Return both readings against p for both starts, several sets of tasks and several buffers.

    Args:
        geometries: sets of tasks by name.
        samples: of each task.
        memories: samples kept of each task.
        p: numbers of parameters.
        noise_var: label-noise variance σ².

    Returns:
        By start, name and buffer.

    Example:
        >>> curves = reading_curves({"pair": Tasks.equiangular(2, 0.5)}, 20, [0, 5], np.array([80]), 0.0)
        >>> curves["warm", "pair", 0].error.round(3), len(curves)
        (array([0.781]), 4)
    """
    return {
        (start, name, m): readings(tasks, samples, m, p, noise_var, start)
        for start in STARTS
        for name, tasks in geometries.items()
        for m in memories
    }
