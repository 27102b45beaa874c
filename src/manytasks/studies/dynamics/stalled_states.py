"""States along a training in which the conflict term may stall the loss: how many are there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks import flow
from manytasks.statistics import Interval, share_interval
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import starts
from manytasks.studies.dynamics.stalling import SPEEDS, bends, opposed_pairs, rising, speeds, states
from manytasks.studies.dynamics.trunk_and_heads import TrunkPairs

NETWORK = flow.Network((3, 5, 2))


@dataclass(frozen=True)
class StalledStates:
    """States of networks on two tasks with the same inputs and all parameters shared."""

    speed: pd.DataFrame  # what ``stalling.speeds`` measured
    bends: np.ndarray  # what ``stalling.bends`` measured
    rate: float

    @property
    def strong(self) -> pd.Series:
        """Whether the conflict term is longer than the gradient, state by state."""
        return self.speed["dominance"] > 1

    @property
    def risers(self) -> dict[str, Interval]:
        """The share of these states in which the loss rises, by flow of ``SPEEDS``."""
        strong = self.speed[self.strong]
        return {name: share_interval(int((strong[name] < 0).sum()), len(strong)) for name in SPEEDS}

    def rising(self, products: Sequence[float]) -> list[int]:
        """Count the states, at other rates, in which the term is longer and the loss rises with it kept.

        Args:
            products: of a rate and the largest curvature.

        Returns:
            Number of states, by product.
        """
        return rising(self.speed, self.bends, self.rate, products)


def stalled_states(pairs: TrunkPairs, rate: float, moments: Sequence[int], seed: Seed) -> StalledStates:
    """Train networks on the inputs of task 1 with the targets of both tasks, and stop at several moments.

    Args:
        pairs: whose data are taken.
        rate: of the steps, and of the modified loss.
        moments: numbers of steps, at least 0.
        seed: whole number >= 0, or a part of one; of the networks.

    Returns:
        The pairs at the first moment, then at the second, …

    Example:
        >>> from manytasks.studies.dynamics.random_pairs import generator_of
        >>> from manytasks.studies.dynamics.trunk_and_heads import trunk_pairs
        >>> found = stalled_states(trunk_pairs(2, generator_of(1, "tasks"), 1), 0.3, [0, 3], seed=1)
        >>> len(found.speed), found.bends.shape
        (4, (4, 2))
    """
    data = (pairs.data[name] for name in ("x1", "y1", "y2"))
    theta = starts(NETWORK, len(pairs.data["x1"]), seed, "shared")
    trained = states(opposed_pairs(NETWORK, theta, *data), rate, moments)
    return StalledStates(speeds(trained, rate), bends(trained), rate)
