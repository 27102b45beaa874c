"""The order of tasks: its exact effect on error and forgetting, and orders worth trying."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any, get_args

import numpy as np

from manytasks.readers import choice, count, real, short
from manytasks.subsets import moved
from manytasks.tasks import Tasks
from manytasks.theory.best_split import Objective
from manytasks.theory.domain import check_tasks, sample_counts
from manytasks.theory.forgetting import average_error, forgetting
from manytasks.theory.replay import Start, replay_error

# 7! = 5040 error matrices take seconds; 8! would take a minute.
EXHAUSTIVE = 7
MOST_TASKS = 40  # improved one at a time: a few minutes


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
    read = average_error if objective == "error" else forgetting
    n, m = sample_counts(tasks, samples), sample_counts(tasks, memory, "memory")
    values = []
    try:
        orders = list(orders)
    except TypeError as error:  # not all that has __iter__ can be iterated over
        raise ValueError(f"orders must be a list of permutations; got {short(orders)}") from error
    for order in orders:
        k = _permutation(order, tasks.T)
        values.append(read(replay_error(Tasks(tasks.gram[np.ix_(k, k)]), n[k], m[k], p, noise_var, start)))
    return np.array(values)


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
    than a second up to 200 tasks. Comparing them with ``order_values`` takes 5 ms each for 20 tasks.

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
    compares T² orders: 12 tasks take half a second of a core, 20 some ten seconds, 30 a minute.

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
    setting = (tasks, samples, memory, count(p, "p", least=1), real(noise_var, "noise_var", low=0))
    tried = candidate_orders(tasks)
    while True:
        values = order_values(*setting, tried, objective, start)
        best = tried[int(np.argmin(values))]
        moves = {moved(best, i, j) for i in range(tasks.T) for j in range(tasks.T)} - {best}
        if tasks.T <= EXHAUSTIVE or values.min() <= order_values(*setting, moves, objective, start).min():
            return best
        tried = [best, *sorted(moves)]
