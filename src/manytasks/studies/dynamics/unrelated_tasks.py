"""How large the bracket is as the second task's data become unrelated: with shared parameters, with none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.small_pairs import Data, Loss


def relative_bracket(
    network: flow.Network, theta: Tensor, data: dict[str, Tensor], shares: Sequence[float]
) -> np.ndarray:
    r"""Measure the bracket over the gradients while task 2 turns from the data of task 1 to others.

    Args:
        network: that learns.
        theta: (pairs, parameters) where both are taken.
        data: independent inputs "x1", "x2" and targets "y1", "y2", as random as each other.
        shares: m in [0, 1]; the second task has the data :math:`\sqrt{1 - m^2}` times the first and m times
            the second, so its distribution stays the same while its correlation with task 1 falls.

    Returns:
        (pairs, shares) length of the bracket over the product of the gradients' lengths; 0 at share 0.

    Example:
        >>> network = flow.Network((1, 1))
        >>> data = {name: torch.ones(1, 1, 1) for name in ("x1", "x2", "y1", "y2")}
        >>> relative_bracket(network, torch.ones(1, 2), data, [0.0])
        array([[0.]], dtype=float32)
    """
    places = torch.as_tensor(np.asarray(shares, dtype=float))

    def one(share: Tensor, theta: Tensor, data: Data) -> Tensor:
        kept = (1 - share**2).sqrt()
        first = network.squared_loss(data["x1"], data["y1"])
        second = network.squared_loss(
            kept * data["x1"] + share * data["x2"], kept * data["y1"] + share * data["y2"]
        )
        g1, g2 = grad(first)(theta), grad(second)(theta)
        return flow.lie_bracket(first, second, theta).norm() / g1.norm() / g2.norm()

    each = vmap(lambda theta, data: vmap(lambda share: one(share, theta, data))(places))
    return each(theta, data).numpy()


def disjoint_bracket(network: flow.Network, data: Data, seed: Seed) -> float:
    """Measure the bracket of two tasks that share no parameter.

    Args:
        network: each task has one of its own.
        data: of one pair: inputs "x1", "x2" and targets "y1", "y2".
        seed: whole number >= 0, or a part of one.

    Returns:
        Largest size of an entry of the bracket over all parameters, which theory says is 0.

    Example:
        >>> data = {name: torch.ones(2, 1, dtype=torch.float64) for name in ("x1", "x2", "y1", "y2")}
        >>> disjoint_bracket(flow.Network((1, 1)), data, seed=1)
        0.0
    """

    def private(name: str, loss: Loss) -> Callable[[dict[str, Tensor]], Tensor]:
        return lambda theta: loss(theta[name])

    parts = {side: network.initial((seed, side)) for side in ("left", "right")}
    one, two = (network.squared_loss(data[f"x{i}"], data[f"y{i}"]) for i in (1, 2))
    bracket = flow.lie_bracket(private("left", one), private("right", two), parts)
    return max(float(value.abs().max()) for value in bracket.values())
