"""One round of gradient steps on two tasks, and the flows that are to end where it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.studies.dynamics.small_pairs import Loss, Pairs

Field: TypeAlias = Callable[[Tensor], Tensor]
FieldOf: TypeAlias = Callable[[list[Loss], Any], Field]

ONCE_EACH = (0, 1)  # a step on task 1, a step on task 2


def modified_loss_flow(losses: list[Loss], h: Any) -> Field:
    """Return the flow of the modified loss alone, which knows no bracket.

    Args:
        losses: of the tasks.
        h: rate of a step.

    Returns:
        A field.

    Example:
        >>> losses = [lambda t: (t**2).sum() / 2, lambda t: 0 * t.sum()]
        >>> modified_loss_flow(losses, 0.1)(torch.ones(1))
        tensor([-1.0500])
    """
    return lambda theta: -grad(flow.modified_loss(losses, h))(theta)


def wrong_sign(losses: list[Loss], h: Any) -> Field:
    """Return the flow of Eq. (8) of Paper B with the sign of its bracket turned around.

    Args:
        losses: of two tasks.
        h: rate of a step.

    Returns:
        A field.
    """
    return lambda theta: (
        flow.modified_field(losses, h, 1)(theta) - h * flow.lie_bracket(losses[0], losses[1], theta)
    )


FIELDS: dict[str, FieldOf] = {
    "gradient flow": lambda losses, h: flow.modified_field(losses, h, 0),
    "modified loss, no bracket": modified_loss_flow,
    "with the bracket": lambda losses, h: flow.modified_field(losses, h, 1),
    "next order": lambda losses, h: flow.modified_field(losses, h, 2),
    "bracket with the wrong sign": wrong_sign,
}
# The power of h with which the end of a round leaves the flow.
EXPECTED = dict(zip(FIELDS, (2, 2, 3, 4, 2), strict=True))


def repeated(pairs: Pairs, rates: Sequence[float]) -> tuple[Pairs, Tensor]:
    """Repeat all pairs for each rate, so that all rates are one system of equations.

    Args:
        pairs: to be repeated.
        rates: of a step.

    Returns:
        Pairs, for the first rate, then for the second, …; and the rate of each.

    Example:
        >>> pairs = Pairs(lambda d: [], torch.tensor([[1.0], [2.0]]), {})
        >>> rows, h = repeated(pairs, [0.1, 0.2])
        >>> rows.theta.flatten().tolist(), h.tolist()
        ([1.0, 2.0, 1.0, 2.0], [0.1, 0.1, 0.2, 0.2])
    """
    times = len(rates)
    data = {name: value.repeat(times, *[1] * (value.ndim - 1)) for name, value in pairs.data.items()}
    h = torch.as_tensor(np.asarray(rates, dtype=float)).repeat_interleave(len(pairs))
    return Pairs(pairs.losses, pairs.theta.repeat(times, 1), data), h


def stepped(
    pairs: Pairs,
    rates: Sequence[float],
    order: Sequence[int] = ONCE_EACH,
    weights: Sequence[float] | None = None,
) -> Tensor:
    """Take one round of gradient steps from every start and at every rate.

    Args:
        pairs: where the rounds begin.
        rates: of a step.
        order: 0 for a step on task 1, 1 for one on task 2, in turn.
        weights: rate of each step relative to the others, all 1 if left out.

    Returns:
        (rates, pairs, parameters) ends.

    Example:
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, torch.sum], torch.tensor([[1.0]]), {})
        >>> stepped(pairs, [0.5]).item(), stepped(pairs, [0.5], (1, 0)).item()
        (0.0, 0.25)
    """
    rows, h = repeated(pairs, rates)

    def steps(theta: Tensor, data: dict[str, Tensor], h: Any) -> Tensor:
        losses = pairs.losses(data)
        return flow.descend([losses[i] for i in order], theta, h, rates=weights)

    return vmap(steps)(rows.theta, rows.data, h).unflatten(0, (len(rates), -1))


def flowed(
    pairs: Pairs, field: FieldOf, rates: Sequence[float], durations: Sequence[float] | None = None
) -> Tensor:
    """Follow a flow from every start and for every rate.

    Args:
        pairs: where the flows begin.
        field: of the two losses and a rate, such as one of ``FIELDS``.
        rates: of the steps that the field knows.
        durations: one for each rate; the rate itself, a round, if left out.

    Returns:
        (rates, pairs, parameters) ends.

    Example:
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: 0 * t.sum()], start, {})
        >>> round(flowed(pairs, FIELDS["gradient flow"], [0.1], [1.0]).item(), 9)
        0.367879441
    """
    rows, h = repeated(pairs, rates)
    time = h if durations is None else repeated(pairs, durations)[1]
    batch = vmap(lambda theta, data, h, time: time * field(pairs.losses(data), h)(theta))
    end = flow.integrate(lambda theta: batch(theta, rows.data, h, time), rows.theta, 1.0)
    return end.unflatten(0, (len(rates), -1))
