"""Average error and forgetting: two readings of an error matrix, computed or measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import numbers
from manytasks.tasks import Tasks
from manytasks.theory.domain import Regime
from manytasks.theory.replay import Start, replay_error


def average_error(errors: ArrayLike) -> Any:
    r"""Return the error after the last task, averaged over tasks.

    Paper A: :math:`G = \frac1T \sum_i E[T, i]`.

    Args:
        errors: (..., T, T) error matrix [after task t, on task i], from ``replay_error`` or measured.

    Returns:
        Array of shape (...).

    Raises:
        ValueError: if the last two axes are not square.

    Example:
        >>> from manytasks import theory
        >>> theory.average_error([[0.1, 0.9], [0.3, 0.2]])
        np.float64(0.25)
    """
    with np.errstate(over="ignore"):
        return _square(errors)[..., -1, :].mean(axis=-1)


def forgetting(errors: ArrayLike) -> Any:
    r"""Return how much the error of the earlier tasks has grown since each was learned.

    Paper A: :math:`F = \frac{1}{T-1} \sum_{i<T} \big(E[T, i] - E[i, i]\big)`. It is negative where later
    tasks helped.

    Args:
        errors: (..., T, T) error matrix [after task t, on task i] with T >= 2 (a single task has nothing
            to forget), from ``replay_error`` or measured.

    Returns:
        Array of shape (...); nan where a task's error was infinite both times.

    Raises:
        ValueError: if the last two axes are not square, or T = 1.

    Example:
        >>> from manytasks import theory
        >>> theory.forgetting([[0.25, 0.9], [0.5, 0.2]])
        np.float64(0.25)
    """
    errors = _square(errors)
    if errors.shape[-1] < 2:
        raise ValueError("forgetting needs at least 2 tasks; got an error matrix for 1")
    with np.errstate(invalid="ignore", over="ignore"):
        growth = errors[..., -1, :] - np.diagonal(errors, axis1=-2, axis2=-1)
        return growth[..., :-1].mean(axis=-1)


def forgetting_terms(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: Any,
    noise_var: Any,
    start: Start = "warm",
    *,
    regime: Regime = None,
) -> dict[str, Any]:
    """Return what forgetting owes to the model and what the buffer adds to it.

    The names are those of Mechanism 3 of Paper A, the split is ours: F1 is the forgetting without any
    buffer, so it depends on the model but not on ``memory``; F2 is what the buffer changes. With
    ``start="warm"`` both tend to 0 as p grows.

    Args:
        tasks: the T >= 2 tasks, in the order in which they are learned.
        samples: number of samples of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, at most ``samples``.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        start: "warm" or "scratch", as in ``replay_error``.
        regime: side of every threshold, needed only when p or a count is a symbol.

    Returns:
        Dictionary of arrays with the shape of p; where finite, their sum is the forgetting of
        ``replay_error``.

    Raises:
        ValueError: if an argument is outside its range, or there is one task only.

    Example:
        >>> from manytasks import Tasks, theory
        >>> terms = theory.forgetting_terms(Tasks.chain(5, 0.5), 50, 25, p=1000, noise_var=0.1)
        >>> {name: round(float(term), 4) for name, term in terms.items()}
        {'F1': 0.0631, 'F2': 0.0172}
    """
    without, whole = (
        forgetting(replay_error(tasks, samples, buffer, p, noise_var, start, regime=regime))
        for buffer in (0, memory)
    )
    with np.errstate(invalid="ignore"):
        return {"F1": without, "F2": whole - without}


def _square(errors: ArrayLike) -> np.ndarray:
    errors = numbers(errors, "errors", symbols=True)
    if errors.ndim < 2 or errors.shape[-1] != errors.shape[-2] or errors.shape[-1] == 0:
        raise ValueError(f"errors must have shape (..., T, T); got {errors.shape}")
    return errors
