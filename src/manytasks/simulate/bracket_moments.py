"""The moments of ``theory.bracket_moments``, drawn: two tasks, two gradients, one product with a Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from manytasks.simulate.direct import draw_data, fit
from manytasks.simulate.errors import task_span
from manytasks.simulate.problem import drawn_problem
from manytasks.simulate.runner import draw_in_chunks
from manytasks.simulate.training import decompose, gains
from manytasks.streams import Seed
from manytasks.tasks import Tasks
from manytasks.theory.bracket_moments import BracketMoments
from manytasks.theory.bracket_moments import bracket_moments as exact_moments
from manytasks.theory.bracket_moments import training_forgetting as exact_forgetting
from manytasks.theory.training_rule import Rule, training_lengths


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

    def squares(X1: np.ndarray, X2: np.ndarray, residual: np.ndarray) -> np.ndarray:
        g2 = _apply(X2, residual) / residual.shape[1]
        seen = _features_of(X1, g2)
        n1 = X1.shape[2]
        bracket = _apply(X1, seen) / n1
        return np.stack([np.square(v).sum(axis=1) for v in (g2, seen / np.sqrt(n1), bracket)], axis=1)

    drawn = _second_tasks(squares, tasks, samples, p, noise_var, trials, seed)
    return BracketMoments(*np.moveaxis(drawn, -1, 0))


def training_forgetting(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    time: Any = np.inf,
    *,
    trials: int,
    seed: Seed,
) -> np.ndarray:
    """Draw the training loss of task 1 after task 2 has been trained, to the end or for a time.

    Mirrors ``theory.training_forgetting``, on the data of ``bracket_moments`` with the same seed.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: number of samples of each task, at least 1: one whole number or two.
        p: number of parameters, or an array of such numbers; at least the samples of either task and the
            rank of the tasks.
        noise_var: label-noise variance σ², at least 0.
        time: training time of task 2, or an array; inf is to the end.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Array of shape ``(trials, *p.shape, *time.shape)``; its mean estimates ``theory.training_forgetting``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate
        >>> simulate.training_forgetting(Tasks.chain(2, 0.0), 5, [20, 40], 0.0, trials=3, seed=1).shape
        (3, 2)
    """
    exact_forgetting(tasks, samples, p, noise_var, time)  # refuses what the theory refuses
    rule = Rule("flow", training_lengths(time, "time"))

    def regained(X1: np.ndarray, X2: np.ndarray, residual: np.ndarray) -> np.ndarray:
        if rule.strength.ndim == 0 and rule.to_the_end:
            moved = _features_of(X1, fit(X2, residual))[:, None]  # what task 1 fitted, it now misses by
        else:
            data = decompose(X2, residual)
            move = gains(data, Rule("flow", rule.strength.ravel()), X2.shape[2]) * data.labels[:, None]
            moved = move @ (data.vectors.swapaxes(1, 2) @ X1)
        return np.square(moved).sum(axis=-1) / (2 * X1.shape[2])

    drawn = _second_tasks(regained, tasks, samples, p, noise_var, trials, seed)
    return drawn.reshape(*drawn.shape[:-1], *rule.strength.shape)


def _second_tasks(
    measure: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    trials: int,
    seed: Seed,
) -> np.ndarray:
    """Draw both tasks, fit the first, and measure something of the second.

    ``measure`` takes the features of task 1, those of task 2 and the residual of task 1's interpolator on
    them, and returns an array with a row for each data set.

    Returns:
        Array of shape ``(trials, *p.shape, ...)``.
    """
    tasks, counts, widths, noise_var = drawn_problem(tasks, samples, p, noise_var)
    n = counts.astype(int)
    a = task_span(tasks, widths)

    def draw(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        X, y = (part[:wanted] for part in draw_data(rng, size, a, n, width, noise_var))
        X1, X2 = X[:, :, : n[0]], X[:, :, n[0] :]
        return measure(X1, X2, _features_of(X2, fit(X1, y[:, : n[0]])) - y[:, n[0] :])

    drawn = draw_in_chunks(draw, widths.ravel().tolist(), lambda w: w * int(n.sum() + 1), trials, seed)
    return drawn.reshape(len(drawn), *widths.shape, *drawn.shape[2:])


def _apply(X: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (X @ v[..., None])[..., 0]


def _features_of(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    return _apply(X.swapaxes(1, 2), w)
