"""What the first steps on a second task do to the first: what is seen, and what the second order says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.studies.dynamics.rounds import FieldOf, modified_loss_flow
from manytasks.studies.dynamics.second_task import predictors
from manytasks.studies.dynamics.small_pairs import Loss, Pairs


def predictions(pairs: Pairs) -> dict[str, np.ndarray]:
    """Measure what could predict forgetting, pair by pair.

    Args:
        pairs: where task 1 has been learned.

    Returns:
        (pairs,) arrays by the names of ``second_task.predictors``.

    Example:
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: 2 * t.sum()
        >>> found = predictions(Pairs(lambda d: [one, two], torch.ones(1, 1), {}))
        >>> float(found["inner"][0]), float(found["curvature"][0])
        (2.0, 4.0)
    """
    found = vmap(predictors(pairs.loss(0), pairs.loss(1)))(pairs.theta, pairs.data)
    return {name: value.numpy() for name, value in found.items()}


def second_order_rise(found: Mapping[str, np.ndarray], time: Any) -> np.ndarray:
    r"""Predict the forgetting of the first steps.

    .. math:: -\tau \langle g_1, g_2 \rangle + \tfrac{\tau^2}2\, g_2^\top H_1 g_2

    Args:
        found: what ``predictions`` returned.
        time: :math:`\tau`, steps times their rate, a number or one per pair.

    Returns:
        (pairs,) increase of the loss of task 1, up to the third order of the time.

    Example:
        >>> second_order_rise({"inner": np.array([1.0]), "curvature": np.array([4.0])}, 0.5)
        array([0.])
    """
    return -time * found["inner"] + time**2 / 2 * found["curvature"]


def one_step(pairs: Pairs, lengths: Any) -> np.ndarray:
    """Measure what one step on task 2 does to task 1.

    Args:
        pairs: where task 1 has been learned.
        lengths: (lengths,) rates of the step, or (lengths, pairs).

    Returns:
        (lengths, pairs) increase of the loss of task 1.

    Example:
        >>> start = torch.zeros(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: t[0] ** 2, lambda t: 3 * t[0]], start, {})
        >>> one_step(pairs, [0.5, 1.0]).tolist()
        [[2.25], [9.0]]
    """
    one, slope = vmap(pairs.loss(0)), vmap(grad(pairs.loss(1)))(pairs.theta, pairs.data)
    base = one(pairs.theta, pairs.data).numpy()
    steps = torch.as_tensor(np.asarray(lengths, dtype=float)).reshape(len(lengths), -1, 1)
    return np.array([one(pairs.theta - step * slope, pairs.data).numpy() - base for step in steps])


@dataclass(frozen=True)
class Push:
    """The loss of task 1 around one round, with and without the bracket term; (pairs,) each."""

    before: np.ndarray
    without: np.ndarray
    after: np.ndarray
    leading: np.ndarray  # what theory says to leading order: h²/2 times the bracket along g1

    @property
    def added(self) -> np.ndarray:
        """What the bracket term adds to the loss of task 1."""
        return self.after - self.without

    @property
    def share(self) -> np.ndarray:
        """The size of that over the size of what the whole round changes."""
        return np.abs(self.added) / np.abs(self.after - self.before)


def bracket_push(pairs: Pairs, rate: float) -> Push:
    """Follow the modified equation for one round, with its bracket term and without.

    Args:
        pairs: where the round begins.
        rate: of the round, and the time of the flows.

    Returns:
        Losses of task 1.

    Example:
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: t.sum()  # the second is flat
        >>> push = bracket_push(Pairs(lambda d: [one, two], torch.ones(1, 1, dtype=torch.float64), {}), 0.1)
        >>> push.leading.round(9), bool(push.added < 0)
        (array([-0.005]), True)
    """

    def followed(field: FieldOf) -> np.ndarray:
        batch = vmap(lambda theta, data: field(pairs.losses(data), rate)(theta))
        end = flow.integrate(lambda theta: batch(theta, pairs.data), pairs.theta, rate)
        return one(end, pairs.data).numpy()

    def along_first(losses: list[Loss], theta: Tensor) -> Tensor:
        return grad(losses[0])(theta) @ flow.lie_bracket(losses[0], losses[1], theta)

    one: Callable[..., Tensor] = vmap(pairs.loss(0))
    return Push(
        before=one(pairs.theta, pairs.data).numpy(),
        without=followed(modified_loss_flow),
        after=followed(lambda losses, h: flow.modified_field(losses, h, 1)),
        leading=rate**2 / 2 * pairs.map(along_first).numpy(),
    )
