"""The error of one fit to many tasks, as a mean over tasks: exactly, drawn, and beside its peak."""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.tasks import Tasks


def mean_error(tasks: Tasks, samples: Any, p: Any, noise_var: float) -> Any:
    """Return the exact excess risk of the pooled fit, mean over tasks.

    Args:
        tasks: the T tasks.
        samples: of each task, one number or T.
        p: number of parameters, or an array.
        noise_var: label-noise variance σ².

    Returns:
        Number, or an array with the shape of p.

    Example:
        >>> mean_error(Tasks.equiangular(2, 1.0), 10, [15, 40], 0.0)
        array([0. , 0.5])
    """
    return theory.multitask_error(tasks, samples, p, noise_var).mean(axis=-1)


def drawn_errors(
    tasks: Tasks, samples: Any, p: Any, noise_var: float, *, trials: int, seed: Seed
) -> np.ndarray:
    """Draw the same, exactly in distribution and without ever forming the features.

    Args:
        tasks: the T tasks.
        samples: of each task, one number or T.
        p: number of parameters, at least the rank of the tasks, or an array.
        noise_var: label-noise variance σ².
        trials: data sets.
        seed: of the draws.

    Returns:
        (trials, *p.shape) errors.

    Example:
        >>> drawn_errors(Tasks.equiangular(2, 1.0), 10, [15, 40], 0.0, trials=3, seed=1).shape
        (3, 2)
    """
    setting = (tasks, samples, p, noise_var)
    return simulate.multitask_error(*setting, trials=trials, seed=seed, method="reduced").mean(axis=-1)


def peak_ratio(tasks: Tasks, samples: int, noise_var: float) -> float:
    """Return the error at p = N + 2, next to the threshold, over that at 2N.

    Args:
        tasks: the T tasks.
        samples: of each, N in all, more than 2.
        noise_var: label-noise variance σ².

    Returns:
        A ratio, above 1 where there is a peak.

    Example:
        >>> [round(peak_ratio(Tasks.equiangular(2, c), 20, 0.0), 2) for c in (1.0, 0.5)]
        [0.1, 11.44]
    """
    N = tasks.T * samples
    beside, wide = mean_error(tasks, samples, np.array([N + 2, 2 * N]), noise_var)
    return float(beside / wide)


def error_by_data(tasks: Tasks, samples: np.ndarray, p: int, noise_var: float) -> np.ndarray:
    """Return the error of a model of fixed size against the size of the data.

    Args:
        tasks: the T tasks.
        samples: numbers of samples that each task has.
        p: number of parameters.
        noise_var: label-noise variance σ².

    Returns:
        Array with the shape of ``samples``; infinite at the threshold.

    Example:
        >>> error_by_data(Tasks.equiangular(2, 1.0), np.array([5, 20]), 20, 0.0)
        array([0.5, 0. ])
    """
    return np.array([mean_error(tasks, int(n), p, noise_var) for n in samples])
