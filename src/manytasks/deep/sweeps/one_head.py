"""Permuted digits, one after the other, for many small smooth networks with one head: labels may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.func import vmap

from manytasks.deep.sweeps.bracket_forgetting import initial_weights
from manytasks.deep.sweeps.frozen import load_once

# The underscore stays: it is in the digest by which the tables of other sweeps know their code.
from manytasks.deep.sweeps.shared_trunk import (
    Problem,
    ProblemLoss,
    _centred,
    problem_error,
    stack_problems,
)
from manytasks.deep.sweeps.sweep import Settings
from manytasks.deep.tasks import TaskStream, noisy_labels, permuted_pixels, replay_buffers
from manytasks.deep.witness import passing
from manytasks.streams import stream

if TYPE_CHECKING:
    from manytasks.flow import Network


@dataclass(frozen=True)
class Member:
    """Name one network of a cell.

    Args:
        seed: its tasks and weights.
        fraction: share of the pixels that each task permutes, in [0, 1].
        noise: share of wrong training labels, those of stored samples too.
    """

    seed: int
    fraction: float
    noise: float


@dataclass(frozen=True, eq=False)
class TaskProblems:
    """Hold what all members learn, task by task; every problem has an axis of members in front.

    Args:
        train: all training samples of each task.
        test: test samples of each task, with right labels.
        stored: the training samples of each task that are kept.
    """

    train: tuple[Problem, ...]
    test: tuple[Problem, ...]
    stored: tuple[Problem, ...]


def members_of(settings: Settings) -> list[Member]:
    """List the networks of a cell.

    Args:
        settings: ``seeds``, ``fractions``, ``noises``.

    Returns:
        One member per combination, the seeds slowest.

    Example:
        >>> members_of({"seeds": (3,), "fractions": (0.25,), "noises": (0.0,)})
        [Member(seed=3, fraction=0.25, noise=0.0)]
    """
    choices = product(settings["seeds"], settings["fractions"], settings["noises"])
    return [Member(*choice) for choice in choices]


def task_problems(settings: Settings, memory: float, device: torch.device) -> TaskProblems:
    """Make the tasks of all members.

    Args:
        settings: ``tasks``, ``per_class`` and what ``members_of`` reads.
        memory: stored samples per class and task, at least 0.
        device: where to put them, in float32.

    Returns:
        The problems of every task.
    """
    parts: dict[str, list[list[Problem]]] = {"train": [], "test": [], "stored": []}
    for member in members_of(settings):
        tasks = permuted_pixels(
            load_once("digits"), settings["tasks"], settings["per_class"], member.fraction, member.seed
        )
        train = [_noisy(tasks, task, member) for task in range(tasks.T)]
        kept = replay_buffers(tasks, tasks.T, memory, "random", member.seed)
        parts["train"].append(train)
        parts["test"].append([_centred(tasks, samples) for samples in tasks.test])
        parts["stored"].append(
            [
                {name: value[rows] for name, value in one.items()}
                for one, rows in zip(train, kept, strict=True)
            ]
        )
    return TaskProblems(
        *(
            tuple(_stacked(of_task, device) for of_task in zip(*parts[name], strict=True))
            for name in ("train", "test", "stored")
        )
    )


def starts(network: Network, settings: Settings, device: torch.device) -> Tensor:
    """Draw the initial weights of all members.

    Args:
        network: of ``network_of``.
        settings: what ``members_of`` reads.
        device: where to put them, in float32.

    Returns:
        (M, P) parameters; members of one seed start alike.
    """
    drawn = {seed: initial_weights(network, seed).float() for seed in settings["seeds"]}
    return torch.stack([drawn[member.seed] for member in members_of(settings)]).to(device)


def joined(problems: Sequence[Problem]) -> Problem:
    """Pool the samples of several problems.

    Args:
        problems: at least one, of the same members.

    Returns:
        One problem in which every sample counts alike.
    """
    pooled = {name: torch.cat([one[name] for one in problems], dim=1) for name in ("x", "targets")}
    return pooled | {"head": problems[0]["head"]}


def size(problem: Problem) -> int:
    """Return the samples of a problem, each member's.

    Args:
        problem: with an axis of members.

    Returns:
        n.
    """
    return int(problem["x"].shape[1])


def performance(
    network: Network, loss: ProblemLoss, theta: Tensor, problem: Problem
) -> tuple[list[float], list[float]]:
    """Measure every member on a problem.

    Args:
        network: of ``network_of``.
        loss: of one member.
        theta: (M, P) parameters.
        problem: with an axis of members.

    Returns:
        Loss and share of wrong answers of each; NaN where it has diverged.
    """
    error = vmap(lambda *member: problem_error(network, *member))
    return vmap(loss)(theta, problem).tolist(), error(theta, problem).tolist()


def _noisy(tasks: TaskStream, task: int, member: Member) -> Problem:
    """Return the training samples of a task, some with wrong labels.

    Returns:
        One problem, not yet with a head.
    """
    samples = tasks.train[task]
    drawn = stream(member.seed, "labels", task)
    labels = noisy_labels(samples.labels, tasks.classes, member.noise, drawn)
    labels = passing(member.seed, f"labels of task {task}", labels)
    targets = torch.from_numpy(np.eye(tasks.classes)[labels])
    return _centred(tasks, samples) | {"targets": targets}


def _stacked(problems: Sequence[Problem], device: torch.device) -> Problem:
    stacked = stack_problems(problems, [0] * len(problems), device)
    return stacked | {name: stacked[name].float() for name in ("x", "targets")}
