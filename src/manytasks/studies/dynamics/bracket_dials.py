"""The bracket turned like a dial, all else equal: two dials on quadratics, one on networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks.statistics import share_interval
from manytasks.studies.dynamics.forgotten_pairs import Forgotten
from manytasks.studies.dynamics.similar_pairs import NETWORK
from manytasks.studies.dynamics.turned_bracket import dialled, quadratic_dial

SHARP, FLAT = 1.0, 0.05  # curvatures of task 1 that the first dial turns


def quadratic_dials(rate: float, positions: int = 31) -> pd.DataFrame:
    r"""Turn the bracket of two quadratics in two ways, gradients held fixed.

    The first dial turns the sharp axis of :math:`H_1` against :math:`g_2`, and with it the bracket along
    :math:`g_2`; the second couples :math:`g_2` to another direction, which changes the length of the bracket
    and nothing along :math:`g_2`.

    Args:
        rate: of the steps on task 2, in (0, 1).
        positions: of each dial, at least 2.

    Returns:
        Columns of ``turned_bracket.quadratic_dial``, and "along", whether it is the first dial.

    Example:
        >>> quadratic_dials(0.1, 2).round(3)[["along", "bracket", 100]].to_numpy().tolist()
        [[True, 1.0, 0.5], [True, 0.05, 0.025], [False, 0.5, 0.25], [False, 0.707, 0.25]]
    """
    angles = np.linspace(0, np.pi / 2, positions)
    axes = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    turned = [FLAT * np.eye(2) + (SHARP - FLAT) * np.outer(a, a) for a in axes]
    coupled = [[[0.5, c], [c, 0.5]] for c in np.linspace(0, 0.5, positions)]
    dials = [
        quadratic_dial(hessians, [1.0, 0.0], rate).assign(along=along)
        for hessians, along in ((turned, True), (coupled, False))
    ]
    return pd.concat(dials, ignore_index=True)


@dataclass(frozen=True)
class Dialled:
    """Forgetting of networks by position of the dial."""

    dial: np.ndarray  # (positions,) from 0, the least bracket along the gradient of task 2, to 1, the most
    steps: list[int]  # on task 2
    forgetting: np.ndarray  # (positions, steps, pairs)

    def relative(self, k: int) -> np.ndarray:
        """Return forgetting after k steps over that at the full dial.

        Returns:
            (positions, pairs).
        """
        seen = self.forgetting[:, self.steps.index(k)]
        return np.asarray(seen / seen[-1])

    def ends(self, k: int) -> np.ndarray:
        """Return the median forgetting after k steps at the least and at the full dial.

        Returns:
            (2,).
        """
        return np.asarray(np.median(self.forgetting[[0, -1], self.steps.index(k)], axis=1))

    def raised(self, level: float = 0.95) -> pd.Series:
        """Return the share of networks that forget more at the full dial than at the least.

        Args:
            level: probability with which each interval covers.

        Returns:
            Intervals by number of steps.
        """
        more = (self.forgetting[-1] > self.forgetting[0]).sum(axis=1)
        shares = [share_interval(int(one), self.forgetting.shape[-1], level) for one in more]
        return pd.Series(shares, index=pd.Index(self.steps, name="steps"), name="share")


def turn_networks(pairs: Forgotten, positions: int, steps: Sequence[int]) -> Dialled:
    """Choose targets of task 2 that turn nothing but the bracket, and learn them.

    Args:
        pairs: where task 1 has been learned; all get second tasks with the median length of their gradients.
        positions: of the dial, at least 2.
        steps: on task 2, each at least 1.

    Returns:
        What is forgotten.

    Example:
        >>> from manytasks.studies.dynamics.forgotten_pairs import forget
        >>> dial = turn_networks(forget(2, 5, [1], 0.02, seed=1), 2, [3, 1, 1])
        >>> dial.steps, dial.forgetting.shape
        ([1, 3], (2, 2, 2))
    """
    dial, horizons = np.linspace(0, 1, positions), sorted(set(steps))
    length = float(np.median(pairs.found["g2"]))
    return Dialled(dial, horizons, dialled(NETWORK, pairs.after, dial.tolist(), length, horizons, pairs.rate))
