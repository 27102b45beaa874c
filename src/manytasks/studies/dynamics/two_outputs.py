"""Two noisy tasks for one network with two outputs, so that hidden layers are shared."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.func import vmap

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts

STUDENT, TEACHER = flow.Network((4, 8, 2)), flow.Network((4, 4, 2))
SAMPLES, UNSEEN, NOISE = 20, 100, 0.3


@dataclass(frozen=True)
class Students:
    """Networks with the data of their tasks, a row each; an output is a task."""

    theta: Tensor
    train: tuple[Tensor, Tensor]  # inputs and noisy targets
    test: tuple[Tensor, Tensor]  # inputs and clean targets


def students(count: int, seed: Seed) -> Students:
    """Draw networks and the teachers whose two outputs they are to learn.

    Args:
        count: number of networks, at least 1.
        seed: whole number >= 0, or a part of one.

    Returns:
        Starting points, 20 noisy samples each, and 100 clean ones that are not seen.
    """
    generator = generator_of(seed, "multi-task")
    teachers = starts(TEACHER, count, seed, "teacher", scale=1.5)
    inputs, unseen = (normal(generator, count, n, TEACHER.widths[0]) for n in (SAMPLES, UNSEEN))
    targets = vmap(TEACHER)(teachers, inputs) + NOISE * normal(generator, count, SAMPLES, 2)
    theta = starts(STUDENT, count, seed, "student")
    return Students(theta, (inputs, targets), (unseen, vmap(TEACHER)(teachers, unseen)))


def task_losses(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the losses of the two tasks of one network: half the mean squared error of an output each.

    Args:
        theta: (parameters,).
        x: (samples, inputs).
        y: (samples, 2) targets.

    Returns:
        (2,) losses.

    Example:
        >>> import torch
        >>> task_losses(torch.zeros(STUDENT.size), torch.zeros(3, 4), torch.tensor([[1.0, 2.0]] * 3))
        tensor([0.5000, 2.0000])
    """
    return (STUDENT(theta, x) - y).square().mean(0) / 2
