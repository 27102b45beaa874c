"""The theorems of Paper A on features that are not Gaussian: drawn and fitted, beside the formulas."""

from __future__ import annotations

import numpy as np

from manytasks import theory
from manytasks.simulate.direct import excess_risk, fit
from manytasks.simulate.features import excess_kurtosis, labels
from manytasks.simulate.replay_path import path_errors
from manytasks.streams import Seed, stream
from manytasks.studies.linear.replay_readings import STARTS
from manytasks.tasks import Tasks
from manytasks.theory.fit import noise_factor, spread_factor
from manytasks.theory.multitask import task_spread

QUANTITIES = ("alone", "pooled", "transfer", "forgetting", "forgetting, scratch")


def measured_errors(X: np.ndarray, tasks: Tasks, noise_var: float, memory: int, *, seed: Seed) -> np.ndarray:
    """Fit these very features in all the ways that the theorems speak of.

    Args:
        X: (draws, p, N) features; each task has N / T samples, one task after another.
        tasks: the T tasks; their parameters point into random directions, so that no coordinate is special.
        noise_var: label-noise variance.
        memory: buffer of each task.
        seed: of labels and directions.

    Returns:
        (draws, 5): ``QUANTITIES``, mean over tasks.
    """
    p, N = X.shape[1:]
    n = np.full(tasks.T, N // tasks.T)
    basis = stream(seed, "tasks", p).standard_normal((p, tasks.T))
    W = tasks.vectors(tasks.T) @ np.linalg.qr(basis)[0].T
    y = labels(stream(seed, "label noise", N), X, W, n, noise_var)
    alone = path_errors(X, y, W, n, 0 * n, "scratch")
    alone = np.diagonal(alone, axis1=1, axis2=2).mean(axis=1)
    pooled = excess_risk(fit(X, y.copy()), W).mean(axis=1)
    paths = [path_errors(X, y, W, n, np.full(tasks.T, memory), start) for start in STARTS]
    return np.stack([alone, pooled, alone - pooled, *map(theory.forgetting, paths)], axis=1)


def predicted_errors(tasks: Tasks, samples: int, noise_var: float, memory: int, p: int) -> np.ndarray:
    """Return the same five numbers from the theorems for Gaussian features.

    Args:
        tasks: the T tasks.
        samples: of each task.
        noise_var: label-noise variance.
        memory: buffer of each task.
        p: number of features.

    Returns:
        (5,): ``QUANTITIES``, mean over tasks.

    Example:
        >>> predicted_errors(Tasks.equiangular(2, 0.4), 10, 1.0, 5, 40)[:3].round(2)
        array([ 1.09,  2.01, -0.92])
    """
    alone = theory.single_task_error(tasks, samples, p, noise_var).mean()
    pooled = theory.multitask_error(tasks, samples, p, noise_var).mean()
    errors = [theory.replay_error(tasks, samples, memory, p, noise_var, start) for start in STARTS]
    return np.array([alone, pooled, alone - pooled, *map(theory.forgetting, errors)])


def next_order_error(tasks: Tasks, samples: int, noise_var: float, p: int, law: str) -> float:
    r"""Predict the pooled error of independent entries with their excess kurtosis, to order 1/p.

    Ours, not rigorous: the noise term gains :math:`\gamma/\max(p, N)`, the spread
    :math:`\gamma\max(0, 1/p - 1/N)`.

    Args:
        tasks: the T tasks.
        samples: of each task.
        noise_var: label-noise variance.
        p: number of features.
        law: of the entries, with a finite fourth moment.

    Returns:
        Mean over tasks.

    Example:
        >>> next_order_error(Tasks.equiangular(2, 0.4), 80, 1.0, 40, "exponential").__round__(3)
        0.762
    """
    N, gamma = tasks.T * samples, excess_kurtosis(law)
    spread = task_spread(tasks.distances2, np.full(tasks.T, samples))[1].item()
    extra = noise_factor(N, p) * noise_var / max(p, N)
    extra += spread_factor(N, p) * spread * max(0.0, 1 / p - 1 / N)
    return float(theory.multitask_error(tasks, samples, p, noise_var).mean() + gamma * extra)
