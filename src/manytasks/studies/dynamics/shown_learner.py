"""The one network that a page follows step by step, and the bent bowl that one can look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.one_task_steps import from_iterates
from manytasks.studies.dynamics.random_pairs import generator_of, normal
from manytasks.studies.dynamics.small_pairs import Loss, Pairs, sharpness

NETWORK, SAMPLES, SCALE = flow.Network((3, 3, 1)), 8, 1.5


@dataclass(frozen=True)
class ShownLearner:
    """A network and its task; the largest curvature at the start is one."""

    x: Tensor
    y: Tensor
    theta: Tensor
    loss: Loss

    @property
    def pairs(self) -> Pairs:
        """The same as what ``one_task_steps`` measures."""
        return Pairs(lambda data: [self.loss], self.theta[None], {})

    def second_route(self, orders: Sequence[int], rates: Sequence[float]) -> np.ndarray:
        """Measure how far the field of each order is from the one that iterates alone tell.

        Args:
            orders: of the modified fields.
            rates: of the iterates.

        Returns:
            (orders, rates) distances, of the order h to the power order + 1.
        """
        seen = [(h, from_iterates(self.loss, self.theta, h)) for h in rates]
        fields = [[flow.modified_field([self.loss], h, k)(self.theta) for h, _ in seen] for k in orders]
        return np.array(
            [
                [float((here - told).norm()) for (_, here), told in zip(seen, row, strict=True)]
                for row in fields
            ]
        )


def shown_learner(seed: Seed) -> ShownLearner:
    """Draw a network and a regression task.

    Args:
        seed: whole number >= 0, or a part of one.

    Returns:
        The learner at its start.

    Example:
        >>> learner = shown_learner(1)
        >>> round(float(sharpness([learner.loss], learner.theta)), 9), learner.second_route([0], [0.1]).shape
        (1.0, (1, 1))
    """
    generator = generator_of(seed, "task")
    x, y = (normal(generator, SAMPLES, width) for width in (NETWORK.widths[0], NETWORK.widths[-1]))
    theta, raw = NETWORK.initial((seed, "start"), scale=SCALE), NETWORK.squared_loss(x, y)
    top = sharpness([raw], theta)
    return ShownLearner(x, y, theta, lambda t: raw(t) / top)


def valley(p: Tensor) -> Tensor:
    """Return a loss of two parameters: an elongated bowl, slightly bent.

    Args:
        p: (2,).

    Returns:
        A scalar, 0 at the minimum 0.

    Example:
        >>> valley(torch.tensor([1.0, 1.0]))
        tensor(0.6500)
    """
    return (p[0] ** 2 + 0.2 * p[1] ** 2 + 0.1 * (p[0] * p[1]) ** 2) / 2


@dataclass(frozen=True)
class ValleyWalk:
    """Descent in the valley from (1, 1), and the flows of several orders for the same time."""

    steps: np.ndarray  # (count + 1, 2)
    flows: dict[int, np.ndarray]  # (200, 2) by order


def walk_the_valley(rate: float, count: int, orders: Sequence[int]) -> ValleyWalk:
    """Descend, and follow flows.

    Args:
        rate: of a step.
        count: number of steps, at least 1.
        orders: of the modified fields.

    Returns:
        Points of both.

    Example:
        >>> found = walk_the_valley(0.6, 6, [0, 2])
        >>> [round(float(np.linalg.norm(found.steps[-1] - path[-1])), 3) for path in found.flows.values()]
        [0.041, 0.005]
    """
    origin, times = torch.ones(2, dtype=torch.float64), np.linspace(0, rate * count, 200)
    steps = torch.stack([flow.descend([valley], origin, rate, k) for k in range(count + 1)]).numpy()
    fields = {k: flow.modified_field([valley], rate, k) for k in orders}
    return ValleyWalk(
        steps,
        {k: torch.stack(flow.trajectory(one, origin, times.tolist())).numpy() for k, one in fields.items()},
    )
