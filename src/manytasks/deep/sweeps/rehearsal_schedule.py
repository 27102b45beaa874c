"""Should a network fit the stored samples together with a new task, after it, or in turn?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from manytasks.deep.sweeps.bracket_forgetting import network_of, trained_parameters
from manytasks.deep.sweeps.one_head import joined, members_of, performance, size, starts, task_problems
from manytasks.deep.sweeps.settings import real, whole, word
from manytasks.deep.sweeps.shared_trunk import LOSSES, Problem, descend_members, problem_loss
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep

ROUNDS = {"after": 1, "4 rounds": 4}
EQUAL_STEPS = "after, equal steps"
SCHEDULES = ("together", *ROUNDS, EQUAL_STEPS)

Descent = Callable[[Tensor, Problem, int], Tensor]  # of parameters, problem and number of steps


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Learn the first task once, the others by every schedule.

    A step descends the mean loss of all samples at hand. So in every schedule but the last each sample is
    seen ``steps`` times; in that, as many steps are taken as together, divided by the numbers of samples.

    Args:
        settings: one cell.
        device: where to train.

    Yields:
        One row per member, schedule and task, at the end: test loss and error, and the loss on its own
        training samples and on those that are stored of it.
    """
    network = network_of(settings)
    loss = problem_loss(network, settings["loss"])
    tasks = task_problems(settings, settings["memory"], device)
    rate, momentum = settings["rate"] / settings["width"], settings["momentum"]

    def descend(theta: Tensor, problem: Problem, steps: int) -> Tensor:
        return descend_members(loss, theta, problem, rate, steps, momentum)

    learned = descend(starts(network, settings, device), tasks.train[0], settings["first_steps"])
    for schedule in settings["schedules"]:
        theta = learned
        for new in range(1, settings["tasks"]):
            buffer = joined(tasks.stored[:new])
            theta = rehearse(schedule, descend, theta, tasks.train[new], buffer, settings["steps"])
        at = partial(performance, network, loss, theta)
        for task in range(settings["tasks"]):
            measured = (*at(tasks.test[task]), at(tasks.train[task])[0], at(tasks.stored[task])[0])
            for member, values in zip(members_of(settings), zip(*measured, strict=True), strict=True):
                names = ("test_loss", "test_error", "train_loss", "stored_loss")
                yield {
                    "seed": member.seed,
                    "fraction": member.fraction,
                    "noise": member.noise,
                    "schedule": schedule,
                    "task": task,
                    "parameters": trained_parameters(network),
                } | dict(zip(names, values, strict=True))


def rehearse(
    schedule: str, descend: Descent, theta: Tensor, new: Problem, buffer: Problem, steps: int
) -> Tensor:
    """Learn one task and rehearse what is stored.

    Args:
        schedule: one of ``SCHEDULES``.
        descend: takes parameters and a problem some steps down.
        theta: (M, P) parameters before.
        new: samples of the task.
        buffer: stored samples of all tasks before it.
        steps: how often every sample is seen; a multiple of the rounds.

    Returns:
        (M, P) parameters after.

    Raises:
        ValueError: if the schedule is unknown.
    """
    if schedule == "together":
        return descend(theta, joined((new, buffer)), steps)
    if schedule == EQUAL_STEPS:
        of_new = round(steps * size(new) / (size(new) + size(buffer)))
        return descend(descend(theta, new, of_new), buffer, steps - of_new)
    if schedule not in ROUNDS:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}; got {schedule!r}")
    rounds = ROUNDS[schedule]
    for _ in range(rounds):
        theta = descend(descend(theta, new, steps // rounds), buffer, steps // rounds)
    return theta


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    n = 10 * settings["per_class"]
    stored = 10 * settings["memory"]
    later = sum(n + task * stored for task in range(1, settings["tasks"]))
    seen = settings["first_steps"] * n + len(settings["schedules"]) * settings["steps"] * later
    return 6.0 * trained_parameters(network_of(settings)) * len(members_of(settings)) * seen


BOOK: Settings = {
    "dataset": "digits",
    "tasks": 3,
    "per_class": 10,
    "loss": ("mse", "cross-entropy"),
    "memory": (5,),
    "depth": 2,
    "width": (8, 32, 128),
    "schedules": SCHEDULES,
    "fractions": (0.0, 1.0),
    "noises": (0.0, 0.2),
    "seeds": tuple(range(16)),
    "rate": 0.5,
    "momentum": 0.9,
    "first_steps": 1600,
    "steps": 480,
}
SMOKE: Settings = BOOK | {"width": (4, 16), "seeds": (0, 1), "first_steps": 100, "steps": 32}
PAPER: Settings = BOOK | {
    "tasks": 5,
    "per_class": 50,
    "memory": (5, 20),
    "width": (8, 32, 128, 512, 2048),
    "first_steps": 16_000,
    "steps": 4800,
}
SWEEP = Sweep(
    "rehearsal-schedule",
    "Should a network fit the stored samples together with a new task, after it, or in turn?",
    ("loss", "memory", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {
        "dataset": word(("digits",)),
        "depth": whole(1),
        "first_steps": whole(1),
        "loss": word(LOSSES),
        "memory": whole(1),
        "momentum": real(0, 1),
        "schedules": word(SCHEDULES, column="schedule"),
    },
)
