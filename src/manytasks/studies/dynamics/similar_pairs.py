"""Pairs of regression tasks from nearly equal to unrelated, and small networks that are to learn them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import vmap

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts
from manytasks.studies.dynamics.second_task import Data, TaskLoss
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses

NETWORK, TEACHER = flow.Network((6, 8, 2)), flow.Network((6, 4, 2))
SAMPLES, NOISE = 12, 0.05


@dataclass(frozen=True)
class SimilarPairs:
    """Pairs of tasks, a row each.

    Args:
        start: parameters before task 1.
        data: inputs "x1", "x2" and noisy targets "y1", "y2"; of task 1 also other inputs "t1" and their clean
            targets "z1".
        similarity: (pairs,) correlation of the inputs and of the teachers of both tasks, from 0 to 1.
    """

    start: Tensor
    data: dict[str, Tensor]
    similarity: np.ndarray

    def at(self, theta: Tensor) -> Pairs:
        """Return the pairs at some parameters.

        Returns:
            Pairs with the training losses of both tasks.
        """
        return Pairs(squared_losses(NETWORK), theta, self.data)


def task_loss(inputs: str, targets: str) -> TaskLoss:
    """Return a squared loss of the network.

    Args:
        inputs: name in the data.
        targets: name in the data.

    Returns:
        A function of one pair's parameters and data.

    Example:
        >>> data = {"x": torch.zeros(3, 6), "y": torch.ones(3, 2)}
        >>> task_loss("x", "y")(torch.zeros(NETWORK.size), data)
        tensor(1.)
    """

    def loss(theta: Tensor, data: Data) -> Tensor:
        return NETWORK.squared_loss(data[inputs], data[targets])(theta)

    return loss


def similar_pairs(count: int, seed: Seed) -> SimilarPairs:
    """Draw pairs whose data and teachers range from unrelated to equal.

    Args:
        count: number of pairs, at least 2.
        seed: whole number >= 0, or a part of one.

    Returns:
        The pairs, by similarity.

    Example:
        >>> similar_pairs(3, seed=1).similarity
        array([0. , 0.5, 1. ])
    """
    generator = generator_of(seed, "tasks")
    similarity = torch.linspace(0, 1, count, dtype=torch.float64)
    kept, new = similarity[:, None], (1 - similarity**2).sqrt()[:, None]
    x1, t1 = (normal(generator, count, SAMPLES, 6) for _ in range(2))
    first, other = (
        torch.stack([TEACHER.initial((seed, "teacher", i, k), scale=1.5) for i in range(count)])
        for k in (0, 1)
    )
    second = kept * first + new * other
    x2 = kept[..., None] * x1 + new[..., None] * normal(generator, count, SAMPLES, 6)
    normal(generator, count, SAMPLES, 6)  # inputs of a test of task 2, which nothing measures
    teach = vmap(TEACHER)
    y1 = teach(first, x1) + NOISE * normal(generator, count, SAMPLES, 2)
    y2 = teach(second, x2) + NOISE * normal(generator, count, SAMPLES, 2)
    data = {"x1": x1, "x2": x2, "y1": y1, "y2": y2, "t1": t1, "z1": teach(first, t1)}
    return SimilarPairs(starts(NETWORK, count, seed, "start"), data, similarity.numpy())
