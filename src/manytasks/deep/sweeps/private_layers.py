"""Train networks in which some layers belong to one task each and the others to all tasks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.measures.network import Statistics, forward
from manytasks.deep.networks import Recipe, batch_order
from manytasks.deep.tasks import TaskStream
from manytasks.streams import stream

Theta = dict[str, torch.Tensor]


def layer_of(name: str, depth: int) -> int:
    """Return the layer a tensor belongs to.

    Args:
        name: as in ``Architecture.shapes``.
        depth: hidden layers.

    Returns:
        0 to ``depth - 1`` for hidden layers and their BatchNorm, ``depth`` for the head.

    Example:
        >>> [layer_of(name, depth=3) for name in ("hidden.0.weight", "norm.2.bias", "head.bias")]
        [0, 2, 3]
    """
    return depth if name.startswith("head") else int(name.split(".")[1])


def copy_layers(
    weights: Sequence[dict[str, np.ndarray]], tasks: int, depth: int, private: Collection[int]
) -> Theta:
    """Stack the members' weights and give every task its own copy of the private layers.

    Args:
        weights: initial weights of each member.
        tasks: number of tasks.
        depth: hidden layers.
        private: layers that every task owns, numbered as ``layer_of`` does.

    Returns:
        Tensors of shape (members, tasks, ...) for private and (members, 1, ...) for shared layers.

    Example:
        >>> theta = copy_layers([{"head.bias": np.zeros(5)}] * 2, tasks=3, depth=0, private=[0])
        >>> theta["head.bias"].shape
        torch.Size([2, 3, 5])
    """
    copies = {name: tasks if layer_of(name, depth) in private else 1 for name in weights[0]}
    return {
        name: torch.from_numpy(np.stack([np.stack([member[name]] * count) for member in weights]))
        for name, count in copies.items()
    }


def train_partly_shared(
    theta: Theta,
    table: torch.Tensor,
    streams: dict[int, TaskStream],
    recipe: Recipe,
    private: Collection[int],
) -> np.ndarray:
    """Train one member per seed in place and return its mean test loss and error.

    Each step takes ``recipe.batch`` samples of every task. A private layer is normalised within its task, a
    shared one over the samples of all tasks; for the test, by the statistics of all training samples.

    Args:
        theta: what ``copy_layers`` returned, on the device and in the dtype of ``table``.
        table: (seeds, rows, inputs), the features of each seed's stream.
        streams: one stream per seed, all with equally many training samples.
        recipe: steps, batch size per task, rate, momentum.
        private: the layers of ``copy_layers``.

    Returns:
        (seeds, 2) mean over tasks of test loss and share of wrong answers.
    """
    depth = max(layer_of(name, 0) for name in theta if name.startswith("hidden")) + 1
    shared = [layer for layer in range(depth) if layer not in private]
    rows, labels = (
        torch.from_numpy(np.stack([[getattr(s, part) for s in tasks.train] for tasks in streams.values()]))
        for part in ("rows", "labels")
    )
    seeds = torch.arange(len(streams))[:, None, None]
    x, y = table[seeds.to(table.device), rows.to(table.device)], labels.to(table.device)
    orders = np.stack(
        [
            [
                batch_order(rows.shape[-1], recipe.steps, recipe.batch, stream(seed, "batches", task))
                for task in range(tasks.T)
            ]
            for seed, tasks in streams.items()
        ]
    )
    order = torch.from_numpy(orders).to(table.device)  # (seeds, tasks, steps, batch)
    member, task = seeds.to(table.device), torch.arange(rows.shape[1], device=table.device)[:, None]
    for value in theta.values():
        value.requires_grad_()
    optimiser = torch.optim.SGD(
        theta.values(), lr=recipe.rate, momentum=recipe.momentum, nesterov=True, foreach=True
    )
    for step in range(recipe.steps):
        optimiser.param_groups[0]["lr"] = recipe.rate_at(step)
        chosen = order[:, :, step]
        outputs = forward(theta, x[member, task, chosen], shared=shared)[1]
        loss = F.cross_entropy(outputs.flatten(0, 2), y[member, task, chosen].flatten(), reduction="sum")
        optimiser.zero_grad()
        (loss / recipe.batch).backward()
        optimiser.step()
    with torch.no_grad():
        statistics = forward(theta, x, shared=shared)[2]
        return np.array(
            [
                np.mean([_test(theta, statistics, table[s], tasks, s, t) for t in range(tasks.T)], axis=0)
                for s, tasks in enumerate(streams.values())
            ]
        )


def _test(
    theta: Theta, statistics: Statistics, features: torch.Tensor, tasks: TaskStream, member: int, task: int
) -> tuple[float, float]:
    """Measure one member on one task.

    Returns:
        Loss and share of wrong answers.
    """

    def own(value: torch.Tensor) -> torch.Tensor:
        return value[member, task if value.shape[1] > 1 else 0]

    samples = tasks.test[task]
    used = [(own(mean), own(variance)) for mean, variance in statistics]
    outputs = forward({name: own(value) for name, value in theta.items()}, features[samples.rows], used)[1]
    labels = torch.from_numpy(samples.labels).to(outputs.device)
    loss = F.cross_entropy(outputs, labels)
    return float(loss), float((outputs.argmax(-1) != labels).double().mean())
