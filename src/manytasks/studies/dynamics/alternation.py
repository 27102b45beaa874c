"""Two tasks learned in turn, in several orders of their steps, and in blocks: what becomes of the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from torch import Tensor
from torch.func import grad, vmap

from manytasks.studies.dynamics.second_task import descend_pairs
from manytasks.studies.dynamics.small_pairs import Pairs

Step: TypeAlias = tuple[tuple[int, ...], float]  # tasks whose gradients are summed, and the rate over h
FORWARD: tuple[Step, ...] = (((0,), 1.0), ((1,), 1.0))
PALINDROME: tuple[Step, ...] = (((0,), 0.5), ((1,), 1.0), ((0,), 0.5))
TOGETHER: tuple[Step, ...] = (((0, 1), 1.0),)

KINDS = ("together", "1, 2", "2, 1", "½1, 2, ½1", "1, 2, 2, 1", "random")
EVERY = 20  # rounds between two readings


@dataclass(frozen=True)
class Alternated:
    """What rounds of one kind have done."""

    loss: np.ndarray  # (readings, pairs) loss of task 1, every 20 rounds
    end: Tensor  # (pairs, parameters)


def steps_of_round(kind: str, k: int, flips: Sequence[bool]) -> tuple[Step, ...]:
    """Return the steps of one round.

    Args:
        kind: one of ``KINDS``.
        k: number of the round, from 0.
        flips: for "random", whether each round takes task 1 first.

    Returns:
        Tasks and rates in turn.

    Raises:
        ValueError: if the kind is unknown.

    Example:
        >>> [steps_of_round("1, 2, 2, 1", k, [])[0] for k in range(4)]
        [((0,), 1.0), ((1,), 1.0), ((0,), 1.0), ((1,), 1.0)]
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}; got {kind!r}")
    if kind in ("together", "½1, 2, ½1"):
        return TOGETHER if kind == "together" else PALINDROME
    first = kind == "1, 2" or (kind == "random" and bool(flips[k])) or (kind == "1, 2, 2, 1" and k % 2 == 0)
    return FORWARD if first else FORWARD[::-1]


def alternate(pairs: Pairs, kind: str, rounds: int, rate: float, flips: Sequence[bool]) -> Alternated:
    """Take rounds of gradient steps on both tasks.

    Args:
        pairs: where training begins.
        kind: one of ``KINDS``.
        rounds: number of rounds.
        rate: of a step.
        flips: for "random", whether each round takes task 1 first.

    Returns:
        Readings and end.

    Raises:
        ValueError: if the kind is unknown.

    Example:
        >>> import torch
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: -t.sum()], start, {})
        >>> alternate(pairs, "1, 2", 2, 0.5, []).end.item()
        1.0
    """
    slopes, one = [vmap(grad(pairs.loss(i))) for i in (0, 1)], vmap(pairs.loss(0))
    theta, readings = pairs.theta, []
    for k in range(rounds):
        for tasks, weight in steps_of_round(kind, k, flips):
            moves = [slopes[i](theta, pairs.data) for i in tasks]
            theta = theta - weight * rate * (moves[0] if len(moves) == 1 else moves[0] + moves[1])
        if (k + 1) % EVERY == 0:
            readings.append(one(theta, pairs.data).numpy())
    return Alternated(np.array(readings), theta)


def half_a_step(pairs: Pairs, rate: float) -> np.ndarray:
    """Return what half a step on task 1 takes off its loss, to leading order.

    Args:
        pairs: at the parameters where the step is taken.
        rate: h of a whole step.

    Returns:
        (pairs,) half of the rate times the squared gradient.

    Example:
        >>> import torch
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: -t.sum()], start, {})
        >>> half_a_step(pairs, 0.5)
        array([0.25])
    """
    slope = vmap(grad(pairs.loss(0)))(pairs.theta, pairs.data)
    return (rate / 2 * slope.square().sum(1)).numpy()


def in_blocks(pairs: Pairs, rounds: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Train task 1 to its end, and then task 2: what is forgotten of task 1?

    Args:
        pairs: where training begins.
        rounds: steps on each task, at least 1.
        rate: of a step.

    Returns:
        (pairs,) increase of the loss of task 1 during the second block; and the same if the last step gives
        half of its rate to task 1.

    Example:
        >>> import torch
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: -t.sum()], start, {})
        >>> in_blocks(pairs, 1, 0.5)  # from 1 to 1/2, and then on by 1/2, or by 1/4 and back by 1/8
        (array([0.375]), array([0.0703125]))
    """
    losses = [pairs.loss(i) for i in (0, 1)]
    learned = descend_pairs(pairs.theta, pairs.data, losses[0], rate, [rounds])[rounds]
    last = descend_pairs(learned, pairs.data, losses[1], rate, [rounds - 1])[rounds - 1]
    one, slopes = vmap(losses[0]), [vmap(grad(loss))(last, pairs.data) for loss in losses]
    base = one(learned, pairs.data)
    ends = (last - rate * slopes[1], last - rate / 2 * slopes[1] - rate / 2 * slopes[0])
    plain, shared = ((one(end, pairs.data) - base).numpy() for end in ends)
    return plain, shared
