"""The same tasks in every order: error and forgetting of each, and the law of forgetting for large models."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from manytasks import theory
from manytasks.streams import stream
from manytasks.studies.linear.linear_orders import central_last
from manytasks.tasks import Tasks

Order: TypeAlias = tuple[int, ...]

MOST_TASKS = 5  # in all orders; 120 are as many as a figure can show
DRAWN = 60  # random orders where not all are tried


class Readings(NamedTuple):
    """What every order leads to."""

    error: np.ndarray
    """(orders,) mean error after the last task."""
    forgetting: np.ndarray
    """(orders,) mean growth of the errors of earlier tasks."""

    @property
    def rank(self) -> int:
        """Rank by error of the order that forgets least; 1 if it is the best."""
        return int((self.error < self.error[self.forgetting.argmin()]).sum()) + 1


def uneven_vectors(T: int, seed: int, draw: int) -> np.ndarray:
    """Draw optimal parameters whose norms and distances differ.

    Args:
        T: number of tasks, at least 1.
        seed: of the page.
        draw: which draw of it.

    Returns:
        (T, 3) array: standard normal vectors over √3 around the first unit vector.

    Example:
        >>> uneven_vectors(T=2, seed=1, draw=0).shape
        (2, 3)
    """
    rng = stream(seed, "tasks", draw)
    return np.asarray(rng.standard_normal((T, 3)) / np.sqrt(3) + np.eye(3)[0])


def falling_norm(tasks: Tasks) -> Order:
    """Return the order of falling norm.

    Args:
        tasks: the T tasks.

    Returns:
        A permutation of 0, ..., T-1.

    Example:
        >>> falling_norm(Tasks.from_vectors([[1.0], [-3.0], [2.0]]))
        (1, 2, 0)
    """
    return tuple(np.argsort(-tasks.norms2, kind="stable").tolist())


def tried_orders(tasks: Tasks, seed: int) -> list[Order]:
    """List the orders that are compared: all of up to five tasks, else a sample and those with a meaning.

    Args:
        tasks: the T tasks.
        seed: of the sample.

    Returns:
        Permutations of 0, ..., T-1; among them the natural order, the most central task last, the reverse of
        that, and falling norm.

    Example:
        >>> [len(tried_orders(Tasks.chain(T, 0.5), seed=1)) for T in (3, 5, 6)]
        [6, 120, 64]
    """
    if tasks.T <= MOST_TASKS:
        return list(permutations(range(tasks.T)))
    rng, last = stream(seed, "orders"), central_last(tasks)
    drawn = [tuple(rng.permutation(tasks.T).tolist()) for _ in range(DRAWN)]
    return [tuple(range(tasks.T)), last, last[::-1], falling_norm(tasks), *drawn]


def readings(
    tasks: Tasks,
    orders: Sequence[Order],
    samples: int,
    memory: int,
    p: int,
    noise_var: float,
    start: Any = "warm",
) -> Readings:
    """Return error and forgetting of every order, from one error matrix each.

    Args:
        tasks: the T tasks.
        orders: permutations of 0, ..., T-1.
        samples: n, of each task.
        memory: m, how many of them stay in the buffer.
        p: number of parameters.
        noise_var: label-noise variance.
        start: "warm" or "scratch".

    Returns:
        Two arrays, as of ``theory.order_values`` for both of its objectives.

    Example:
        >>> outlier = Tasks.from_vectors([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> found = readings(outlier, [(0, 1, 2), (2, 0, 1)], samples=50, memory=0, p=200, noise_var=0.0)
        >>> found.error.round(3), found.rank
        (array([0.974, 0.901]), 1)
    """
    grams = [tasks.gram[np.ix_(order, order)] for order in orders]
    matrices = [theory.replay_error(Tasks(gram), samples, memory, p, noise_var, start) for gram in grams]
    return Readings(theory.average_error(matrices), theory.forgetting(matrices))


def forgetting_limit(tasks: Tasks, order: Order, samples: int, noise_var: float) -> float:
    r"""Return what p times forgetting tends to as p grows, for every buffer; ours.

    Args:
        tasks: the T tasks.
        order: a permutation of 0, ..., T-1.
        samples: n, of each task.
        noise_var: label-noise variance σ².

    Returns:
        :math:`\frac{n}{T-1} \sum_{i<t} (d_{it} + \sigma^2 - \|w_i^*\|^2)`, summed over places.

    Example:
        >>> forgetting_limit(Tasks.from_vectors([[1.0], [3.0]]), (0, 1), samples=10, noise_var=0.5)
        35.0
    """
    later = tasks.T - 1 - np.arange(tasks.T)
    pairs = np.triu(tasks.distances2[np.ix_(order, order)] + noise_var, 1)
    return float(samples / (tasks.T - 1) * (pairs.sum() - later @ tasks.norms2[list(order)]))


def crowd(T: int, seed: int) -> tuple[Tasks, dict[str, list[Order]]]:
    """Draw more tasks than can be tried in every order, and orders of them by their meaning.

    Args:
        T: number of tasks.
        seed: of everything that is drawn.

    Returns:
        Tasks in four dimensions, and four families of orders.

    Example:
        >>> {name: len(orders) for name, orders in crowd(T=10, seed=1)[1].items()}
        {'random orders': 60, 'candidate orders': 22, 'falling norm': 1, 'central last': 1}
    """
    rng = stream(seed, "many tasks")
    tasks = Tasks.from_vectors(rng.standard_normal((T, 4)) / 2 + np.eye(4)[0])
    return tasks, {
        "random orders": [tuple(rng.permutation(T).tolist()) for _ in range(DRAWN)],
        "candidate orders": theory.candidate_orders(tasks),
        "falling norm": [falling_norm(tasks)],
        "central last": [central_last(tasks)],
    }
