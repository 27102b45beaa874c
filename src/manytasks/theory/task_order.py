"""The order of tasks: its exact effect on error and forgetting, and orders worth trying."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any, NamedTuple, get_args

import numpy as np

from manytasks.readers import choice, count, real, short
from manytasks.subsets import moved
from manytasks.tasks import Tasks
from manytasks.theory.best_split import Objective
from manytasks.theory.domain import check_tasks, noise_variance, parameter_counts, sample_counts, settled
from manytasks.theory.forgetting import average_error, forgetting
from manytasks.theory.replay import Start, check_memory, check_start, errors_after_each

# 7! = 5040 error matrices take seconds; 8! would take a minute.
EXHAUSTIVE = 7
MOST_TASKS = 40  # improved one at a time: a few seconds
BLOCK = 2**18  # distances of the orders that are computed together: 2 MB


def order_values(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: int,
    noise_var: float,
    orders: Iterable[Sequence[int]],
    objective: Objective = "error",
    start: Start = "warm",
) -> np.ndarray:
    """Return error or forgetting for every order in which the tasks may be learned.

    Ours. Samples and memory belong to their task and move with it.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, at most ``samples``.
        p: number of parameters, at least 1.
        noise_var: label-noise variance σ², at least 0.
        orders: permutations of 0, ..., T-1.
        objective: "error" (``average_error``) or "forgetting" of ``replay_error``.
        start: "warm" or "scratch", as in ``replay_error``.

    Returns:
        (number of orders,) array. With ``memory=samples`` all errors are equal: pooled data have no order.

    Raises:
        ValueError: if an argument is outside its range, or an order is no permutation.

    Example:
        >>> from manytasks import Tasks, theory
        >>> outlier = Tasks.from_vectors([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> theory.order_values(outlier, 50, 0, 200, 0.0, orders=[(0, 1, 2), (2, 0, 1)]).round(3)
        array([0.974, 0.901])
    """
    choice(objective, "objective", get_args(Objective))
    try:
        orders = list(orders)
    except TypeError as error:  # not all that has __iter__ can be iterated over
        raise ValueError(f"orders must be a list of permutations; got {short(orders)}") from error
    setting = _setting(tasks, samples, memory, p, noise_var, start)
    return _values(setting, np.array([_permutation(order, tasks.T) for order in orders]), objective, start)


class _Setting(NamedTuple):
    """A problem whose arguments have been checked, all of them floats."""

    tasks: Tasks
    n: np.ndarray
    m: np.ndarray
    p: np.ndarray
    sigma2: Any


def _setting(tasks: Tasks, samples: Any, memory: Any, p: Any, noise_var: Any, start: Start) -> _Setting:
    n = sample_counts(tasks, samples, symbols=False)
    m = sample_counts(tasks, memory, "memory", symbols=False)
    check_memory(n, m)
    check_start(start)
    widths, sigma2 = parameter_counts(p, symbols=False), noise_variance(noise_var, symbols=False)
    return _Setting(*settled(tasks, n, m, widths, sigma2, exact=False))


def _values(setting: _Setting, orders: np.ndarray, objective: Objective, start: Start) -> np.ndarray:
    """Compute many orders at once, in blocks whose distances stay in the processor's cache.

    Returns:
        (number of orders, *p.shape) array, bit for bit what ``replay_error`` of each order gives.
    """
    tasks, n, m, p, sigma2 = setting
    read = average_error if objective == "error" else forgetting
    norms2, distances2 = tasks.norms2, tasks.distances2
    p = np.asarray(p)[..., None, None]
    values = []
    for first in range(0, len(orders), block := max(1, BLOCK // tasks.T**2)):
        k = orders[first : first + block]
        k = k.reshape(len(k), *(1,) * (p.ndim - 1), tasks.T)  # a matrix product for each order by itself
        pairs = distances2[k[..., 0, :, None], k[..., 0, None, :]]
        rows = errors_after_each(norms2[k], pairs, n[k], m[k], p, sigma2, start)
        values.append(read(np.stack([row[..., 0, :] for row in rows], axis=-2)))
    return np.concatenate(values) if values else np.array([])


def _permutation(order: Any, T: int) -> list[int]:
    try:
        k = [count(place, "a place of an order", most=T - 1) for place in order]
    except (TypeError, ValueError) as error:
        raise ValueError(f"an order must be a permutation of 0 to {T - 1}; got {short(order)}") from error
    if sorted(k) != list(range(T)):
        raise ValueError(f"an order must be a permutation of 0 to {T - 1}; got {short(order)}")
    return k


def candidate_orders(tasks: Tasks) -> list[tuple[int, ...]]:
    """Return the orders worth comparing: all of them up to 7 tasks, a few that mean something beyond.

    Beyond 7 tasks these are, from every first task, the path to the nearest and that to the farthest task
    left, and the tasks sorted by their mean distance to the others, both ways: 2T + 2 orders, listed in less
    than a second up to 200 tasks. ``order_values`` compares some 10,000 orders of 20 tasks a second.

    Args:
        tasks: the T tasks.

    Returns:
        List of permutations of 0, ..., T-1.

    Example:
        >>> from manytasks import Tasks, theory
        >>> [len(theory.candidate_orders(Tasks.chain(T, 0.5))) for T in (5, 9)]
        [120, 20]
    """
    if check_tasks(tasks).T <= EXHAUSTIVE:
        return list(permutations(range(tasks.T)))
    distances2 = tasks.distances2
    outlying = np.argsort(distances2.mean(axis=1), kind="stable").tolist()
    paths = [_path(sign * distances2, first) for sign in (1, -1) for first in range(tasks.T)]
    return [tuple(outlying), tuple(outlying[::-1]), *paths]


def _path(distances2: np.ndarray, first: int) -> tuple[int, ...]:
    """Go from a task to the nearest that is left, and so on; of equal ones the first.

    Returns:
        The tasks, in that order.
    """
    order, left = [first], distances2.copy()
    for _ in range(len(distances2) - 1):
        left[:, order[-1]] = np.inf
        order.append(int(np.argmin(left[order[-1]])))
    return tuple(order)


def greedy_order(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: int,
    noise_var: float,
    objective: Objective = "error",
    start: Start = "warm",
) -> tuple[int, ...]:
    """Return an order improved by moving one task at a time, until no single move helps.

    Ours. It starts from the best of ``candidate_orders``; up to 7 tasks that is the best of all. A round
    compares T² orders, some 4 T⁵ floating-point operations: 20 tasks take a fifth of a second of a core, 30 a
    second, 40 some four. An order whose forgetting is nan counts as infinitely bad.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, at most ``samples``.
        p: number of parameters, at least 1.
        noise_var: label-noise variance σ², at least 0.
        objective: "error" or "forgetting".
        start: "warm" or "scratch", as in ``replay_error``.

    Returns:
        A permutation of 0, ..., T-1 that no move of one task to another place makes better.

    Raises:
        ValueError: if an argument is outside its range, or there are more than 40 tasks.

    Example:
        >>> from manytasks import Tasks, theory
        >>> outlier = Tasks.from_vectors([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> theory.greedy_order(outlier, 50, 0, 200, 0.0)
        (2, 0, 1)
    """
    if check_tasks(tasks).T > MOST_TASKS:
        raise ValueError(
            f"tasks must be at most {MOST_TASKS}, for each round compares T² orders; got {tasks.T}"
        )
    setting = _setting(
        tasks, samples, memory, count(p, "p", least=1), real(noise_var, "noise_var", low=0), start
    )
    choice(objective, "objective", get_args(Objective))

    def best_of(tried: list[tuple[int, ...]]) -> tuple[float, tuple[int, ...]]:
        values = _values(setting, np.array(tried), objective, start)
        values[np.isnan(values)] = (
            np.inf
        )  # infinite errors that remain so are no forgetting, and no good order
        return values.min(), tried[int(values.argmin())]

    least, best = best_of(candidate_orders(tasks))
    while tasks.T > EXHAUSTIVE:
        moves = {moved(best, i, j) for i in range(tasks.T) for j in range(tasks.T)} - {best}
        value, order = best_of(sorted(moves))
        if least <= value:
            break
        least, best = value, order
    return best
