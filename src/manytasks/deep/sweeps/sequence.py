"""Learn tasks one after the other with a replay buffer, and watch every task after every task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from manytasks.deep.networks import (
    Architecture,
    Pool,
    Recipe,
    Stack,
    draw_weights,
    evaluate,
    members_per_stack,
    train,
)
from manytasks.deep.sweeps.sweep import Row, Settings
from manytasks.deep.tasks import (
    BufferMethod,
    Samples,
    Scenario,
    TaskStream,
    noisy_labels,
    replay_buffers,
)
from manytasks.deep.witness import passing
from manytasks.streams import stream


@dataclass(frozen=True)
class Learner:
    """Name one continual learner of a cell.

    Args:
        seed: its tasks, weights and batches.
        memory: buffer samples per class of each finished task; see ``replay_buffers``.
        noise: share of wrong labels, in the buffer too.
    """

    seed: int
    memory: float
    noise: float


def sequence_rows(
    streams: dict[int, TaskStream],
    learners: list[Learner],
    settings: Settings,
    device: torch.device,
    method: BufferMethod = "random",
) -> Iterator[Row]:
    """Train every learner through its tasks, always from the weights that it has.

    Every task takes the same number of steps whatever the buffer holds: a larger buffer does not mean more
    training. A batch draws from buffer and task in proportion to their sizes.

    Args:
        streams: the tasks of each seed, over tables of one shape.
        learners: what differs inside the cell.
        settings: ``width``, ``depth``, ``steps`` (per task), ``batch``, ``rate``, ``scenario``.
        device: where to train.
        method: which samples the buffers keep.

    Yields:
        One row per learner, trained task (``after``) and measured task, for ``task <= after``: loss and
        error on the task's own training samples and on its test samples.
    """
    table = torch.from_numpy(np.concatenate([tasks.features for tasks in streams.values()])).to(device)
    lengths = [len(tasks.features) for tasks in streams.values()]
    offsets = dict(zip(streams, np.cumsum([0, *lengths[:-1]]).tolist(), strict=True))
    scenario: Scenario = settings["scenario"]
    first = next(iter(streams.values()))
    heads, classes = first.outputs(scenario)
    shape = Architecture(table.shape[1], settings["width"], settings["depth"], heads, classes)
    recipe = Recipe(settings["steps"], settings["batch"], settings["rate"])
    size = members_per_stack(shape, recipe.batch, device.type)
    for start in range(0, len(learners), size):
        members = learners[start : start + size]
        weights = [draw_weights(shape, stream(member.seed, "weights")) for member in members]
        stack = Stack(shape, weights, table.dtype, device)
        for after in range(first.T):
            pools = [
                _pool_with_buffer(streams[m.seed], after, m, method, scenario, offsets[m.seed])
                for m in members
            ]
            train(stack, table, pools, recipe, [stream(m.seed, "batches", after) for m in members])
            for task in range(after + 1):
                measured = []
                for part in ("train", "test"):
                    own = [getattr(streams[m.seed], part)[task] for m in members]
                    parts = [
                        _pool(streams[m.seed], s, scenario, offsets[m.seed], m if part == "train" else None)
                        for m, s in zip(members, own, strict=True)
                    ]
                    measured += list(evaluate(stack, table, parts))
                for member, values in zip(members, zip(*measured, strict=True), strict=True):
                    names = ("train_loss", "train_error", "test_loss", "test_error")
                    yield {
                        "seed": member.seed,
                        "memory": member.memory,
                        "noise": member.noise,
                        "after": after,
                        "task": task,
                        "parameters": shape.parameters,
                    } | dict(zip(names, map(float, values), strict=True))


def sequence_flops(settings: Settings, learners: int, tasks: int, inputs: int, classes: int) -> float:
    """Return the operations of a cell of ``sequence_rows``.

    Args:
        settings: as there.
        learners: number of learners.
        tasks: number of tasks.
        inputs: features per sample.
        classes: classes per task.

    Returns:
        Operations of the training steps of all learners.
    """
    heads = tasks if settings["scenario"] == "task" else 1
    shape = Architecture(inputs, settings["width"], settings["depth"], heads, classes)
    return float(shape.flops(settings["batch"]) * settings["steps"] * tasks * learners)


def _pool(
    tasks: TaskStream, samples: Samples, scenario: Scenario, offset: int, noisy: Learner | None
) -> Pool:
    labels = samples.labels
    if noisy is not None:
        wrong = stream(noisy.seed, "labels", samples.task)
        labels = noisy_labels(labels, tasks.classes, noisy.noise, wrong)
        labels = passing(noisy.seed, f"labels of task {samples.task}", labels)
    targets, heads = tasks.targets(Samples(samples.rows, labels, samples.task), scenario)
    return Pool(samples.rows + offset, targets, heads)


def _pool_with_buffer(
    tasks: TaskStream,
    after: int,
    learner: Learner,
    method: BufferMethod,
    scenario: Scenario,
    offset: int,
) -> Pool:
    """Join the buffers of the finished tasks and all samples of the present one.

    Returns:
        The pool.
    """
    pools = []
    for past, kept in enumerate(replay_buffers(tasks, after, learner.memory, method, learner.seed)):
        whole = _pool(tasks, tasks.train[past], scenario, offset, learner)
        pools.append(Pool(whole.rows[kept], whole.labels[kept], whole.heads[kept]))
    return Pool.join([*pools, _pool(tasks, tasks.train[after], scenario, offset, learner)])
