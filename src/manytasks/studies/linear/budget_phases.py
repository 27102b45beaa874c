"""Where a budget should go: all into parameters, into both, or all into samples, over maps of problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from manytasks import theory
from manytasks.studies.linear.budget_lines import along_line
from manytasks.tasks import Tasks

KINDS = ("all model", "interior", "all buffer")  # from parameters to samples


def best_memory(
    tasks: Tasks, samples: int, noise_var: float, budgets: np.ndarray, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the split of least error for many budgets at once; warm start.

    Args:
        tasks: the T tasks in their order.
        samples: of each task.
        noise_var: label-noise variance σ².
        budgets: in parameters, each at least the rank of the tasks.
        step: parameters given up for one more sample of every past task.

    Returns:
        For every budget the best m, and the largest that leaves enough parameters to hold the tasks.

    Example:
        >>> best_memory(Tasks.equiangular(3, 0.9), 10, 0.0, np.array([7, 400]), 4)
        (array([ 1, 10]), array([ 1, 10]))
    """
    rank = np.linalg.matrix_rank(tasks.gram, hermitian=True)
    most = np.minimum(samples, (budgets - rank) // step)
    values = np.full((samples + 1, len(budgets)), np.inf)
    for m in range(samples + 1):
        able = most >= m
        if able.any():
            errors = theory.replay_error(tasks, samples, m, (budgets - step * m)[able], noise_var)
            values[m, able] = theory.average_error(errors)
    return values.argmin(axis=0), most


def phase(memory: np.ndarray, most: Any) -> np.ndarray:
    """Return the kind of a split.

    Args:
        memory: samples kept of each task.
        most: the largest number that could be kept.

    Returns:
        Index in ``KINDS``; nothing stored is "all model" even where nothing could be.

    Example:
        >>> phase(np.array([0, 3, 5, 0]), np.array([5, 5, 5, 0]))
        array([0, 1, 2, 0])
    """
    return np.where(memory == 0, 0, np.where(memory == most, 2, 1))


def phases_by_budget(
    T: int, samples: int, noise_var: float, cosines: Sequence[float], budgets: np.ndarray, step: int
) -> np.ndarray:
    """Return the kind of the best split of equally similar tasks, over cosines and budgets.

    Args:
        T: number of tasks.
        samples: of each.
        noise_var: label-noise variance σ².
        cosines: of every two tasks.
        budgets: in parameters.
        step: parameters given up for one more sample of every past task.

    Returns:
        (cosines, budgets) indices in ``KINDS``.

    Example:
        >>> phases_by_budget(3, 10, 0.1, [0.0, 1.0], np.array([100, 400]), 4)
        array([[0, 0],
               [2, 2]])
    """
    setting = (samples, noise_var, budgets, step)
    return np.array([phase(*best_memory(Tasks.equiangular(T, c), *setting)) for c in cosines])


def phases_by_noise(
    T: int, samples: int, budget: int, cosines: Sequence[float], noises: np.ndarray, step: int
) -> np.ndarray:
    """Return the kind of the best split, over cosines and label noise; the error is a straight line in σ².

    Args:
        T: number of tasks.
        samples: of each; the budget must hold all of them and T parameters.
        budget: in parameters.
        cosines: of every two tasks.
        noises: label-noise variances σ².
        step: parameters given up for one more sample of every past task.

    Returns:
        (cosines, noises) indices in ``KINDS``.

    Example:
        >>> phases_by_noise(3, 10, 120, [0.0, 1.0], np.array([0.0, 2.0]), 4)
        array([[0, 0],
               [2, 0]])
    """
    every = range(samples + 1)
    clean, noisy = (
        np.array(
            [along_line(Tasks.equiangular(T, c), samples, v, budget, step, every).error for c in cosines]
        )
        for v in (0.0, 1.0)
    )
    lines = clean[:, None] + noises[:, None] * (noisy - clean)[:, None]
    return phase(lines.argmin(axis=-1), samples)


def kinds_along(
    T: int,
    samples: int,
    noise_var: float,
    budget: int,
    cosines: Sequence[float],
    sample_cost: int,
    objective: Literal["error", "forgetting"],
) -> np.ndarray:
    """Return the kind of the best split by ``theory.best_split`` as tasks grow alike.

    Args:
        T: number of tasks.
        samples: of each.
        noise_var: label-noise variance σ².
        budget: in parameters.
        cosines: of every two tasks.
        sample_cost: parameters that one stored sample costs.
        objective: what is to be least.

    Returns:
        (cosines,) indices in ``KINDS``.

    Example:
        >>> kinds_along(3, 10, 0.1, 120, [0.0, 1.0], 2, "error")
        array([0, 2])
    """
    splits = [
        theory.best_split(
            Tasks.equiangular(T, c), samples, noise_var, budget, sample_cost=sample_cost, objective=objective
        )
        for c in cosines
    ]
    return np.array([KINDS.index(split.kind) for split in splits])


def astray(kinds: np.ndarray) -> int:
    """Count the steps that do not go from model over both to buffer as tasks grow alike.

    Args:
        kinds: indices in ``KINDS``, by rising cosine.

    Returns:
        Steps back, and one for each end that is not where it should be.

    Example:
        >>> astray(np.array([0, 1, 2, 2])), astray(np.array([1, 0, 2, 1]))
        (0, 4)
    """
    return int(kinds[0] != 0) + int(kinds[-1] != 2) + int((np.diff(kinds) < 0).sum())
