"""One step of descent on one task against the flow of each order: distances, a second route, the reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts
from manytasks.studies.dynamics.rounds import FieldOf, flowed, stepped
from manytasks.studies.dynamics.small_pairs import Data, Loss, Pairs, sharpness


def of_order(order: int) -> FieldOf:
    """Return the modified field of one order, for ``rounds.flowed``.

    Args:
        order: power of the rate that is kept, at least 0.

    Returns:
        A function of the losses and the rate.
    """
    return lambda losses, h: flow.modified_field(losses, h, order)


def step_gaps(learners: Pairs, orders: Sequence[int], rates: Sequence[float]) -> np.ndarray:
    """Measure how far one step ends from the flow of each order.

    Args:
        learners: one loss each, with the point where the step begins.
        orders: of the modified fields.
        rates: of the step, which the flow follows for the same time.

    Returns:
        (orders, rates, learners) distances.

    Example:
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> learners = Pairs(lambda d: [lambda t: (t**2).sum() / 2], start, {})
        >>> step_gaps(learners, [0], [0.1]).round(6).item(), round(np.exp(-0.1) - 0.9, 6)
        (0.004837, np.float64(0.004837))
    """
    end = stepped(learners, rates, (0,))
    flows = [flowed(learners, of_order(order), rates) for order in orders]
    return np.array([(end - each).norm(dim=-1).numpy() for each in flows])


def relative_gaps(learners: Pairs, orders: Sequence[int], rates: Sequence[float]) -> np.ndarray:
    """Measure the same over the length of the step.

    Args:
        learners: one loss each, with the point where the step begins.
        orders: of the modified fields.
        rates: of the step.

    Returns:
        (orders, rates, learners) array.

    Example:
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> learners = Pairs(lambda d: [lambda t: (t**2).sum() / 2], start, {})
        >>> relative_gaps(learners, [0, 1], [0.1]).round(4).ravel().tolist()
        [0.0484, 0.0032]
    """
    moved = stepped(learners, rates, (0,)) - learners.theta
    return step_gaps(learners, orders, rates) / moved.norm(dim=-1).numpy()


def from_iterates(loss: Loss, theta: Tensor, h: float, terms: int = 8) -> Tensor:
    r"""Return the modified field without any derivative but the gradient: from differences of iterates.

    A step of descent is the exponential of :math:`hD`, so :math:`hD = \log(1 + \Delta)` with the forward
    difference :math:`\Delta` of the iterates: :math:`h\tilde f = \Delta - \Delta^2/2 + \Delta^3/3 - \dots`

    Args:
        loss: scalar function of a vector.
        theta: point at which the field is wanted.
        h: rate.
        terms: of the series, at least 1; so many steps are taken.

    Returns:
        The field, to the power ``terms`` of h.

    Example:
        >>> exact = np.log(1 - 0.1) / 0.1
        >>> found = from_iterates(lambda t: (t**2).sum() / 2, torch.ones(1, dtype=torch.float64), 0.1)
        >>> bool(abs(found.item() - exact) < 1e-8)
        True
    """
    points = [theta]
    for _ in range(terms):
        points.append(flow.descend([loss], points[-1], h))
    differences, total = torch.stack(points), torch.zeros_like(theta)
    for k in range(1, terms + 1):
        differences = differences.diff(dim=0)
        total = total + (-1) ** (k - 1) * differences[0] / (k * h)
    return total


def rate_of_error(rates: ArrayLike, errors: ArrayLike, level: float) -> float:
    """Read at which rate an error reaches a level, between measured rates on logarithmic axes.

    Args:
        rates: (n,) positive, increasing.
        errors: (n,) positive, increasing.
        level: of the error.

    Returns:
        The rate; the nearest measured one where the level lies outside.

    Example:
        >>> round(rate_of_error([0.1, 0.4], [0.01, 0.16], 0.04), 12)
        0.2
    """
    return float(np.exp(np.interp(np.log(level), np.log(errors), np.log(rates))))


def scaled_learners(network: flow.Network, count: int, samples: int, seed: Seed) -> Pairs:
    """Draw networks with a task each, whose largest curvature at the start is one.

    Args:
        network: that learns.
        count: number of networks.
        samples: of each task.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Learners with one loss each.

    Example:
        >>> learners = scaled_learners(flow.Network((2, 2, 1)), 3, 4, seed=1)
        >>> learners.map(sharpness).round(decimals=9).tolist()
        [1.0, 1.0, 1.0]
    """
    generator = generator_of(seed, "many networks")
    ends = {"x": 0, "y": -1}
    data = {name: normal(generator, count, samples, network.widths[end]) for name, end in ends.items()}

    def raw(data: Data) -> list[Loss]:
        return [network.squared_loss(data["x"], data["y"])]

    def scaled(data: Data) -> list[Loss]:
        return [lambda theta: raw(data)[0](theta) / data["top"]]

    rough = Pairs(raw, starts(network, count, seed, "many starts", scale=1.5), data)
    return Pairs(scaled, rough.theta, {**data, "top": rough.map(sharpness)})
