"""The moments of ``theory.bracket_moments``, drawn: two tasks, two gradients, one product with a Hessian."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from manytasks.simulate.direct import draw_data, fit
from manytasks.simulate.errors import CHUNK, MOST_DRAWS
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks
from manytasks.theory.bracket_moments import BracketMoments
from manytasks.theory.bracket_moments import bracket_moments as exact_moments
from manytasks.theory.bracket_moments import training_forgetting as exact_forgetting


def bracket_moments(
    tasks: Tasks, samples: Any, p: Any, noise_var: float, *, trials: int, seed: Seed
) -> BracketMoments:
    r"""Draw the gradient of task 2 at the interpolator of task 1, and its Lie bracket with task 1.

    Mirrors ``theory.bracket_moments``. No p x p matrix is formed: :math:`H_1 g_2 = X_1(X_1^\top g_2)/n_1`.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: number of samples of each task, at least 1: one whole number or two.
        p: number of parameters, or an array of such numbers; at least the samples of task 1 and the rank of
            the tasks.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        :math:`\|g_2\|^2`, :math:`g_2^\top H_1 g_2` and :math:`\|[g_1, g_2]\|^2`, three arrays of shape
        ``(trials, *p.shape)``; their means over trials estimate ``theory.bracket_moments``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate, theory
        >>> tasks = Tasks.equiangular(2, 0.5)
        >>> draws = simulate.bracket_moments(tasks, 10, 60, 0.1, trials=8000, seed=2)
        >>> draws.curvature.mean().round(1), theory.bracket_moments(tasks, 10, 60, 0.1).curvature.round(1)
        (np.float64(7.9), np.float64(7.9))
    """
    exact_moments(tasks, samples, p, noise_var)  # refuses what the theory refuses
    results = np.empty((3, trials := _whole(trials), *np.shape(p)))
    for index, width in np.ndenumerate(p):
        for rows, X1, n1, X2, residual in _second_tasks(tasks, samples, int(width), noise_var, trials, seed):
            g2 = _apply(X2, residual) / residual.shape[1]
            seen = _features_of(X1, g2)
            bracket = _apply(X1, seen) / n1
            for result, vector in zip(results, (g2, seen / np.sqrt(n1), bracket), strict=True):
                result[(rows, *index)] = np.square(vector).sum(axis=1)[: rows.stop - rows.start]
    return BracketMoments(*results)


def training_forgetting(
    tasks: Tasks, samples: Any, p: Any, noise_var: float, *, trials: int, seed: Seed
) -> np.ndarray:
    """Draw the training loss of task 1 after task 2 has been learned to the end.

    Mirrors ``theory.training_forgetting``, on the data of ``bracket_moments`` with the same seed.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: number of samples of each task, at least 1: one whole number or two.
        p: number of parameters, or an array of such numbers; at least the samples of either task and the
            rank of the tasks.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Array of shape ``(trials, *p.shape)``; its mean over trials estimates ``theory.training_forgetting``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate
        >>> simulate.training_forgetting(Tasks.chain(2, 0.0), 5, [20, 40], 0.0, trials=3, seed=1).shape
        (3, 2)
    """
    exact_forgetting(tasks, samples, p, noise_var)  # refuses what the theory refuses
    results = np.empty((trials := _whole(trials), *np.shape(p)))
    for index, width in np.ndenumerate(p):
        for rows, X1, n1, X2, residual in _second_tasks(tasks, samples, int(width), noise_var, trials, seed):
            moved = _features_of(X1, fit(X2, residual))  # what task 1 predicted exactly, it now misses by
            results[(rows, *index)] = np.square(moved).sum(axis=1)[: rows.stop - rows.start] / (2 * n1)
    return results


def _second_tasks(
    tasks: Tasks, samples: Any, p: int, noise_var: float, trials: int, seed: Seed
) -> Iterator[tuple[slice, np.ndarray, int, np.ndarray, np.ndarray]]:
    """Draw both tasks, fit the first.

    Yields:
        Which trials (the last chunk is drawn whole), features and number of samples of task 1, features of
        task 2 and residual of task 1's interpolator on them.
    """
    n1, n2 = np.broadcast_to(samples, (2,)).astype(int)
    tasks.vectors(p)  # raises if R^p cannot hold the tasks
    a = tasks.vectors(tasks.T)
    a = a[:, np.any(a != 0, axis=0)]
    size = int(min(MOST_DRAWS, max(1, CHUNK // (p * (n1 + n2 + 1)))))
    for start in range(0, trials, size):
        rng = stream(seed, "data", p, start // size)
        X, y = draw_data(rng, size, a, np.array([n1, n2]), p, noise_var)
        X1, X2 = X[:, :, :n1], X[:, :, n1:]
        residual = _features_of(X2, fit(X1, y[:, :n1])) - y[:, n1:]
        yield slice(start, min(start + size, trials)), X1, int(n1), X2, residual


def _apply(X: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (X @ v[..., None])[..., 0]


def _features_of(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    return _apply(X.swapaxes(1, 2), w)


def _whole(trials: int) -> int:
    if int(trials) != trials or trials < 1:
        raise ValueError(f"trials must be a whole number of at least 1; got {trials}")
    return int(trials)
