"""What does implicit gradient regularization buy: flatness, speed or generalization?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from manytasks.deep.networks.objectives import (
    curvature_products,
    draw_vectors,
    sharpness,
    task_errors,
    task_gradients,
)
from manytasks.deep.sweeps.permuted import CLASSES, INPUTS, Batch, permuted_batches
from manytasks.deep.sweeps.settings import real, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep

if TYPE_CHECKING:
    from manytasks.flow import Network


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    r"""Descend the mean loss of all tasks and compare networks at equal training loss.

    Full-batch descent with rate h on :math:`L + \tfrac\lambda4 \|\nabla L\|^2`, so that flatness weighs
    :math:`(h + \lambda)/4` in the modified loss: h of it implicit, λ explicit. The first iterate below a
    level lies the further below the larger the rate is; what we report is therefore interpolated, in the
    logarithm of the loss, between that iterate and the one before.

    Args:
        settings: one cell.
        device: where to train.

    Yields:
        One row per penalty, seed, level and task, where the training loss falls to the level: ``time`` is
        steps times rate; gradient norm and largest curvature are those of the mean loss; test loss and test
        error are the task's. NaN if the level is not reached within the horizon.
    """
    from manytasks.flow import Network

    network = Network((INPUTS[settings["dataset"]], settings["width"], CLASSES), settings["activation"])
    train, test = permuted_batches(settings, device)
    start = draw_vectors(network, settings["seeds"]).to(device, train.x.dtype)
    seeds, levels, T = settings["seeds"], settings["levels"], settings["tasks"]
    for penalty in settings["penalties"]:
        crossings = descend_to_levels(network, start, train.pooled(), test, settings, penalty)
        for (m, seed), (k, level), task in product(enumerate(seeds), enumerate(levels), range(T)):
            steps, gradient_norm, curvature, *tests = crossings[k, m].tolist()
            yield {
                "penalty": penalty,
                "seed": seed,
                "level": level,
                "task": task,
                "steps": steps,
                "time": steps * settings["rate"],
                "gradient_norm": gradient_norm,
                "sharpness": curvature,
                "test_loss": tests[task],
                "test_error": tests[T + task],
            }


def descend_to_levels(
    network: Network, theta: Tensor, train: Batch, test: Batch, settings: Settings, penalty: float
) -> Tensor:
    """Descend all members and measure each where it crosses each level.

    Args:
        network: shape of the members.
        theta: (M, P) initial parameters.
        train: all training samples, as those of one task.
        test: the test samples of each task.
        settings: ``levels``, ``rate``, ``horizon``.
        penalty: λ.

    Returns:
        (levels, M, 3 + 2T): steps, gradient norm, largest curvature, test losses, test errors.
    """
    levels = torch.tensor(settings["levels"], dtype=theta.dtype, device=theta.device)[:, None]
    nothing = torch.full((len(levels), len(theta), 1), torch.nan, dtype=theta.dtype, device=theta.device)
    ends = [nothing.repeat(1, 1, theta.shape[1]), nothing.repeat(1, 1, theta.shape[1])]
    steps, share = nothing[..., 0], nothing[..., 0]
    before, height_before = theta, torch.full_like(theta[:, 0], torch.inf)
    for step in range(math.ceil(settings["horizon"] / settings["rate"]) + 1):
        heights, slopes = task_gradients(network, theta, *train)
        height, slope = heights[:, 0], slopes[:, 0]
        crossed = (height <= levels) & (height_before > levels) & steps.isnan()
        part = (height_before / levels).log() / (height_before / height).log()
        share = torch.where(crossed, part, share)
        steps = torch.where(crossed, step - 1 + part, steps)
        ends = [
            torch.where(crossed[..., None], at, end) for at, end in zip((before, theta), ends, strict=True)
        ]
        if not steps.isnan().any() or not height.isfinite().any():
            break
        before, height_before = theta, height
        if penalty:
            slope = slope + penalty / 2 * curvature_products(network, theta, *train, slopes)
        theta = theta - settings["rate"] * slope
    first, last = (torch.stack([snapshot(network, at, train, test) for at in end]) for end in ends)
    return torch.cat([steps[..., None], first + share[..., None] * (last - first)], 2)


def snapshot(network: Network, theta: Tensor, train: Batch, test: Batch) -> Tensor:
    """Measure members at one moment.

    Args:
        network: shape of the members.
        theta: (M, P) parameters.
        train: all training samples, as those of one task.
        test: the test samples of each task.

    Returns:
        (M, 2 + 2T): gradient norm, largest curvature, test losses, test errors.
    """
    gradient_norm = task_gradients(network, theta, *train)[1].norm(dim=2)
    curvature = sharpness(network, theta, *train)[:, None]
    return torch.cat([gradient_norm, curvature, *task_errors(network, theta, *test)], 1)


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps up to the horizon, which most networks need not reach; a penalty's
        second pass through the gradients counts twice more.
    """
    samples = settings["per_class"] * CLASSES * settings["tasks"]
    gradient = 6 * samples * settings["width"] * (INPUTS[settings["dataset"]] + CLASSES)
    gradients = sum(3 if penalty else 1 for penalty in settings["penalties"])
    return float(gradient * gradients * settings["horizon"] / settings["rate"] * len(settings["seeds"]))


BOOK: Settings = {
    "dataset": "digits",
    "tasks": (1, 3),
    "per_class": 11,
    "fraction": 1.0,
    "width": 32,
    "activation": "tanh",
    "rate": (0.1, 0.2, 0.4, 0.8),
    "penalties": (0.0, 0.1, 0.3, 0.7, 2.0),
    "levels": (0.5, 0.2),
    "horizon": 80.0,
    "seeds": tuple(range(12)),
}
SMOKE: Settings = BOOK | {
    "tasks": (1,),
    "rate": (0.4,),
    "penalties": (0.0, 0.3),
    "seeds": (0,),
    "horizon": 8.0,
}
PAPER: Settings = BOOK | {
    "dataset": "mnist",
    "tasks": (1, 2, 4, 8),
    "per_class": 100,
    "width": 256,
    "rate": (0.05, 0.1, 0.2, 0.4, 0.8),
    "penalties": (0.0, 0.05, 0.1, 0.15, 0.3, 0.35, 0.7, 0.75, 2.0),
    "levels": (0.5, 0.2, 0.05),
    "horizon": 400.0,
}
SWEEP = Sweep(
    "gradient-regularization",
    "What do implicit and explicit gradient regularization buy: flatness, speed or generalization?",
    ("tasks", "rate"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {"dataset": word(INPUTS), "horizon": real(0, above=True), "penalties": real(0, column="penalty")},
)
