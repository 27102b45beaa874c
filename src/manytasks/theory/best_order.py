"""The best order of tasks, exactly: what a swap of neighbours changes, and a search over all orders."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

import numpy as np

from manytasks.readers import choice, count, has_symbols, numbers, real, short
from manytasks.subsets import best_sequence, members_of
from manytasks.tasks import Tasks
from manytasks.theory.best_split import Objective
from manytasks.theory.domain import check_tasks, sample_counts
from manytasks.theory.replay import Start, check_memory, check_start, span_error, unseen_share
from manytasks.theory.task_order import greedy_order, order_values

MOST_TASKS = 14  # compared in all orders: 2**14 sets take a second


class Order(NamedTuple):
    """An order of tasks and what it leads to."""

    order: tuple[int, ...]
    """Permutation of 0, ..., T-1."""
    value: float
    """The objective, equal to that of ``order_values``."""
    exact: bool
    """Whether no other order is better; if not, no move of a single task makes it better."""


def best_order(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: int,
    noise_var: float,
    objective: Objective = "error",
    start: Start = "warm",
) -> Order:
    r"""Return the order in which the tasks are best learned.

    Ours. After a step above the threshold the mean error is a multiple of that before the step plus a number,
    and both depend on *which* tasks were learned, not on their order. So the best way to each set of tasks is
    enough: :math:`T\,2^T` steps in place of T! orders. From scratch only the last task matters.

    Forgetting has no such programme, for what a task's error was when it was learned depends on the order
    before it. There, beyond 14 tasks, and with a warm start where :math:`p \le N_t + 1` in some order, the
    result is that of ``greedy_order``, which is exact up to 7 tasks.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, at most ``samples``.
        p: number of parameters, at least 1.
        noise_var: label-noise variance σ², at least 0.
        objective: "error" (``average_error``) or "forgetting".
        start: "warm" or "scratch", as in ``replay_error``.

    Returns:
        Order, value, and whether it is the best of all. Of orders that are equal, rounding decides.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> tasks = Tasks.from_vectors([[-4, 0, -2], [1, 1, -2], [2, -2, -4], [-1, -4, -4]])
        >>> best = theory.best_order(tasks, samples=3, memory=2, p=12, noise_var=0.0)
        >>> best.order, round(best.value, 4), best.exact
        ((0, 2, 3, 1), 54.5359, True)
        >>> tasks.distances2.mean(axis=0)  # the most central task, 2, is not the last
        array([24.75, 18.25, 17.75, 18.75])
    """
    check_tasks(tasks)
    n = sample_counts(tasks, samples, symbols=False)
    m = sample_counts(tasks, memory, "memory", symbols=False)
    check_memory(n, m)
    width, sigma2 = count(p, "p", least=1), real(noise_var, "noise_var", low=0)
    choice(objective, "objective", get_args(Objective))
    check_start(start)
    setting = (tasks, n, m, width, sigma2)
    largest = float((n + m.sum() - m).max())
    if objective == "error" and start == "scratch":
        lasts = [(*(i for i in range(tasks.T) if i != last), last) for last in range(tasks.T)]
        values = order_values(*setting, lasts, objective, start)
        return Order(lasts[int(values.argmin())], float(values.min()), True)
    if objective == "error" and tasks.T <= MOST_TASKS and width > largest + 1:
        order, exact = _over_sets(*setting), True
    else:
        order, exact = greedy_order(*setting, objective, start), tasks.T <= 7
    return Order(order, float(order_values(*setting, [order], objective, start)[0]), exact)


def _over_sets(tasks: Tasks, n: np.ndarray, m: np.ndarray, p: int, sigma2: float) -> tuple[int, ...]:
    """Search over sets of learned tasks, above the threshold of every step.

    Returns:
        The best permutation.
    """
    T = tasks.T
    distances2 = np.asarray(tasks.distances2, dtype=float)
    member = members_of(T)
    buffer = np.where(member, m, 0.0)
    width = np.array([float(p)])
    kept = span_error(distances2, buffer, width, sigma2, "over").mean(axis=-1)
    keep, add = np.zeros(member.shape), np.zeros(member.shape)
    for t in range(T):
        counts = np.where(np.arange(T) == t, n, buffer)
        keep[:, t] = unseen_share(counts.sum(axis=-1), buffer.sum(axis=-1), float(p), "over")
        fitted = span_error(distances2, counts, width, sigma2, "over").mean(axis=-1)
        add[:, t] = fitted - keep[:, t] * kept
    start = float(np.mean(np.asarray(tasks.norms2, dtype=float)))
    return tuple(best_sequence(np.where(member, 0.0, add), np.where(member, 0.0, keep), start))


def order_index(tasks: Tasks, samples: int, memory: int, p: int, known: Any = ()) -> np.ndarray:
    r"""Return which of two neighbouring tasks should go first: the one with the larger index.

    Ours, for equal n, equal m, a warm start and :math:`p > N + 1` at every step. With k tasks P already
    known, :math:`q = p - (k+1)m`, and the mean distance :math:`D_t = \frac1T \sum_i d_{it}`, learning a
    before b instead of b before a changes the mean error after the two by

    .. math:: &-\frac{n(n-m)}{pq} \Big\{ D_a - D_b + \lambda_k \sum_{j \in P} (d_{ja} - d_{jb}) \Big\}, \\
        &\lambda_k = \frac{m\,[q^2 - (n-2m+2)q + 1 + n - m - mn]}{(q-1)(q-n-1)(q+m-n-1)} .

    The index is :math:`D_t + \lambda_k \sum_{j\in P} d_{jt}`. :math:`\lambda_k` is 0 without a buffer and
    positive with one. Later steps shrink the difference and never turn its sign.

    Args:
        tasks: the T tasks.
        samples: n, samples of each task, at least 1.
        memory: m, samples of each task that stay in the buffer, at most n.
        p: number of parameters, above (k+1)m + n + 1: both tasks are learned above the threshold.
        known: the tasks that were learned before, at most T - 2 different ones.

    Returns:
        (T,) array; nan for the known ones, which are no candidates.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> tasks = Tasks.from_vectors([[-4, 0, -2], [1, 1, -2], [2, -2, -4], [-1, -4, -4]])
        >>> theory.order_index(tasks, samples=3, memory=2, p=12, known=[0])
        array([        nan, 34.3452381 , 44.98809524, 36.70238095])
    """
    T = check_tasks(tasks).T
    if has_symbols(tasks.gram):
        raise ValueError("tasks must be numbers: indices are compared")
    n, m = count(samples, "samples", least=1), count(memory, "memory")
    if m > n:
        raise ValueError(f"memory must be at most samples; got {m} of {n}")
    learned = _known(known, T)
    k = len(learned)
    width = count(p, "p", least=(k + 1) * m + n + 2)
    distances2 = np.asarray(tasks.distances2, dtype=float)
    index = distances2.mean(axis=0) + known_weight(n, m, width, k) * distances2[learned].sum(axis=0)
    index[learned] = np.nan
    return index


def known_weight(n: Any, m: Any, p: Any, k: Any) -> Any:
    r"""Return :math:`\lambda_k` of ``order_index``: what the distance to a known task counts; symbols pass.

    Args:
        n: samples of each task.
        m: samples of each that stay in the buffer.
        p: number of parameters.
        k: number of known tasks.

    Returns:
        At least 0 for 0 <= m <= n and p > (k+1)m + n + 1.

    Example:
        >>> import sympy as sp
        >>> [known_weight(3, 2, sp.Integer(12), k) for k in (0, 1, 2)]
        [43/108, 13/21, 13/10]
    """
    q = p - (k + 1) * m
    return m * (q**2 - (n - 2 * m + 2) * q + 1 + n - m - m * n) / ((q - 1) * (q - n - 1) * (q + m - n - 1))


def _known(known: Any, T: int) -> list[int]:
    places = numbers(known, "known")
    if places.ndim != 1 or places.size > max(0, T - 2):
        raise ValueError(f"known must be a list of at most {max(0, T - 2)} tasks; got {short(known)}")
    learned = [count(place, "a known task", most=T - 1) for place in places]
    if len(set(learned)) != len(learned):
        raise ValueError(f"known must be different tasks; got {short(known)}")
    return learned
