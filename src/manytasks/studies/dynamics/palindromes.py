"""Rounds that read the same backwards: how far they end from the flow of their modified loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from torch.func import grad

from manytasks import flow
from manytasks.studies.dynamics.rounds import ONCE_EACH, Field, FieldOf, flowed, stepped
from manytasks.studies.dynamics.small_pairs import Loss, Pairs

Schedule: TypeAlias = tuple[Sequence[int], Sequence[float]]  # tasks in turn, and their rates over h

ORDERS: dict[str, Schedule] = {  # in all of them each task has the total rate 1
    "1, 2": (ONCE_EACH, (1, 1)),
    "½1, 2, ½1": ((0, 1, 0), (0.5, 1, 0.5)),
    "½1, ½2, ½2, ½1": ((0, 1, 1, 0), (0.5,) * 4),
}


def schedule_flow(order: Sequence[int], weights: Sequence[float]) -> FieldOf:
    """Return the gradient flow of the modified loss of a schedule, without its brackets.

    Args:
        order: of the steps: 0 for task 1, 1 for task 2.
        weights: rate of each step over h.

    Returns:
        A field of the two losses and a rate.
    """

    def field(losses: list[Loss], h: Any) -> Field:
        loss = flow.modified_loss([losses[i] for i in order], h, weights)
        return lambda theta: -grad(loss)(theta)

    return field


def schedule_gaps(pairs: Pairs, rates: Sequence[float]) -> dict[str, np.ndarray]:
    """Measure how far a round of each of ``ORDERS`` ends from the gradient flow of its modified loss.

    Args:
        pairs: where all begin.
        rates: of a step.

    Returns:
        (rates, pairs) distances by name: of the order h² where the schedule leaves a bracket, h³ where not.

    Example:
        >>> import torch
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: -t.sum()], start, {})
        >>> {name: gap.item() < 1e-3 for name, gap in schedule_gaps(pairs, [0.1]).items()}
        {'1, 2': False, '½1, 2, ½1': True, '½1, ½2, ½2, ½1': True}
    """
    found = {}
    for name, (order, weights) in ORDERS.items():
        apart = stepped(pairs, rates, order, weights) - flowed(pairs, schedule_flow(order, weights), rates)
        found[name] = apart.norm(dim=-1).numpy()
    return found


def mean_order_gap(pairs: Pairs, rates: Sequence[float]) -> np.ndarray:
    """Measure how far the mean of the two orders ends from the flow of the modified loss.

    Args:
        pairs: where both orders begin.
        rates: of a step.

    Returns:
        (rates, pairs) distances, of the order h³: the two brackets cancel.
    """
    ends = [stepped(pairs, rates, order) for order in (ONCE_EACH, ONCE_EACH[::-1])]
    apart = (ends[0] + ends[1]) / 2 - flowed(pairs, schedule_flow(ONCE_EACH, (1, 1)), rates)
    return apart.norm(dim=-1).numpy()
