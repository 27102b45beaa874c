"""Where a round of steps ends, and where flows and the other order end: distances by rate and pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.studies.dynamics.rounds import FIELDS, ONCE_EACH, FieldOf, flowed, repeated, stepped
from manytasks.studies.dynamics.small_pairs import Pairs

Move: TypeAlias = Callable[[Pairs, Sequence[float], Sequence[int]], Tensor]


def distances(
    pairs: Pairs, rates: Sequence[float], fields: Mapping[str, FieldOf] = FIELDS
) -> dict[str, np.ndarray]:
    """Measure how far one round of steps ends from the flow of each field.

    Args:
        pairs: where the rounds begin.
        rates: of a step, which the flow follows for the same time.
        fields: of the two losses and a rate, by name.

    Returns:
        (rates, pairs) distances by name of the field.

    Example:
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: 0 * t.sum()], start, {})
        >>> found = distances(pairs, [0.1], {"gradient flow": FIELDS["gradient flow"]})
        >>> round(found["gradient flow"].item(), 6), round(np.exp(-0.1) - 0.9, 6)
        (0.004837, np.float64(0.004837))
    """
    end = stepped(pairs, rates)
    return {name: (end - flowed(pairs, field, rates)).norm(dim=-1).numpy() for name, field in fields.items()}


def flowed_in_turn(pairs: Pairs, rates: Sequence[float], order: Sequence[int] = ONCE_EACH) -> Tensor:
    """Follow the gradient flow of each task in turn, for the time h each.

    Args:
        pairs: where the flows begin.
        rates: times h.
        order: of the tasks.

    Returns:
        (rates, pairs, parameters) ends.

    Example:
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: -t.sum()], start, {})
        >>> round(flowed_in_turn(pairs, [0.5]).item() - np.exp(-0.5), 9)
        np.float64(0.5)
    """
    rows, h = repeated(pairs, rates)
    end = rows.theta
    for i in order:
        end = flow.integrate(partial(_along_one, rows, h, i), end, 1.0)
    return end.unflatten(0, (len(rates), -1))


def _along_one(rows: Pairs, h: Tensor, i: int, theta: Tensor) -> Tensor:
    def velocity(theta: Tensor, data: dict[str, Tensor], h: Tensor) -> Tensor:
        return -h * grad(rows.losses(data)[i])(theta)

    return vmap(velocity)(theta, rows.data, h)


@dataclass(frozen=True)
class OrderGap:
    """How far the ends of both orders are apart, and what the bracket leaves of that: (rates, pairs) each."""

    gap: np.ndarray
    left_over: np.ndarray

    @property
    def missed(self) -> np.ndarray:
        """The share of the gap that the bracket misses."""
        return self.left_over / self.gap


def order_gap(pairs: Pairs, rates: Sequence[float], move: Move = stepped) -> OrderGap:
    """Compare task 1 first with task 2 first.

    Args:
        pairs: where both begin.
        rates: of the steps, or times of the flows.
        move: ``stepped`` or ``flowed_in_turn``.

    Returns:
        The distance of the two ends, and the same after h² times the bracket at the start is taken away.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> pairs = Pairs(lambda d: [one, two], torch.ones(1, 2, dtype=torch.float64), {})
        >>> moves = (stepped, flowed_in_turn)
        >>> [order_gap(pairs, [0.1], move).missed.round(2).item() for move in moves]
        [0.0, 0.16]
    """
    lie = pairs.map(lambda losses, theta: flow.lie_bracket(losses[0], losses[1], theta))
    squares = torch.as_tensor(np.asarray(rates, dtype=float))[:, None, None] ** 2
    apart = move(pairs, rates, ONCE_EACH) - move(pairs, rates, ONCE_EACH[::-1])
    return OrderGap(apart.norm(dim=-1).numpy(), (apart - squares * lie).norm(dim=-1).numpy())


def order_gaps(pairs: Pairs, rates: Sequence[float]) -> dict[str, OrderGap]:
    """Compare the two orders of steps, and those of flows.

    Args:
        pairs: where all begin.
        rates: of the steps, or times of the flows.

    Returns:
        Gaps by "steps" and "flows".
    """
    return {"steps": order_gap(pairs, rates), "flows": order_gap(pairs, rates, flowed_in_turn)}


def joined(found: Sequence[OrderGap]) -> OrderGap:
    """Join what was measured for several sets of pairs at the same rates.

    Args:
        found: gaps of each set.

    Returns:
        The same for all pairs.
    """
    return OrderGap(
        np.concatenate([each.gap for each in found], axis=-1),
        np.concatenate([each.left_over for each in found], axis=-1),
    )
