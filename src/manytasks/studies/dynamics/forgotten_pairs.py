"""Pairs of tasks learned one after the other: what becomes of the first, and what was predicted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch.func import vmap

from manytasks.streams import Seed
from manytasks.studies.dynamics.first_steps import predictions, second_order_rise
from manytasks.studies.dynamics.second_task import descend_pairs
from manytasks.studies.dynamics.similar_pairs import SimilarPairs, similar_pairs, task_loss
from manytasks.studies.dynamics.small_pairs import Pairs

FIRST_RATE = 0.2  # of the steps on task 1


@dataclass(frozen=True)
class Forgotten:
    """Pairs of tasks, and the rise of the losses of task 1 by number of steps on task 2, (pairs,) each."""

    drawn: SimilarPairs
    after: Pairs  # at the end of task 1
    found: dict[str, np.ndarray]  # what ``predictions`` measured there
    rate: float  # of the steps on task 2
    training: dict[int, np.ndarray]
    test: dict[int, np.ndarray]

    @property
    def last(self) -> int:
        """The largest number of steps."""
        return max(self.training)

    @property
    def times(self) -> np.ndarray:
        """Steps times rate, in order."""
        return np.array(list(self.training)) * self.rate

    @property
    def carried(self) -> np.ndarray:
        """(times, pairs) forgetting in training loss over its prediction to second order."""
        seen = zip(self.training.values(), self.times, strict=True)
        return np.array([rise / second_order_rise(self.found, time) for rise, time in seen])

    @property
    def half_life(self) -> float | None:
        """The time at which the median forgetting is half of its prediction; None if that is not reached."""
        middle = np.median(self.carried, axis=1)
        if middle.min() >= 0.5:
            return None
        return float(np.exp(np.interp(-0.5, -middle, np.log(self.times))))


def forget(count: int, train_steps: int, steps: Sequence[int], rate: float, seed: Seed) -> Forgotten:
    """Learn task 1 of many pairs, then task 2, and read task 1 on the way.

    Args:
        count: number of pairs, at least 2.
        train_steps: on task 1, at least 1, of rate ``FIRST_RATE``.
        steps: numbers of steps on task 2 after which task 1 is read, at least 1, in order.
        rate: of the steps on task 2.
        seed: whole number >= 0, or a part of one.

    Returns:
        What has been forgotten.

    Example:
        >>> pairs = forget(2, 5, [1, 3], 0.02, seed=1)
        >>> pairs.times.tolist(), pairs.carried.shape, pairs.last
        ([0.02, 0.06], (2, 2), 3)
    """
    drawn = similar_pairs(count, seed)
    one, unseen, two = (task_loss(x, y) for x, y in (("x1", "y1"), ("t1", "z1"), ("x2", "y2")))
    learned = descend_pairs(drawn.start, drawn.data, one, FIRST_RATE, [train_steps])[train_steps]
    path = descend_pairs(learned, drawn.data, two, rate, steps)
    training, test = (
        {k: (vmap(loss)(path[k], drawn.data) - vmap(loss)(learned, drawn.data)).numpy() for k in sorted(path)}
        for loss in (one, unseen)
    )
    after = drawn.at(learned)
    return Forgotten(drawn, after, predictions(after), rate, training, test)


def first_order_part(drawn: SimilarPairs, steps: int, rate: float) -> np.ndarray:
    r"""Say how much of the prediction is of first order where task 1 has been trained for a while only.

    Args:
        drawn: pairs before task 1.
        steps: on task 1, at least 1, of rate ``FIRST_RATE``.
        rate: :math:`\tau` of one step on task 2.

    Returns:
        (pairs,) size of :math:`\tau\langle g_1, g_2\rangle` over its sum with that of
        :math:`\tfrac{\tau^2}2 g_2^\top H_1 g_2`, in [0, 1].

    Example:
        >>> first_order_part(similar_pairs(2, seed=1), 1, 1e-9).round(6)
        array([1., 1.])
    """
    early = descend_pairs(drawn.start, drawn.data, task_loss("x1", "y1"), FIRST_RATE, [steps])[steps]
    found = predictions(drawn.at(early))
    first, second = np.abs(rate * found["inner"]), np.abs(rate**2 / 2 * found["curvature"])
    return np.asarray(first / (first + second))
