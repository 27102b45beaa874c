"""The brackets that an order of several tasks leaves in a round: their sum over all pairs, order by order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
from torch import Tensor

from manytasks import flow
from manytasks.studies.dynamics.small_pairs import Loss

CLOSE = 24  # orders, evenly spread over the list of all, whose mean end is the centre


@dataclass(frozen=True)
class OrderSums:
    """What the orders of one set of tasks leave."""

    lengths: np.ndarray  # (orders,) of the sum of brackets, in the order of ``permutations``
    closer: float  # distance of a round in the shortest order from the centre, over that in the longest

    @property
    def relative(self) -> np.ndarray:
        """Lengths over their mean."""
        return self.lengths / self.lengths.mean()


def bracket_table(losses: list[Loss], theta: Tensor) -> Tensor:
    """Take the brackets of all pairs of tasks.

    Args:
        losses: of T tasks.
        theta: (parameters,).

    Returns:
        (T, T, parameters), antisymmetric in the tasks.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> bracket_table([one, two], torch.ones(2))[0, 1]
        tensor([-1.,  1.])
    """
    count = len(losses)
    table = torch.zeros(count, count, len(theta), dtype=theta.dtype)
    for u in range(count):
        for v in range(u + 1, count):
            table[u, v] = flow.lie_bracket(losses[u], losses[v], theta)
            table[v, u] = -table[u, v]
    return table


def order_sums(losses: list[Loss], theta: Tensor, rate: float) -> OrderSums:
    r"""Measure the length of :math:`\sum_{s<t} [g_{i_s}, g_{i_t}]` for all orders of some tasks.

    Args:
        losses: of T tasks, at least 2.
        theta: (parameters,) where the brackets are taken and rounds begin.
        rate: of the steps of the rounds that are compared.

    Returns:
        Lengths, and how much closer to the mean over orders the shortest ends than the longest.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> order_sums([one, two], torch.ones(2), 0.01).lengths.round(2)
        array([1.41, 1.41])
    """
    count, table = len(losses), bracket_table(losses, theta)
    orders = list(permutations(range(count)))
    upper = torch.triu(torch.ones(count, count, dtype=theta.dtype), 1)[..., None]
    lengths = np.array(
        [float((table[list(order)][:, list(order)] * upper).sum((0, 1)).norm()) for order in orders]
    )

    def end(order: tuple[int, ...]) -> Tensor:
        return flow.descend([losses[k] for k in order], theta, rate)

    centre = torch.stack([end(order) for order in orders[:: max(1, len(orders) // CLOSE)]]).mean(0)
    far, near = (float((end(orders[i]) - centre).norm()) for i in (lengths.argmax(), lengths.argmin()))
    return OrderSums(lengths, near / far)
