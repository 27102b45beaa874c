"""Many random pairs of tasks learned in turn: what each order of the steps forgets of task 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from manytasks import flow
from manytasks.statistics import Interval, mean_interval
from manytasks.streams import Seed
from manytasks.studies.dynamics.alternation import EVERY, KINDS, Alternated, alternate, half_a_step
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses

NETWORK, SAMPLES = flow.Network((4, 6, 1)), 12


@dataclass(frozen=True)
class Alternation:
    """Pairs of tasks, and what rounds of each kind have done to them."""

    begin: Pairs
    rate: float
    together: Alternated  # as many steps on the sum of the losses
    in_turn: dict[str, Alternated]

    @property
    def rounds(self) -> np.ndarray:
        """(readings,) numbers of rounds after which task 1 was read."""
        return EVERY * np.arange(1, len(self.together.loss) + 1)

    @property
    def forgotten(self) -> dict[str, np.ndarray]:
        """(readings, pairs) loss of task 1 less that of joint descent, by kind."""
        return {kind: found.loss - self.together.loss for kind, found in self.in_turn.items()}

    @property
    def excess(self) -> dict[str, Interval]:
        """Its mean after the last reading, with 95 % intervals, by kind."""
        return {kind: mean_interval(loss[-1]) for kind, loss in self.forgotten.items()}

    @property
    def saved(self) -> np.ndarray:
        """(pairs,) what a palindrome forgets less than task 1 first and task 2 second."""
        return np.asarray(self.in_turn["1, 2"].loss[-1] - self.in_turn["½1, 2, ½1"].loss[-1])

    @property
    def saved_in_half_steps(self) -> float:
        """The median of that over what half a step on task 1 takes off its loss where joint descent ends."""
        step = half_a_step(self.begin.at(self.together.end), self.rate)
        return float(np.median(self.saved / step))


def alternate_pairs(count: int, rounds: int, rate: float, seed: Seed) -> Alternation:
    """Draw pairs of tasks and learn them in every order of ``alternation.KINDS``.

    Args:
        count: number of pairs, at least 2.
        rounds: number of rounds, at least 20.
        rate: of a step.
        seed: whole number >= 0, or a part of one.

    Returns:
        What became of them.

    Example:
        >>> found = alternate_pairs(2, 40, 0.1, seed=1)
        >>> found.rounds, list(found.excess)
        (array([20, 40]), ['1, 2', '2, 1', '½1, 2, ½1', '1, 2, 2, 1', 'random'])
    """
    generator = generator_of(seed, "many rounds")
    tasks = random_tasks(NETWORK, count, SAMPLES, generator)
    begin = Pairs(squared_losses(NETWORK), starts(NETWORK, count, seed, "many rounds"), tasks)
    flips = (torch.rand(rounds, generator=generator) < 0.5).tolist()
    found = {kind: alternate(begin, kind, rounds, rate, flips) for kind in KINDS}
    together = found.pop("together")
    return Alternation(begin, rate, together, found)
