"""Two tasks for a network with a shared trunk and a private linear head for each task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import normal, starts
from manytasks.studies.dynamics.small_pairs import Data

Parameters: TypeAlias = dict[str, Tensor]  # "trunk", "head1", "head2"
TrunkLoss: TypeAlias = Callable[[Parameters], Tensor]

TRUNK, SAMPLES, OUTPUTS = flow.Network((3, 5, 3)), 10, 2
FLOWS = ("gradient flow", "modified loss (Eq. 6)", "without the conflict term")


def losses(data: Data) -> list[TrunkLoss]:
    """Return the two losses of one pair: half the mean squared error of a head on the trunk's features.

    Args:
        data: of one pair: inputs "x1", "x2" and targets "y1", "y2".

    Returns:
        Functions of the parameters.

    Example:
        >>> data = {"x1": torch.zeros(4, 3), "y1": torch.ones(4, 2)}
        >>> theta = {"trunk": torch.zeros(TRUNK.size), "head1": torch.ones(3, 2)}
        >>> losses(data)[0](theta)
        tensor(1.)
    """

    def loss(task: int) -> TrunkLoss:
        def of(theta: Parameters) -> Tensor:
            features = torch.tanh(TRUNK(theta["trunk"], data[f"x{task}"]))
            return (features @ theta[f"head{task}"] - data[f"y{task}"]).square().sum(-1).mean() / 2

        return of

    return [loss(1), loss(2)]


@dataclass(frozen=True)
class TrunkPairs:
    """Pairs of tasks with the parameters at which they are looked at; rows are pairs."""

    theta: Parameters
    data: dict[str, Tensor]

    def one(self, i: int) -> tuple[list[TrunkLoss], Parameters]:
        """Return the losses and the parameters of one pair.

        Returns:
            Both, without the axis of pairs.
        """
        theta, data = ({name: value[i] for name, value in rows.items()} for rows in (self.theta, self.data))
        return losses(data), theta

    def map(self, measure: Callable[[list[TrunkLoss], Parameters], Tensor]) -> Tensor:
        """Measure all pairs at once.

        Args:
            measure: of the two losses and the parameters of one pair.

        Returns:
            (pairs, ...) what was measured.
        """
        return vmap(lambda theta, data: measure(losses(data), theta))(self.theta, self.data)


def trunk_pairs(count: int, generator: torch.Generator, seed: Seed) -> TrunkPairs:
    """Draw unrelated pairs of regression tasks and starting points.

    Args:
        count: number of pairs, at least 1.
        generator: of data and heads; it goes on by what is drawn.
        seed: of the trunks, each of which has a stream of its own.

    Returns:
        The pairs.
    """
    columns = {"x1": TRUNK.widths[0], "x2": TRUNK.widths[0], "y1": OUTPUTS, "y2": OUTPUTS}
    data = {name: normal(generator, count, SAMPLES, width) for name, width in columns.items()}
    features = TRUNK.widths[-1]
    theta = {"trunk": starts(TRUNK, count, seed, "trunk", scale=1.2)}
    theta |= {
        head: normal(generator, count, features, OUTPUTS) / features**0.5 for head in ("head1", "head2")
    }
    return TrunkPairs(theta, data)


def step_distances(
    pairs: TrunkPairs, rates: Sequence[float], count: int, weights: tuple[float, float] = (1.0, 1.0)
) -> dict[str, np.ndarray]:
    r"""Measure how far one step on the weighted sum of the losses ends from each of ``FLOWS``.

    Args:
        pairs: where the steps begin.
        rates: of a step, and the times of the flows.
        count: how many of the pairs.
        weights: :math:`\alpha` and :math:`\beta`.

    Returns:
        (rates, count) distances by name: of the order h² without the right modified loss, of h³ with it.
    """
    theta, data = ({k: v[:count] for k, v in rows.items()} for rows in (pairs.theta, pairs.data))
    found: dict[str, list[np.ndarray]] = {name: [] for name in FLOWS}
    for h in rates:
        for name in FLOWS:
            down = _flow_of(name, data, weights, h)
            flowed = flow.integrate(down, theta, h)
            if name == FLOWS[0]:
                slope = down(theta)
                end = {k: theta[k] + h * slope[k] for k in theta}
            apart = torch.cat([(end[k] - flowed[k]).flatten(1) for k in end], dim=1)
            found[name].append(apart.norm(dim=1).numpy())
    return {name: np.array(rows) for name, rows in found.items()}


def inner(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> Tensor:
    """Return the inner product of two gradients over all parameters.

    Args:
        a: a gradient by name of the parameters.
        b: another.

    Returns:
        A scalar.

    Example:
        >>> inner({"w": torch.ones(2, 2), "b": torch.ones(1)}, {"w": torch.ones(2, 2), "b": torch.ones(1)})
        tensor(5.)
    """
    return torch.stack([(a[name] * b[name]).sum() for name in a]).sum()


def _flow_of(
    name: str, data: Data, weights: tuple[float, float], h: float
) -> Callable[[Parameters], Parameters]:
    """Return one of ``FLOWS``, of all pairs at once.

    Returns:
        A function of the parameters of all pairs.
    """

    def down(theta: Parameters, one_pair: Data) -> Parameters:
        scaled = [_times(weight, loss) for weight, loss in zip(weights, losses(one_pair), strict=True)]
        if name == FLOWS[0]:
            return _downhill(lambda t: scaled[0](t) + scaled[1](t))(theta)
        return _downhill(flow.modified_loss(scaled, h, together=name == FLOWS[1]))(theta)

    return lambda theta: vmap(down)(theta, data)


def _times(weight: float, loss: TrunkLoss) -> TrunkLoss:
    return lambda theta: weight * loss(theta)


def _downhill(potential: TrunkLoss) -> Callable[[Parameters], Parameters]:
    return lambda theta: {name: -slope for name, slope in grad(potential)(theta).items()}
