"""Orders in the linear model: random problems, and the same data learned in several orders."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np

from manytasks import theory
from manytasks.readers import choice
from manytasks.simulate.direct import excess_risk, fit
from manytasks.streams import stream
from manytasks.tasks import Tasks

Rehearsal = Literal["together", "after"]

ROUNDING = 1e-12  # of the error


class OrderProblem(NamedTuple):
    """Tasks and sizes above the threshold of every step, in every order."""

    tasks: Tasks
    """T tasks in three dimensions."""
    samples: int
    """n, of each task."""
    memory: int
    """m, of each task, at least 1 and less than n."""
    p: int
    """Number of parameters."""
    noise_var: float = 0.0
    """Clean labels: noise does not tell orders apart."""


def random_problems(T: int, count: int, seed: int) -> list[OrderProblem]:
    """Draw problems in which the order matters.

    Args:
        T: number of tasks.
        count: number of problems.
        seed: of everything that is drawn.

    Returns:
        The problems: 2 to 9 samples, p at most n T above the least that is allowed.

    Example:
        >>> problem = random_problems(T=3, count=1, seed=1)[0]
        >>> problem.p > problem.samples + 2 * problem.memory + 1
        True
    """
    drawn = []
    for i in range(count):
        rng = stream(seed, "order problems", T, i)
        tasks = Tasks.from_vectors(rng.standard_normal((T, 3)))
        n = int(rng.integers(2, 10))
        m = int(rng.integers(1, n))
        drawn.append(OrderProblem(tasks, n, m, (T - 1) * m + n + 2 + int(rng.integers(0, n * T))))
    return drawn


def central_last(tasks: Tasks) -> tuple[int, ...]:
    """Return the order of falling mean distance.

    Args:
        tasks: the T tasks.

    Returns:
        A permutation of 0, ..., T-1.

    Example:
        >>> central_last(Tasks.from_vectors([[0.0], [1.0], [5.0]]))
        (2, 0, 1)
    """
    return tuple(np.argsort(-tasks.distances2.mean(axis=1), kind="stable").tolist())


class Survey(NamedTuple):
    """How well falling mean distance does on random problems."""

    problems: list[OrderProblem]
    """What was tried."""
    best: np.ndarray
    """Error of the best order of each."""
    regret: np.ndarray
    """How much larger the error of falling mean distance is, as a share of the best; 0 but for rounding."""


def survey(T: int, count: int, seed: int) -> Survey:
    """Compare the most central task last with the best of all orders.

    Args:
        T: number of tasks.
        count: number of problems.
        seed: of everything that is drawn.

    Returns:
        Problems, least errors and regrets.

    Example:
        >>> bool(survey(T=3, count=5, seed=1).regret.max() < 1e-12)
        True
    """
    problems = random_problems(T, count, seed)
    best = np.array([theory.best_order(*each).value for each in problems])
    rule = [theory.order_values(*each, [central_last(each.tasks)])[0] for each in problems]
    regret = np.array(rule) / best - 1
    return Survey(problems, best, np.where(regret < ROUNDING, 0.0, regret))


def drawn_order(
    X: np.ndarray,
    y: np.ndarray,
    vectors: np.ndarray,
    order: tuple[int, ...],
    samples: int,
    memory: int,
    rehearsal: Rehearsal = "together",
) -> np.ndarray:
    """Learn drawn data in one order, with a warm start, and return the mean error at the end.

    Args:
        X: (trials, p, T n) features, task by task.
        y: (trials, T n) labels.
        vectors: (T, r) optimal parameters; their other coordinates are zero.
        order: permutation of the T tasks.
        samples: n, of each task.
        memory: m, how many of its first samples each task leaves in the buffer.
        rehearsal: whether the buffer is fitted "together" with the new samples, or all of it "after" them.

    Returns:
        (trials,) mean over tasks; the same data in another order can be compared draw by draw.

    Raises:
        ValueError: if ``rehearsal`` is another word.

    Example:
        >>> rng = stream(1)
        >>> X, y = rng.standard_normal((3, 9, 4)), rng.standard_normal((3, 4))
        >>> drawn_order(X, y, np.eye(2), (1, 0), samples=2, memory=1).shape
        (3,)
    """
    choice(rehearsal, "rehearsal", get_args(Rehearsal))
    w, buffer = np.zeros(X.shape[:2]), np.arange(0)
    for t in order:
        own = np.arange(t * samples, (t + 1) * samples)
        sets = [np.concatenate([buffer, own])] if rehearsal == "together" else [own, buffer]
        for seen in filter(len, sets):
            w = w + fit(X[..., seen], y[:, seen] - (w[:, None] @ X[..., seen])[:, 0])
        buffer = np.concatenate([buffer, own[:memory]])
    return np.asarray(excess_risk(w, vectors).mean(axis=1))
