"""Drawn transfers and their terms beside the theorem, for several sets of tasks at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.tasks import Tasks


class Setting(NamedTuple):
    """Tasks and the data that they have."""

    tasks: Tasks
    """T tasks."""
    samples: Any
    """Of each task, one number or T."""
    noise_var: float
    """Label-noise variance σ²."""


class TransferDraws(NamedTuple):
    """What was drawn, what the theorem says, and how large it is; column by column."""

    drawn: np.ndarray
    """(trials, columns) transfers of every task at every width, then K1, K2 and K3 above the threshold."""
    expected: np.ndarray
    """(columns,) the same by Paper A's theorem."""
    sizes: np.ndarray
    """(columns,) the pooled error behind each transfer; the term itself."""


def transfer_draws(
    settings: Mapping[str, Setting], widths: np.ndarray, trials: int, seed: Seed
) -> TransferDraws:
    """Draw transfers and terms of several settings at several widths, data in full and fitted.

    Args:
        settings: by the name of their streams.
        widths: numbers of parameters, none within 1 of a threshold; some must lie above the pooled one.
        trials: data sets.
        seed: of the draws.

    Returns:
        All columns of all settings, one after another.

    Example:
        >>> found = transfer_draws({"two": Setting(Tasks.equiangular(2, 0.5), 5, 0.1)},
        ...     np.array([2, 40]), trials=3, seed=1)
        >>> found.drawn.shape, found.expected.shape
        ((3, 7), (7,))
    """
    drawn, expected, sizes = [], [], []
    for name, (tasks, samples, noise_var) in settings.items():
        above = widths[widths > np.sum(np.broadcast_to(samples, tasks.T)) + 1]
        problem = (tasks, samples, widths, noise_var)
        beyond = (tasks, samples, above, noise_var)
        K = simulate.knowledge_transfer(*problem, trials=trials, seed=(seed, name, "K"))
        parts = simulate.transfer_terms(*beyond, trials=trials, seed=(seed, name, "terms"))
        drawn += [K.reshape(trials, -1), *parts.values()]
        terms = list(theory.transfer_terms(*beyond).values())
        expected += [theory.knowledge_transfer(*problem).ravel(), *terms]
        sizes += [theory.multitask_error(*problem).ravel(), *terms]
    return TransferDraws(np.concatenate(drawn, axis=1), np.concatenate(expected), np.concatenate(sizes))
