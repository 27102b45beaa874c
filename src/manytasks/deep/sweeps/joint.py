"""Multi-task against single-task training of the same tasks, paired task by task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

from manytasks.deep.networks import (
    Architecture,
    Network,
    Pool,
    Recipe,
    draw_weights,
    evaluate,
    train_members,
)
from manytasks.deep.sweeps.sweep import Row, Settings
from manytasks.deep.tasks import Samples, Scenario, TaskStream, noisy_labels
from manytasks.deep.witness import passing
from manytasks.streams import stream

METHODS = ("multi-task", "single-task")
Generators = Sequence[np.random.Generator]
# What Paper A trains with, and our seeds; the steps are 100 epochs of 50,000 samples.
PAPER_TRAINING: Settings = {
    "per_class": 500,
    "noises": (0.0, 0.1, 0.2),
    "seeds": (0, 1, 2),
    "steps": 9800,
    "batch": 512,
    "rate": 0.01,
}


@dataclass(frozen=True)
class Members:
    """Say what a number of networks of one shape train on.

    Args:
        heads: heads of every member.
        classes: outputs of each head.
        initial: stream of the initial weights of each member.
        table: (rows, inputs) features or pixels.
        pools: training samples of each member.
        recipe: steps, batch size, rate.
        batches: stream of the batch order of each member.
    """

    heads: int
    classes: int
    initial: Generators
    table: torch.Tensor
    pools: Sequence[Pool]
    recipe: Recipe
    batches: Generators


# Trains members at the width and depth of the settings; the networks returned hold them in order.
Fit = Callable[[Settings, Members], Sequence[Network]]


def fit_mlps(settings: Settings, members: Members) -> Sequence[Network]:
    """Train fully connected networks, in stacks.

    Args:
        settings: ``width`` and ``depth``.
        members: what they train on.

    Returns:
        Stacks that hold the members in order.
    """
    inputs = members.table.shape[1]
    shape = Architecture(inputs, settings["width"], settings["depth"], members.heads, members.classes)
    weights = [draw_weights(shape, generator) for generator in members.initial]
    return train_members(shape, weights, members.table, members.pools, members.recipe, members.batches)


def joint_rows(
    streams: dict[int, TaskStream], settings: Settings, device: torch.device, fit: Fit = fit_mlps
) -> Iterator[Row]:
    """Train every method on every stream and measure each task.

    A multi-task network has the heads of the scenario and trains on all tasks; a single-task network has one
    head and trains on its task alone, on the same samples with the same wrong labels. Every network takes
    the same number of steps.

    Args:
        streams: the tasks of each seed.
        settings: ``steps``, ``batch``, ``rate``, ``scenario``, ``noises``, what ``fit`` reads, and
            ``methods`` where not all are wanted.
        device: where to train.
        fit: trains the networks.

    Yields:
        One row per seed, noise, method and task, with loss and error on the (noisy) training samples and on
        the clean test samples of the task, and the parameters of the network.
    """
    table = torch.from_numpy(np.concatenate([tasks.features for tasks in streams.values()])).to(device)
    lengths = [len(tasks.features) for tasks in streams.values()]
    offsets = dict(zip(streams, np.cumsum([0, *lengths[:-1]]).tolist(), strict=True))
    recipe = Recipe(settings["steps"], settings["batch"], settings["rate"])
    for method in settings.get("methods", METHODS):
        scenario: Scenario = settings["scenario"] if method == "multi-task" else "domain"
        first = next(iter(streams.values()))
        heads, classes = first.outputs(scenario)
        groups = [range(first.T)] if method == "multi-task" else [[task] for task in range(first.T)]
        members = list(product(streams, settings["noises"], groups))
        train_pools = [
            [
                _pool(streams[seed], streams[seed].train[t], scenario, offsets[seed], noise, seed)
                for t in group
            ]
            for seed, noise, group in members
        ]
        trained = Members(
            heads,
            classes,
            initial=[stream(seed, "weights", method, group[0]) for seed, _, group in members],
            table=table,
            pools=[Pool.join(pools) for pools in train_pools],
            recipe=recipe,
            batches=[stream(seed, "batches", method, group[0]) for seed, _, group in members],
        )
        start = 0
        for network in fit(settings, trained):
            part = slice(start, start + network.members)
            start += network.members
            for k in range(len(groups[0])):
                tests = [
                    _pool(streams[seed], streams[seed].test[group[k]], scenario, offsets[seed], 0.0, seed)
                    for seed, _, group in members[part]
                ]
                train_loss, train_error = evaluate(network, table, [pools[k] for pools in train_pools[part]])
                test_loss, test_error = evaluate(network, table, tests)
                for m, (seed, noise, group) in enumerate(members[part]):
                    yield {
                        "seed": seed,
                        "noise": noise,
                        "method": method,
                        "task": group[k],
                        "parameters": network.flat.values.numel() // network.members,
                        "train_loss": float(train_loss[m]),
                        "train_error": float(train_error[m]),
                        "test_loss": float(test_loss[m]),
                        "test_error": float(test_error[m]),
                    }


def joint_flops(settings: Settings, tasks: int, inputs: int, classes: int) -> float:
    """Return the operations of a cell of ``joint_rows``.

    Args:
        settings: as there, and ``seeds``; only its methods count.
        tasks: number of tasks.
        inputs: features per sample.
        classes: classes per task.

    Returns:
        Operations of the training steps of all members.
    """
    heads = {"multi-task": tasks if settings["scenario"] == "task" else 1, "single-task": 1}
    networks = {"multi-task": 1, "single-task": tasks}
    step = sum(
        networks[method]
        * Architecture(inputs, settings["width"], settings["depth"], heads[method], classes).flops(
            settings["batch"]
        )
        for method in settings.get("methods", METHODS)
    )
    return float(step * settings["steps"] * len(settings["noises"]) * len(settings["seeds"]))


def _pool(
    tasks: TaskStream, samples: Samples, scenario: Scenario, offset: int, noise: float, seed: int
) -> Pool:
    """Make the pool of one task; its wrong labels depend on seed and task only.

    Returns:
        The pool.
    """
    wrong = noisy_labels(samples.labels, tasks.classes, noise, stream(seed, "labels", samples.task))
    wrong = passing(seed, f"labels of task {samples.task}", wrong)
    labels, heads = tasks.targets(Samples(samples.rows, wrong, samples.task), scenario)
    return Pool(samples.rows + offset, labels, heads)
