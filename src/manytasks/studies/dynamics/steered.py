"""Networks that follow flows with the conflict term kept, removed and reversed: what differs, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from manytasks.studies.dynamics.conflict_flows import EVERY, OBSERVED, WEIGHTS, follow
from manytasks.studies.dynamics.trunk_and_heads import TrunkPairs

PACE = 0.05  # time of an explicit step


@dataclass(frozen=True)
class Steered:
    """Readings along the flows; (readings, pairs, ``OBSERVED``) each."""

    clock: np.ndarray  # (readings,) times
    runs: dict[str, np.ndarray]  # by what becomes of the conflict term

    def change(self, name: str, observed: str) -> np.ndarray:
        """Return a reading with the term removed or reversed, less that with the term kept.

        Args:
            name: "removed" or "reversed".
            observed: one of ``OBSERVED``.

        Returns:
            (readings, pairs).
        """
        column = OBSERVED.index(observed)
        return np.asarray((self.runs[name] - self.runs["kept"])[..., column])

    @property
    def loss_in_percent(self) -> np.ndarray:
        """(readings, pairs) change of the loss when the term is removed, in percent of what it is with it."""
        return np.asarray(
            100 * self.change("removed", "loss") / self.runs["kept"][..., OBSERVED.index("loss")]
        )

    def reading(self, time: float) -> int:
        """Return the number of the first reading at a time or after it.

        Returns:
            From 0.
        """
        return int(np.searchsorted(self.clock, time))


def steered(pairs: TrunkPairs, rate: float, steps: int) -> Steered:
    """Follow the three flows from the same starts.

    Args:
        pairs: where all begin.
        rate: h of the modified loss.
        steps: number of explicit steps of time ``PACE``.

    Returns:
        Readings.

    Example:
        >>> from manytasks.studies.dynamics.random_pairs import generator_of
        >>> from manytasks.studies.dynamics.trunk_and_heads import trunk_pairs
        >>> found = steered(trunk_pairs(2, generator_of(1, "tasks"), 1), 0.3, 20)
        >>> found.clock, found.change("removed", "loss")[0], found.reading(0.9)
        (array([0. , 0.5, 1. ]), array([0., 0.]), 2)
    """
    followed = follow(pairs, list(WEIGHTS.values()), rate, PACE, steps)
    clock = PACE * EVERY * np.arange(followed.shape[1])
    return Steered(clock, dict(zip(WEIGHTS, followed, strict=True)))
