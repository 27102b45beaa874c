"""Does taking the conflict out of training help: by projection, by a penalty, by the order of the tasks?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from manytasks.deep.networks.aggregators import cagrad_weights, pcgrad_weights, upgrad_weights
from manytasks.deep.networks.objectives import (
    curvature_products,
    draw_vectors,
    task_errors,
    task_gradients,
)
from manytasks.deep.sweeps.permuted import CLASSES, INPUTS, Batch, batch_rows, permuted_batches
from manytasks.deep.sweeps.settings import real, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.streams import stream

if TYPE_CHECKING:
    from manytasks.flow import Network

RULES = ("sum", "penalty", "PCGrad", "UPGrad", "CAGrad")
KEPT = ", kept length"  # ends the name of a rule whose step is as long as the sum's
ORDERS = ("in order", "random order", "palindromic order")
CAGRAD_RADIUS = 0.5  # c, the value its authors prefer


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train one shared network on all tasks with every method, from the same weights on the same batches.

    The methods "sum", "PCGrad", "UPGrad", "CAGrad" and "penalty" take one step per round along a combination
    of the task gradients, followed by ", kept length" one as long as the sum's. "penalty" adds
    λ Σ ⟨g_i, g_j⟩ over the pairs of tasks to the loss, with λ in units of h/2: -1 takes the implicit
    conflict term away, 1 doubles it. The orders take a step per task and round. All use every task's
    gradient once per round.

    Args:
        settings: one cell.
        device: where to train.

    Yields:
        One row per method, penalty, seed, checkpoint and task: loss and error on the task's training and test
        samples, mean cosine of the task's gradient with those of the others, and ``conflict``, its part
        h/4 Σ ⟨g_i, g_j⟩ of the implicit conflict term, both on all training samples.
    """
    from manytasks.flow import Network

    network = Network((INPUTS[settings["dataset"]], settings["width"], CLASSES), settings["activation"])
    seeds, checkpoints = settings["seeds"], settings["checkpoints"]
    train, test = permuted_batches(settings, device)
    rows = batch_rows(settings, train.labels.shape[2], device)
    start = draw_vectors(network, seeds).to(device, train.x.dtype)
    for method in settings["methods"]:
        penalties = settings["penalties"] if method == "penalty" else (0.0,)
        copies, everything = len(penalties), train.repeat(len(penalties))
        strengths = torch.tensor(penalties, dtype=start.dtype).repeat_interleave(len(seeds)).to(device)
        orders = task_orders(method, settings).to(device)
        theta = start.repeat(copies, 1)
        for step in range(settings["steps"]):
            batch, order = train.take(rows[step]).repeat(copies), orders[step].repeat(copies, 1)
            theta = take_round(network, theta, batch, method, order, settings["rate"], strengths)
            if step + 1 in checkpoints:
                measured = evaluate(network, theta, everything, test.repeat(copies), settings["rate"])
                members = product(penalties, seeds, range(settings["tasks"]))
                for (penalty, seed, task), values in zip(members, measured, strict=True):
                    yield {
                        "method": method,
                        "penalty": penalty,
                        "seed": seed,
                        "step": step + 1,
                        "task": task,
                    } | values


def take_round(
    network: Network,
    theta: Tensor,
    batch: Batch,
    method: str,
    order: Tensor,
    rate: float,
    strengths: Tensor | None = None,
) -> Tensor:
    """Train every member for one round: one step on all tasks, or one step on each in order.

    Args:
        network: shape of the members.
        theta: (M, P) parameters.
        batch: samples of every member and task.
        method: see ``measure``.
        order: (M, T) order in which a member visits its tasks.
        rate: h.
        strengths: (M,) λ in units of h/2, for the method "penalty".

    Returns:
        (M, P) parameters after the round.
    """
    if method in ORDERS:
        for position in range(order.shape[1]):
            own = Batch(*(one_task(values, order[:, position]) for values in batch))
            theta = theta - rate * task_gradients(network, theta, *own)[1][:, 0]
        return theta
    _, g = task_gradients(network, theta, *batch)
    direction = combine(g, method, order)
    if strengths is not None and method == "penalty":
        pull = curvature_products(network, theta, *batch, g.sum(1, keepdim=True) - g)
        direction = direction + strengths[:, None] * rate / 2 * pull
    return theta - rate * direction


def combine(g: Tensor, method: str, order: Tensor) -> Tensor:
    """Combine task gradients as a method does.

    Args:
        g: (M, T, P) gradients.
        method: "sum", "penalty" (its gradients, without the penalty), "PCGrad", "UPGrad" or "CAGrad"; with
            ", kept length" it gets the length of the sum.
        order: (M, T) permutations, for PCGrad.

    Returns:
        (M, P) direction of ascent.

    Raises:
        ValueError: if the method is unknown.

    Example:
        >>> combine(torch.eye(2)[None], "CAGrad", torch.tensor([[0, 1]]))
        tensor([[1.5000, 1.5000]])
    """
    total, gram = g.sum(1), g @ g.mT
    rule, _, kept = method.partition(", ")
    if rule in ("sum", "penalty"):
        return total
    if rule == "PCGrad":
        weights = pcgrad_weights(gram, order)
    elif rule == "UPGrad":
        weights = upgrad_weights(gram)
    elif rule == "CAGrad":
        weights = cagrad_weights(gram, CAGRAD_RADIUS)
    else:
        raise ValueError(f"method must be one of {', '.join((*RULES, *ORDERS))}; got {method!r}")
    direction = (weights[..., None] * g).sum(1)
    if kept:
        return direction * total.norm(dim=1, keepdim=True) / direction.norm(dim=1, keepdim=True)
    return direction


def task_orders(method: str, settings: Settings) -> Tensor:
    """Return the order in which each round visits the tasks.

    Args:
        method: "palindromic order" turns every other round around; "random order" and the PCGrads draw one
            per round from the seed's own stream; all others count up.
        settings: ``seeds``, ``tasks``, ``steps``.

    Returns:
        (steps, M, T).

    Example:
        >>> task_orders("palindromic order", {"seeds": (0,), "tasks": 3, "steps": 2})[:, 0]
        tensor([[0, 1, 2],
                [2, 1, 0]])
    """
    T, steps, seeds = settings["tasks"], settings["steps"], settings["seeds"]
    orders = np.tile(np.arange(T), (steps, len(seeds), 1))
    if method == "palindromic order":
        orders[1::2] = orders[1::2, :, ::-1]
    elif method == "random order" or method.startswith("PCGrad"):
        for m, seed in enumerate(seeds):
            orders[:, m] = stream(seed, "order").permuted(orders[:, m], axis=1)
    return torch.from_numpy(orders)


def one_task(values: Tensor, tasks: Tensor) -> Tensor:
    """Keep one task of every member.

    Args:
        values: (M, T, ...).
        tasks: (M,) which.

    Returns:
        (M, 1, ...).
    """
    return values[torch.arange(len(values), device=values.device), tasks][:, None]


def evaluate(network: Network, theta: Tensor, train: Batch, test: Batch, rate: float) -> list[Row]:
    """Measure every member on every task.

    Args:
        network: shape of the members.
        theta: (M, P) parameters.
        train: all training samples.
        test: all test samples.
        rate: h.

    Returns:
        M × T rows, members first.
    """
    train_loss, g = task_gradients(network, theta, *train)
    _, train_error = task_errors(network, theta, *train)
    test_loss, test_error = task_errors(network, theta, *test)
    unit = g / g.norm(dim=2, keepdim=True)
    gram, cosines = g @ g.mT, unit @ unit.mT
    diagonal = gram.diagonal(dim1=1, dim2=2)
    T = g.shape[1]
    columns = {
        "train_loss": train_loss,
        "train_error": train_error,
        "test_loss": test_loss,
        "test_error": test_error,
        "cosine": (cosines.sum(2) - 1) / (T - 1),
        "conflict": rate / 4 * (gram.sum(2) - diagonal),
    }
    return [
        {name: float(values[m, t]) for name, values in columns.items()}
        for m in range(len(theta))
        for t in range(T)
    ]


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps; a penalty's second pass through the gradients counts twice more.
    """
    gradient = 6 * settings["batch"] * settings["width"] * (INPUTS[settings["dataset"]] + CLASSES)
    gradients = sum(3 * len(settings["penalties"]) if m == "penalty" else 1 for m in settings["methods"])
    return float(gradient * gradients * settings["tasks"] * settings["steps"] * len(settings["seeds"]))


BOOK: Settings = {
    "dataset": "digits",
    "tasks": (2, 4),
    "per_class": 11,
    "fraction": (0.0, 1.0),
    "width": 32,
    "activation": "tanh",
    "methods": (
        "sum",
        "PCGrad",
        "PCGrad, kept length",
        "UPGrad",
        "CAGrad",
        "CAGrad, kept length",
        "penalty",
        "in order",
        "random order",
        "palindromic order",
    ),
    "penalties": (-5.0, -1.0, 1.0, 5.0),
    "seeds": tuple(range(12)),
    "steps": 300,
    "batch": 55,
    "rate": 0.1,
    "checkpoints": (30, 300),
}
SMOKE: Settings = BOOK | {"fraction": (1.0,), "seeds": (0,), "steps": 10, "checkpoints": (5, 10)}
PAPER: Settings = BOOK | {
    "dataset": "mnist",
    "tasks": (2, 4, 8),
    "per_class": 100,
    "fraction": (0.0, 0.25, 0.5, 1.0),
    "width": 256,
    "steps": 4000,
    "batch": 256,
    "checkpoints": (400, 4000),
}
SWEEP = Sweep(
    "conflict-remedies",
    "Does it help to take the conflict between tasks out of training: by projection, penalty or order?",
    ("tasks", "fraction"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {
        "dataset": word(INPUTS),
        "methods": word((*RULES, *ORDERS), column="method", suffixes=[KEPT]),
        "penalties": real(column="penalty", idle="0"),  # the other methods have none
    },
)
