"""Sums of brackets over all orders of random tasks, set by set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from manytasks import flow
from manytasks.statistics import Interval, mean_interval
from manytasks.streams import Seed
from manytasks.studies.dynamics.order_sums import order_sums
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts

RATE = 0.01  # of the steps of the rounds that are compared


@dataclass(frozen=True)
class RandomSums:
    """What the orders of several sets of tasks leave."""

    relative: np.ndarray  # (sets, orders) length of the sum of brackets over its mean over orders
    closer: float  # how much closer the shortest order ends to the mean over orders than the longest; median

    @property
    def shortest(self) -> Interval:
        """The least length over orders, mean over the sets."""
        return mean_interval(self.relative.min(axis=1))


def random_sums(network: flow.Network, tasks: int, samples: int, count: int, seed: Seed) -> RandomSums:
    """Measure all orders of random regression tasks at random parameters.

    Args:
        network: that learns.
        tasks: T of a set, at least 2; it takes all T! orders.
        samples: of a task.
        count: number of sets, at least 2.
        seed: whole number >= 0, or a part of one.

    Returns:
        Lengths of the sums and how close rounds end.

    Example:
        >>> found = random_sums(flow.Network((3, 4, 2)), 3, 6, 2, seed=1)
        >>> found.relative.shape, found.relative.mean(axis=1).round(9)
        ((2, 6), array([1., 1.]))
    """
    generator, found = generator_of(seed, "five tasks"), []
    inputs, outputs = network.widths[0], network.widths[-1]
    for here in starts(network, count, seed, "five tasks"):
        losses = [
            network.squared_loss(normal(generator, samples, inputs), normal(generator, samples, outputs))
            for _ in range(tasks)
        ]
        found.append(order_sums(losses, here, RATE))
    closer = float(np.median([each.closer for each in found]))
    return RandomSums(np.array([each.relative for each in found]), closer)
