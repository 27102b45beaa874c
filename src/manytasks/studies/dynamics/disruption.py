"""Does the bracket disturb flatness: at random parameters, and after both tasks have been learned?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks.statistics import share_interval
from manytasks.studies.dynamics.bracket_terms import push_against_flatness, pushed_alike, trained_together
from manytasks.studies.dynamics.small_pairs import Pairs

RATE = 0.5  # of the steps on both tasks, over the largest curvature at the start


@dataclass(frozen=True)
class Disruption:
    """Push of the bracket over the pull of the flatness term; (pairs,) each."""

    drawn: np.ndarray
    trained: np.ndarray
    same_side: int  # pairs in which both orders work against flatness, or neither

    def outweighed(self, level: float = 0.95) -> pd.DataFrame:
        """Return the share of pairs in which the bracket outweighs the flatness term.

        Args:
            level: probability with which each interval covers.

        Returns:
            Columns "where" ("drawn" and "trained") and "part", shares with their intervals.
        """
        rows = [
            (where, share_interval(int((ratio > 1).sum()), len(ratio), level))
            for where, ratio in (("drawn", self.drawn), ("trained", self.trained))
        ]
        return pd.DataFrame(rows, columns=["where", "part"])


def disruption(several: Sequence[Pairs], steps: int) -> Disruption:
    """Measure how fast the bracket raises what the flatness term lowers.

    Args:
        several: pairs of each kind, at random parameters.
        steps: on both tasks together, of rate ``RATE``, before it is measured again.

    Returns:
        For all pairs.

    Example:
        >>> import torch
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> found = disruption([Pairs(lambda d: [one, two], torch.ones(1, 2), {})], 0)
        >>> found.drawn.round(3), found.same_side, bool(found.drawn == found.trained)
        (array([-0.024], dtype=float32), 0, True)
    """
    together = [trained_together(pairs, steps, RATE) for pairs in several]
    drawn, trained = (
        np.concatenate([push_against_flatness(pairs) for pairs in each]) for each in (several, together)
    )
    return Disruption(drawn, trained, sum(pushed_alike(pairs) for pairs in several))
