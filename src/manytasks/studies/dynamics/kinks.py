"""Networks with kinks: how often does a step leave the linear piece that it started in?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from manytasks import flow


def active(network: flow.Network, theta: Tensor, x: Tensor) -> Tensor:
    """Say which hidden units of the first layer are active on which sample.

    Args:
        network: with a hidden layer.
        theta: (parameters,) weights of the first layer first, then its biases.
        x: (samples, inputs).

    Returns:
        (samples, units) truth values.

    Example:
        >>> theta = torch.tensor([1.0, -1.0, 0.0, 0.5, 1.0, 1.0, 0.0])
        >>> active(flow.Network((1, 2, 1), "relu"), theta, torch.tensor([[1.0], [-1.0]])).tolist()
        [[True, False], [False, True]]
    """
    inputs, units = network.widths[:2]
    weights, biases = theta[: inputs * units], theta[inputs * units : (inputs + 1) * units]
    return x @ weights.reshape(inputs, units) + biases > 0


def crossing_share(
    network: flow.Network, x: Tensor, y: Tensor, starts: Tensor, rates: Sequence[float]
) -> dict[float, float]:
    """Return the share of networks whose step makes a unit change sides on a sample.

    Args:
        network: of ReLU units, one hidden layer.
        x: (samples, inputs).
        y: (samples, outputs).
        starts: (networks, parameters).
        rates: of one step.

    Returns:
        Shares by rate, in [0, 1].
    """
    loss = network.squared_loss(x, y)

    def crosses(theta: Tensor, rate: float) -> Tensor:
        moved = flow.descend([loss], theta, rate)
        return (active(network, theta, x) != active(network, moved, x)).any()

    return {
        rate: float(torch.func.vmap(lambda theta, rate=rate: crosses(theta, rate))(starts).double().mean())
        for rate in rates
    }
