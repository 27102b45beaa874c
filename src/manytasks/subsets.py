"""The best order of things where all that counts of a beginning is which things are in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MOST = 16  # things: 2**16 sets take half a second


def members_of(T: int) -> np.ndarray:
    """Return all sets of T things.

    Args:
        T: number of things.

    Returns:
        (2**T, T) truth values; thing t is in set S if bit t of S is 1.

    Example:
        >>> members_of(2).astype(int).tolist()
        [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return (np.arange(2**T)[:, None] >> np.arange(T)) % 2 == 1


def best_sequence(add: np.ndarray, keep: np.ndarray | float = 1.0, start: float = 0.0) -> list[int]:
    r"""Return the order whose value at the end is least, by dynamic programming over sets.

    The value of a beginning S that goes on with t becomes :math:`k_{St}\,v + a_{St}`. With
    :math:`k \ge 0` a better way through the same set is never worse later, so that one way is kept for
    each set (Held and Karp, 1962): T·2^T steps in place of T! orders.

    Args:
        add: (2**T, T) array a, for the sets of ``members_of``; entries with t in S are not read.
        keep: array k of the same shape, at least 0, or one number.
        start: value of the empty beginning.

    Returns:
        A permutation of 0, ..., T-1. Of orders that are equal, rounding decides.

    Example:
        >>> falling = np.where(members_of(2)[:, ::-1], [[5.0, 1.0]], 0.0)  # only what comes second costs
        >>> best_sequence(falling)
        [0, 1]
    """
    T = add.shape[1]
    keep = np.broadcast_to(keep, add.shape)
    value, last = np.full(2**T, np.inf), np.zeros(2**T, dtype=int)
    value[0] = start
    member = members_of(T)
    size = member.sum(axis=1)
    for k in range(T):
        layer = np.flatnonzero(size == k)
        for t in range(T):
            before = layer[~member[layer, t]]
            after = before | (1 << t)
            found = keep[before, t] * value[before] + add[before, t]
            better = found < value[after]
            value[after[better]], last[after[better]] = found[better], t
    order: list[int] = []
    left = 2**T - 1
    while left:
        order.append(int(last[left]))
        left ^= 1 << order[-1]
    return order[::-1]


def improved(order: tuple[int, ...], value: Callable[[tuple[int, ...]], Any]) -> tuple[int, ...]:
    """Return an order that no move of one thing to another place makes better.

    Args:
        order: where to begin.
        value: what is to be small.

    Returns:
        A permutation of the same things.

    Example:
        >>> improved((2, 0, 1), lambda order: sum(i * t for i, t in enumerate(order[::-1])))
        (0, 1, 2)
    """
    best, least = order, value(order)
    while True:
        moves = {moved(best, i, j) for i in range(len(order)) for j in range(len(order))} - {best}
        tried = sorted((value(each), each) for each in moves)
        if not tried or tried[0][0] >= least:
            return best
        least, best = tried[0]


def moved(order: tuple[int, ...], i: int, j: int) -> tuple[int, ...]:
    """Return the order in which the thing at place i stands at place j.

    Args:
        order: a permutation.
        i: the place it is taken from.
        j: the place it is put at.

    Returns:
        The other permutation.

    Example:
        >>> moved((0, 1, 2), 0, 2)
        (1, 2, 0)
    """
    rest = order[:i] + order[i + 1 :]
    return (*rest[:j], order[i], *rest[j:])
