"""The flatness term along flows of many random networks: what it does to the gradients at equal loss."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manytasks import flow
from manytasks.statistics import Interval, mean_interval
from manytasks.streams import Seed
from manytasks.studies.dynamics.flatness_fields import SETTINGS
from manytasks.studies.dynamics.flatness_flows import flatness_changes
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses

NETWORK, SAMPLES, SCALE = flow.Network((3, 5, 1)), 8, 1.5


@dataclass(frozen=True)
class FlatnessNetworks:
    """Changes of the logarithm of the squared gradients; one row a network, nan left out."""

    changes: pd.DataFrame

    def means(self, terms: str, level: float = 0.95) -> list[Interval]:
        """Return the mean change in each of ``SETTINGS``.

        Args:
            terms: "flatness" or "all".
            level: probability with which each interval covers.

        Returns:
            Changes of the logarithm.
        """
        return [mean_interval(self.changes[setting, terms], level) for setting in SETTINGS]


def flatness_networks(count: int, h: float, steps: int, seed: Seed) -> FlatnessNetworks:
    """Draw networks with two tasks each, and follow their flows.

    Args:
        count: number of networks.
        h: rate.
        steps: of the solver, at least 8.
        seed: whole number >= 0, or a part of one.

    Returns:
        Changes against the gradient flow where the loss has fallen half of its way.

    Example:
        >>> found = flatness_networks(2, 0.2, 8, seed=1)
        >>> len(found.changes), [bool(one.value < 0) for one in found.means("flatness")]
        (2, [True, True, True])
    """
    drawn = generator_of(seed, "pairs of tasks"), ("x1", "y1", "x2", "y2")
    begin = starts(NETWORK, count, seed, "pair", scale=SCALE)
    pairs = Pairs(squared_losses(NETWORK), begin, random_tasks(NETWORK, count, SAMPLES, *drawn))
    return FlatnessNetworks(flatness_changes(pairs, h, steps).dropna())
