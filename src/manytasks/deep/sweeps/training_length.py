"""What does the length of training change, of the first task and of what the second forgets?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks.deep.sweeps.bracket_forgetting import network_of, trained_parameters
from manytasks.deep.sweeps.one_head import members_of, starts, task_problems
from manytasks.deep.sweeps.settings import real, whole, word
from manytasks.deep.sweeps.shared_trunk import LOSSES, Problem, ProblemLoss, descend_members, problem_loss
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep

FIRST, SECOND = 0, 1  # task that is learned


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Learn task 1 to the end, then task 2 from several starts, and look at both tasks on the way.

    Gradient descent on all samples, without momentum. Time counts steps of the length ``rate`` over the
    width; between two times that are nearer a single shorter step is taken.

    Args:
        settings: one cell.
        device: where to train.

    Yields:
        One row per member, learned task, anchor and time: losses of both tasks in training and test. Task
        2 starts at ``anchor`` of the way from the initial weights to the end of task 1; ``inner_test`` is the
        product of the gradient of task 1's test loss with that of task 2's training loss there.
    """
    network = network_of(settings)
    loss = problem_loss(network, settings["loss"])
    tasks = task_problems(settings, 0, device)
    rate = settings["rate"] / settings["width"]
    members = members_of(settings)

    def run(theta: Tensor, learned: int, anchor: float) -> tuple[Tensor, list[Row]]:
        products = vmap(lambda *member: _inner_product(loss, *member))
        inner = products(theta, tasks.test[FIRST], tasks.train[SECOND]).tolist()
        rows = []
        for before, time in pairwise((0.0, 0.0, *settings["times"])):
            steps = math.ceil(time - before)
            length = rate * (time - before) / max(steps, 1)
            theta = descend_members(loss, theta, tasks.train[learned], length, steps)
            columns = {
                f"{part}_{task + 1}": vmap(loss)(theta, getattr(tasks, part)[task]).tolist()
                for part in ("train", "test")
                for task in (FIRST, SECOND)
            }
            rows += [
                {
                    "seed": member.seed,
                    "fraction": member.fraction,
                    "noise": member.noise,
                    "learned": learned + 1,
                    "anchor": anchor,
                    "time": time,
                    "parameters": trained_parameters(network),
                    "inner_test": inner[place],
                }
                | {name: values[place] for name, values in columns.items()}
                for place, member in enumerate(members)
            ]
        return theta, rows

    start = starts(network, settings, device)
    end, rows = run(start, FIRST, 0.0)
    yield from rows
    for anchor in settings["anchors"]:
        yield from run(start + anchor * (end - start), SECOND, anchor)[1]


def _inner_product(loss: ProblemLoss, theta: Tensor, held_out: Problem, second: Problem) -> Tensor:
    return grad(loss)(theta, held_out) @ grad(loss)(theta, second)


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    steps = settings["times"][-1] * (1 + len(settings["anchors"]))
    seen = 10.0 * settings["per_class"] * steps
    return 6.0 * trained_parameters(network_of(settings)) * len(members_of(settings)) * seen


BOOK: Settings = {
    "dataset": "digits",
    "tasks": 2,
    "per_class": 10,
    "loss": ("mse",),
    "depth": 2,
    "width": (4, 8, 12, 16, 64),
    "anchors": (0.0, 0.5, 1.0),
    "fractions": (0.0, 1.0),
    "noises": (0.0, 0.2),
    "seeds": tuple(range(16)),
    "rate": 4.0,
    "times": tuple(2.0**power for power in range(-5, 12)),
}
SMOKE: Settings = BOOK | {
    "width": (4, 16),
    "anchors": (0.5, 1.0),
    "seeds": (0, 1),
    "times": (0.125, 1.0, 16.0),
}
PAPER: Settings = BOOK | {
    "per_class": 50,
    "loss": ("mse", "cross-entropy"),
    "width": (8, 16, 32, 48, 64, 128, 256, 512),
    "anchors": (0.0, 0.5, 0.8, 1.0),
    "fractions": (0.0, 0.25, 1.0),
    "times": tuple(2.0**power for power in range(-5, 14)),
}
SWEEP = Sweep(
    "training-length",
    "What does the length of training change, of the first task and of what the second forgets?",
    ("loss", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {
        "anchors": real(0, 1, column="anchor"),
        "dataset": word(("digits",)),
        "depth": whole(1),
        "loss": word(LOSSES),
        "times": real(0, above=True, column="time", idle="0"),  # the start has none
    },
)
