"""Data that move from one task's to another's: brackets on the way, and what one task for all of it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.studies.dynamics.small_pairs import Data, Loss, sharpness

LENGTH = 10  # steps of a stream


def between(network: flow.Network, data: Data, share: float) -> Loss:
    """Return the squared loss part of the way from task 1 to task 2.

    Args:
        network: that learns.
        data: of one pair: inputs "x1", "x2" and targets "y1", "y2".
        share: of the way, 0 for task 1; inputs and targets move in straight lines.

    Returns:
        A function of the parameters.

    Example:
        >>> data = {name: torch.full((1, 1), float(name[1]) - 1) for name in ("x1", "y1", "x2", "y2")}
        >>> between(flow.Network((1, 1)), data, 0.5)(torch.tensor([3.0, 0.0]))  # 3 times 1/2 against 1/2
        tensor(0.5000)
    """
    x, y = ((1 - share) * data[f"{name}1"] + share * data[f"{name}2"] for name in "xy")
    return network.squared_loss(x, y)


@dataclass(frozen=True)
class StreamBrackets:
    """What a drifting stream has of brackets."""

    neighbours: np.ndarray  # (streams, speeds) length of the bracket of two losses a step apart
    kept: np.ndarray  # (streams,) the sum over all pairs, over that of an abrupt change half-way


def stream_brackets(
    network: flow.Network,
    theta: Tensor,
    data: dict[str, Tensor],
    speeds: Sequence[float],
    length: int = LENGTH,
) -> StreamBrackets:
    """Measure the brackets of streams whose data move in straight lines.

    Args:
        network: that learns.
        theta: (streams, parameters) where the brackets are taken.
        data: of the ends of each stream, as for ``between``.
        speeds: shares of the way that a step goes, for the brackets of neighbours.
        length: steps of the whole stream, at least 2, for the sum over all pairs.

    Returns:
        Both; where the loss itself moves in a straight line, the sum keeps T(T + 1)/6 over T²/4.
    """

    def along(theta: Tensor, data: Data) -> tuple[Tensor, Tensor]:
        stream = [between(network, data, k / (length - 1)) for k in range(length)]
        near = [
            flow.lie_bracket(stream[0], between(network, data, float(speed)), theta).norm()
            for speed in speeds
        ]

        def later(k: int) -> Loss:  # the bracket is linear in each loss: one for all pairs that k begins
            return lambda t: sum((loss(t) for loss in stream[k + 1 :]), torch.zeros((), dtype=t.dtype))

        pairs = sum(
            (flow.lie_bracket(stream[k], later(k), theta) for k in range(length - 1)), torch.zeros_like(theta)
        )
        abrupt = length**2 / 4 * flow.lie_bracket(stream[0], stream[-1], theta)
        return torch.stack(near), pairs.norm() / abrupt.norm()

    near, kept = vmap(along)(theta, data)
    return StreamBrackets(near.numpy(), kept.numpy())


def off_by_drift(
    network: flow.Network,
    theta: Tensor,
    data: dict[str, Tensor],
    drifts: Sequence[float],
    rate: float,
    length: int = LENGTH,
) -> np.ndarray:
    """Measure how far descent on drifting data ends from the flow that takes the task for its first loss.

    Args:
        network: that learns.
        theta: (networks, parameters) starting points.
        data: of the ends of each drift, as for ``between``.
        drifts: shares of the way that the data go in all the steps.
        rate: of a step, over the largest curvature of both ends at the start.
        length: number of steps, at least 2.

    Returns:
        (drifts, networks) distances over the way gone. At no drift what is left is the error of the modified
        equation itself, of the order of the rate squared.

    Example:
        >>> data = {name: torch.ones(1, 1, 1, dtype=torch.float64) for name in ("x1", "y1", "x2", "y2")}
        >>> theta = torch.zeros(1, 2, dtype=torch.float64)
        >>> off_by_drift(flow.Network((1, 1)), theta, data, [0.0], rate=0.1).round(3)
        array([[0.002]])
    """

    def curvature(theta: Tensor, data: Data) -> Tensor:
        return sharpness([between(network, data, share) for share in (0.0, 1.0)], theta)

    h = rate / vmap(curvature)(theta, data)

    def drifted(theta: Tensor, data: Data, h: Tensor, drift: float) -> Tensor:
        for k in range(length):
            theta = theta - h * grad(between(network, data, drift * k / (length - 1)))(theta)
        return theta

    def as_one_task(theta: Tensor, data: Data, h: Any) -> Tensor:
        return length * h * flow.modified_field([between(network, data, 0.0)], h, 1)(theta)

    flowed = flow.integrate(lambda now: vmap(as_one_task)(now, data, h), theta, 1.0)
    ends = [vmap(drifted, (0, 0, 0, None))(theta, data, h, float(drift)) for drift in drifts]
    return np.array([((end - flowed).norm(dim=1) / (end - theta).norm(dim=1)).numpy() for end in ends])
