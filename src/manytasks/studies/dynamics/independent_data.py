"""Data that drift and data that are independent: one network, the draws, and the brackets of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from torch import Tensor

from manytasks import flow
from manytasks.statistics import Interval, mean_interval
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.second_task import descend_pairs
from manytasks.studies.dynamics.small_pairs import Data, squared_losses
from manytasks.studies.dynamics.unrelated_tasks import disjoint_bracket, relative_bracket

NETWORK, SAMPLES = flow.Network((3, 6, 2)), 8
LEARNED, RATE = 300, 0.05  # steps on task 1
Draws: TypeAlias = tuple[Tensor, dict[str, Tensor]]  # starting points and tasks


@dataclass(frozen=True)
class IndependentData:
    """Random networks and unrelated tasks for each question; all from one generator, in this order."""

    streams: Draws
    moving: Draws
    one: dict[str, Tensor]
    mixing: Draws


def independent_data(streams: int, moving: int, seed: Seed) -> IndependentData:
    """Draw networks and tasks.

    Args:
        streams: number of streams that drift; three times as many pairs are for mixing.
        moving: number of tasks whose data move while they are learned.
        seed: whole number >= 0, or a part of one.

    Returns:
        Draws, the same streams whatever is done with them.

    Example:
        >>> data = independent_data(2, 3, seed=1)
        >>> [len(theta) for theta, _ in (data.streams, data.moving, data.mixing)]
        [2, 3, 6]
    """
    generator = generator_of(seed, "drift")

    def drawn(count: int, name: str) -> Draws:
        tasks = random_tasks(NETWORK, count, SAMPLES, generator)
        return starts(NETWORK, count, seed, name), tasks

    first, second = drawn(streams, "drift"), drawn(moving, "within")
    one = {name: value[0] for name, value in random_tasks(NETWORK, 1, SAMPLES, generator).items()}
    return IndependentData(first, second, one, drawn(3 * streams, "mixing"))


@dataclass(frozen=True)
class Independence:
    """Relative size of the bracket as the second task turns from the data of the first to unrelated ones."""

    relative: np.ndarray  # (pairs, shares of unrelated data), at random parameters
    trained: np.ndarray  # (pairs, 2), none and all of them, after steps on task 1
    disjoint: float  # bracket of two losses on disjoint parameters

    def growths(self, level: float = 0.95) -> pd.DataFrame:
        """Return how much larger the bracket is with unrelated data than with the same.

        Args:
            level: probability with which each interval covers.

        Returns:
            Columns "growth" and "parameters", "shared" (drawn and trained) or "disjoint".
        """
        found = [mean_interval(each[:, -1] - each[:, 0], level) for each in (self.relative, self.trained)]
        zero = self.disjoint
        frame = pd.DataFrame({"growth": [*found, Interval(zero, zero, zero)]})
        return frame.assign(parameters=["shared", "shared", "disjoint"])


def independence(data: IndependentData, shares: Sequence[float], seed: Seed) -> Independence:
    """Measure brackets of tasks that share all parameters, and of tasks that share none.

    Args:
        data: draws.
        shares: of unrelated data, from 0 to 1.
        seed: whole number >= 0, or a part of one; of the networks that share nothing.

    Returns:
        Brackets over the gradients.

    Example:
        >>> found = independence(independent_data(1, 1, seed=1), [0.0, 1.0], seed=1)
        >>> found.relative[:, 0], found.disjoint, found.trained.shape
        (array([0., 0., 0.]), 0.0, (3, 2))
    """
    theta, tasks = data.mixing

    def first(theta: Tensor, data: Data) -> Tensor:
        return squared_losses(NETWORK)(data)[0](theta)

    learned = descend_pairs(theta, tasks, first, RATE, [LEARNED])[LEARNED]
    return Independence(
        relative_bracket(NETWORK, theta, tasks, shares),
        relative_bracket(NETWORK, learned, tasks, [shares[0], shares[-1]]),
        disjoint_bracket(NETWORK, data.one, seed),
    )
