"""Two tasks in blocks of several lengths, for networks of several widths: how much of the first is lost?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.statistics import Interval, mean_interval
from manytasks.streams import Seed
from manytasks.studies.dynamics.alternating_pairs import SAMPLES
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses

TOGETHER = (0, 1)
LENGTHS = (1, 2, 5, 20, 100)  # of blocks, in steps


@dataclass(frozen=True)
class Blocks:
    """What became of task 1 after equally many steps on both tasks; (lengths, pairs) each."""

    lengths: list[int]  # steps on a task before the other comes
    forgotten: np.ndarray  # loss of task 1 less that of descent on both losses together
    probed: np.ndarray  # loss of task 1 with its best last layer on the features there
    untrained: np.ndarray  # (pairs,) the same at the start
    learned: np.ndarray  # (pairs,) the same after the steps on task 1 alone

    @property
    def ratio(self) -> float:
        """Mean forgetting of the shortest blocks over that of the longest."""
        return float(self.forgotten[0].mean() / self.forgotten[-1].mean())

    @property
    def by_length(self) -> str:
        """Mean forgetting and, in brackets, the length of the blocks."""
        means = zip(self.forgotten.mean(axis=1), self.lengths, strict=True)
        return ", ".join(f"{lost:.3f} ({length})" for lost, length in means)

    @property
    def features_lost(self) -> Interval:
        """The share of the probe's gain by task 1 that the longest blocks undo, pairs as units."""
        gain = self.untrained.mean() - self.learned.mean()
        return mean_interval((self.probed[-1] - self.learned) / gain)


def block_lengths(
    network: flow.Network,
    tasks: dict[str, Tensor],
    lengths: Sequence[int],
    steps: int,
    rate: float,
    seed: Seed,
) -> Blocks:
    """Take equally many steps on both tasks, in blocks, task 2 last.

    Args:
        network: with one hidden layer, and fewer hidden units than samples if the probe is to tell anything.
        tasks: inputs "x1", "x2" and targets "y1", "y2", whose rows are pairs.
        lengths: of the blocks, each a divisor of ``steps``, from the shortest to the longest.
        steps: on each task.
        rate: of a step.
        seed: of the starts.

    Returns:
        What task 1 has lost.

    Raises:
        ValueError: if a length does not divide the steps.

    Example:
        >>> from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks
        >>> network = flow.Network((4, 3, 1))
        >>> tasks = random_tasks(network, 5, 12, generator_of(1))
        >>> blocks = block_lengths(network, tasks, [1, 20], 20, 0.1, seed=1)
        >>> blocks.forgotten.shape, blocks.ratio < 0.5
        ((2, 5), True)
    """
    if wrong := [length for length in lengths if steps % length]:
        raise ValueError(f"lengths must divide the {steps} steps; got {wrong[0]}")
    count = len(tasks["x1"])
    begin = Pairs(squared_losses(network), starts(network, count, seed, "many rounds"), tasks)
    slopes, one = [vmap(grad(begin.loss(i))) for i in TOGETHER], vmap(begin.loss(0))

    def after(turns: Sequence[Sequence[int]]) -> Tensor:
        theta = begin.theta
        for turn in turns:
            moves = [slopes[i](theta, tasks) for i in turn]
            theta = theta - rate * sum(moves[1:], moves[0])
        return theta

    base = one(after([TOGETHER] * steps), tasks)
    ends = [after(([(0,)] * length + [(1,)] * length) * (steps // length)) for length in lengths]
    return Blocks(
        list(lengths),
        np.array([(one(end, tasks) - base).numpy() for end in ends]),
        np.array([probe(network, end, tasks) for end in ends]),
        probe(network, begin.theta, tasks),
        probe(network, after([(0,)] * steps), tasks),
    )


def blocks_by_width(
    widths: Sequence[int], count: int, steps: int, rate: float, seed: Seed
) -> dict[int, Blocks]:
    """Let networks of one hidden layer learn the same pairs of unrelated tasks in blocks.

    Args:
        widths: numbers of hidden units.
        count: number of pairs, at least 2.
        steps: on each task; blocks have those of ``LENGTHS`` that divide them, and all of them.
        rate: of a step.
        seed: of tasks and starts.

    Returns:
        What task 1 has lost, by width.

    Example:
        >>> found = blocks_by_width([1, 3], 5, 8, 0.1, seed=1)
        >>> [blocks.lengths for blocks in found.values()]
        [[1, 2, 8], [1, 2, 8]]
    """
    whole, found = [*(length for length in LENGTHS if length < steps and steps % length == 0), steps], {}
    for width in widths:
        network = flow.Network((4, width, 1))
        tasks = random_tasks(network, count, SAMPLES, generator_of(seed, "many rounds"))
        found[width] = block_lengths(network, tasks, whole, steps, rate, seed)
    return found


def probe(network: flow.Network, theta: Tensor, tasks: dict[str, Tensor]) -> np.ndarray:
    """Return the loss of task 1 with the hidden features as they are and the best last layer on them.

    Args:
        network: with one hidden layer of tanh.
        theta: (pairs, parameters).
        tasks: inputs "x1" and targets "y1", whose rows are pairs.

    Returns:
        (pairs,) half the mean squared error of least squares.

    Example:
        >>> network = flow.Network((1, 1, 1))
        >>> tasks = {"x1": torch.ones(1, 2, 1), "y1": torch.tensor([[[0.0], [2.0]]])}  # no function of x1
        >>> probe(network, torch.zeros(1, network.size), tasks).round(6)
        array([0.5], dtype=float32)
    """
    first = flow.Network(network.widths[:2])
    features = torch.tanh(vmap(first)(theta[:, : first.size], tasks["x1"]))
    features = torch.cat([features, torch.ones_like(features[..., :1])], dim=-1)
    # Features can be dependent: only the driver that ranks them is sure then.
    best = torch.linalg.lstsq(features, tasks["y1"], driver="gelsd").solution
    return ((features @ best - tasks["y1"]).square().sum(-1).mean(-1) / 2).numpy()
