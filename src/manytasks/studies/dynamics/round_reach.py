"""How far a flow stands for rounds of steps: many rounds in a fixed time, and one round of a large rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from manytasks import flow
from manytasks.studies.dynamics.one_task_steps import rate_of_error
from manytasks.studies.dynamics.rounds import FIELDS, flowed, stepped
from manytasks.studies.dynamics.small_pairs import Pairs


@dataclass(frozen=True)
class Reach:
    """How good flows are over many rounds and at large rates; all (…, pairs)."""

    after: np.ndarray  # (round counts, pairs) distance at a fixed time
    off: np.ndarray  # (large rates, pairs) distance after one round over its length

    def good_up_to(self, large: Sequence[float], error: float) -> float:
        """Return the rate at which the median error of a round is as large as told, read between two rates.

        Args:
            large: rates, as they were given.
            error: over the length of the round, positive.

        Returns:
            A rate, within those given.
        """
        return rate_of_error(large, np.median(self.off, axis=1), error)


def reach(
    pairs: Pairs,
    round_counts: Sequence[int],
    large: Sequence[float],
    names: Sequence[str],
    duration: float = 1.0,
) -> dict[str, Reach]:
    """Follow flows of ``FIELDS`` for a fixed time against many rounds, and for one round of large rates.

    Args:
        pairs: where all begin.
        round_counts: numbers of rounds that share the duration.
        large: rates of single rounds.
        names: of the fields.
        duration: of the many rounds.

    Returns:
        What was measured, by name.

    Example:
        >>> start = torch.ones(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: 0 * t.sum()], start, {})
        >>> found = reach(pairs, [10, 100], [0.1], ["gradient flow"])["gradient flow"]
        >>> found.after.round(4).tolist(), found.off.round(4).tolist()
        ([[0.0192], [0.0018]], [[0.0484]])
    """
    rates = duration / np.array(round_counts)
    ends = [
        pairs.map(lambda losses, theta, k=k: flow.descend(losses, theta, duration / k, k))  # type: ignore[misc]
        for k in round_counts
    ]
    many, once, found = torch.stack(ends), stepped(pairs, large), {}
    for name in names:
        end = flowed(pairs, FIELDS[name], [*rates, *large], [duration] * len(rates) + list(large))
        off = (once - end[len(rates) :]).norm(dim=-1) / (once - pairs.theta).norm(dim=-1)
        found[name] = Reach((many - end[: len(rates)]).norm(dim=-1).numpy(), off.numpy())
    return found
