"""One formula on both sides of the threshold, against draws: many tasks, and few of which one has no data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.studies.linear.transfer_draws import Setting
from manytasks.tasks import Tasks
from manytasks.theory.multitask import task_spread


def spread_of(tasks: Tasks, samples: int | Sequence[int]) -> float:
    """Return the spread V of the tasks around their mean task, weighted by samples.

    Args:
        tasks: the T tasks.
        samples: of each, one number or T.

    Returns:
        V, the least error of any single vector, averaged with the same weights.

    Example:
        >>> spread_of(Tasks.from_vectors([[1.0], [-1.0]]), 5)
        1.0
    """
    return float(task_spread(tasks.distances2, np.broadcast_to(samples, tasks.T))[1].item())


class Weighted(NamedTuple):
    """Errors of tasks, and their mean weighted by samples: V + ‖w - w̄‖² has less noise than any of them."""

    drawn: np.ndarray
    """(trials, widths, T + 1) the weighted mean comes last."""
    expected: np.ndarray
    """(widths, T + 1) the same by the theorem."""


def weighted_draws(setting: Setting, widths: np.ndarray, trials: int, seed: Seed) -> Weighted:
    """Draw errors in full, of tasks some of which may have no samples.

    Args:
        setting: tasks with T sample counts, not all 0, and noise variance.
        widths: numbers of parameters, at least the rank of the tasks.
        trials: data sets.
        seed: of the draws.

    Returns:
        Draws and theorem.

    Example:
        >>> setting = Setting(Tasks.from_vectors([[2.0], [1.0]]), [0, 15], 0.1)
        >>> weighted_draws(setting, np.array([1, 4]), trials=3, seed=1).drawn.shape
        (3, 2, 3)
    """
    shares = np.asarray(setting.samples) / np.sum(setting.samples)
    problem = (setting.tasks, setting.samples, widths, setting.noise_var)
    drawn = simulate.multitask_error(*problem, trials=trials, seed=seed)
    expected = theory.multitask_error(*problem)
    return Weighted(*(np.concatenate([e, (e @ shares)[..., None]], axis=-1) for e in (drawn, expected)))


def other_side(setting: Setting, widths: np.ndarray) -> np.ndarray:
    """Return the weighted mean with the weight that the spread has above the threshold, 1 - 1/p.

    Args:
        setting: tasks with T sample counts, N in all, and noise variance.
        widths: numbers of parameters below N - 1.

    Returns:
        (widths,) errors, of which only the term in V is wrong.

    Example:
        >>> setting = Setting(Tasks.from_vectors([[1.0], [-1.0]]), [10, 10], 0.0)
        >>> other_side(setting, np.array([1, 4])).round(3)
        array([1. , 1.2])
    """
    tasks, samples, noise_var = setting
    N, p = int(np.sum(samples)), np.asarray(widths)
    right = theory.multitask_error(tasks, samples, p, noise_var) @ (np.asarray(samples) / N)
    excess = theory.effective_noise(tasks, samples, p, 0.0) - (1 - 1 / p) * spread_of(tasks, samples)
    return right - p / (N - p - 1) * excess
