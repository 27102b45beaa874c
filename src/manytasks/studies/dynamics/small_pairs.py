"""Pairs of tasks for small networks whose parameters are one vector: what chapters on dynamics measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch
from torch import Tensor
from torch.func import grad, jacrev, vmap

from manytasks import flow

Data: TypeAlias = Mapping[str, Tensor]
Loss: TypeAlias = Callable[[Tensor], Tensor]
Losses: TypeAlias = Callable[[Data], list[Loss]]


@dataclass(frozen=True)
class Pairs:
    """Pairs of tasks, a row each, with the parameters at which each is looked at.

    Args:
        losses: from the data of one pair to its two losses, functions of a vector of parameters.
        theta: (pairs, parameters).
        data: tensors whose rows are pairs.
    """

    losses: Losses
    theta: Tensor
    data: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.theta)

    def at(self, theta: Tensor) -> Pairs:
        """Return the same tasks, looked at elsewhere.

        Returns:
            Pairs with these parameters.
        """
        return replace(self, theta=theta)

    def rows(self, chosen: slice) -> Pairs:
        """Return some of the pairs.

        Returns:
            Those that the slice names.
        """
        data = {name: value[chosen] for name, value in self.data.items()}
        return replace(self, theta=self.theta[chosen], data=data)

    def loss(self, i: int) -> Callable[[Tensor, Data], Tensor]:
        """Return the loss of one of the two tasks as a function of a pair's parameters and data.

        Args:
            i: 0 for task 1, 1 for task 2.

        Returns:
            A loss as ``second_task`` takes it.
        """
        return lambda theta, data: self.losses(data)[i](theta)

    def map(self, measure: Callable[[list[Loss], Tensor], Tensor]) -> Tensor:
        """Measure every pair at its own parameters, all at once.

        Args:
            measure: of the two losses and the parameters of one pair.

        Returns:
            (pairs, ...) what was measured.

        Example:
            >>> pairs = Pairs(lambda d: [torch.sum, torch.sum], torch.ones(3, 2), {})
            >>> pairs.map(lambda losses, theta: losses[0](theta))
            tensor([2., 2., 2.])
        """
        return vmap(lambda theta, data: measure(self.losses(data), theta))(self.theta, self.data)


def stacked(several: Sequence[Pairs]) -> Pairs:
    """Join pairs of the same kind.

    Args:
        several: with losses that follow from their data in the same way.

    Returns:
        All of them, one behind another.

    Example:
        >>> few = Pairs(lambda d: [], torch.zeros(2, 3), {"x": torch.ones(2)})
        >>> len(stacked([few, few, few]))
        6
    """
    names = several[0].data
    data = {name: torch.cat([each.data[name] for each in several]) for name in names}
    return Pairs(several[0].losses, torch.cat([each.theta for each in several]), data)


def squared_losses(network: flow.Network) -> Losses:
    """Return how the two squared losses of a pair follow from its data.

    Args:
        network: that learns.

    Returns:
        A function of the data of one pair, for ``Pairs``.

    Example:
        >>> tasks = {name: torch.ones(1, 1) for name in ("x1", "x2", "y1", "y2")}
        >>> [float(loss(torch.tensor([3.0, 0.0]))) for loss in squared_losses(flow.Network((1, 1)))(tasks)]
        [2.0, 2.0]
    """
    return lambda data: [network.squared_loss(data[f"x{i}"], data[f"y{i}"]) for i in (1, 2)]


def sharpness(losses: Sequence[Loss], theta: Tensor) -> Tensor:
    """Return the largest curvature of several losses at a point.

    Args:
        losses: twice differentiable, of a vector.
        theta: (parameters,).

    Returns:
        The largest eigenvalue of all their Hessians.

    Example:
        >>> sharpness([lambda t: t[0] ** 2, lambda t: 3 * t[1] ** 2 / 2], torch.ones(2))
        tensor(3.)
    """
    return torch.stack([torch.linalg.eigvalsh(jacrev(grad(loss))(theta))[-1] for loss in losses]).max()
