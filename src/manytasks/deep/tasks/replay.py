"""Choose what a replay buffer keeps of the finished tasks."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from manytasks.deep.tasks.stream import TaskStream
from manytasks.deep.witness import passing
from manytasks.streams import stream

BufferMethod = Literal["random", "reservoir", "herding"]


def replay_buffers(
    tasks: TaskStream, after: int, memory: float, method: BufferMethod, seed: int
) -> list[np.ndarray]:
    """Choose what is kept of every finished task while the next one is learned.

    "random" and "herding" keep ``memory`` samples per class of each finished task for good. "reservoir" is
    one memory for the whole stream, as large as the others' is in the end: it holds a uniform sample of all
    that has passed, is full early, and balances neither classes nor tasks.

    Args:
        tasks: the stream.
        after: tasks that are finished, 0 to ``T - 1``.
        memory: samples per class and finished task once ``T - 1`` tasks are finished, at least 0; need not be
            whole.
        method: "random", "reservoir" or "herding" (in the space of the stream's features).
        seed: seed of the run.

    Returns:
        For each finished task, sorted positions in ``tasks.train``.

    Raises:
        ValueError: if the method is unknown.

    Example:
        >>> from manytasks.deep.data import load_dataset
        >>> from manytasks.deep.tasks import permuted_pixels
        >>> tasks = permuted_pixels(load_dataset("digits"), T=3, per_class=20, fraction=1.0, seed=1)
        >>> {m: [len(k) for k in replay_buffers(tasks, 1, 2.5, m, 1)] for m in ("random", "reservoir")}
        {'random': [25], 'reservoir': [50]}
    """
    if method not in get_args(BufferMethod):
        raise ValueError(f"method must be one of {', '.join(get_args(BufferMethod))}; got {method!r}")
    finished = tasks.train[:after]
    if method == "reservoir":
        capacity = round(memory * tasks.classes) * (tasks.T - 1)
        ends = np.cumsum([0, *(samples.size for samples in finished)]).tolist()
        kept = reservoir_buffer(ends[-1], capacity, stream(seed, "reservoir"))
        kept = passing(seed, f"reservoir after task {after - 1}", kept)
        return [kept[(start <= kept) & (kept < end)] - start for start, end in pairwise(ends)]
    if method == "herding":
        return [herding_buffer(tasks.features[past.rows], past.labels, memory) for past in finished]
    return [
        passing(
            seed,
            f"buffer of task {past.task}",
            random_buffer(past.labels, memory, stream(seed, "buffer", past.task)),
        )
        for past in finished
    ]


def random_buffer(labels: np.ndarray, per_class: float, generator: np.random.Generator) -> np.ndarray:
    """Keep random samples of every class, the same number of each.

    Args:
        labels: (n,) labels of the task.
        per_class: samples to keep of each class, at least 0; a class with fewer is kept whole. Of a number
            that is not whole, such as 2.3, three tenths of the classes keep 3 and the others 2.
        generator: a larger ``per_class`` keeps what a smaller one keeps, and more.

    Returns:
        Sorted positions of the kept samples.

    Raises:
        ValueError: if ``per_class`` is negative.

    Example:
        >>> random_buffer(np.array([0, 0, 0, 1, 1]), 1, np.random.default_rng(1)).tolist()
        [0, 4]
    """
    order = generator.permutation(len(labels))
    classes = np.unique(labels)
    shares = _class_shares(len(classes), per_class, generator)
    kept = [order[labels[order] == label][:share] for label, share in zip(classes, shares, strict=True)]
    return np.sort(np.concatenate(kept)).astype(np.int64)


def reservoir_buffer(total: int, capacity: int, generator: np.random.Generator) -> np.ndarray:
    """Keep a uniform sample of a stream whose length need not be known in advance.

    Vitter's algorithm R: the i-th sample replaces a random kept one with probability capacity / i.

    Args:
        total: samples that have passed, at least 0.
        capacity: samples to keep, at least 0.
        generator: draws the replacements.

    Returns:
        Sorted positions of the kept samples; each sample is kept with probability capacity / total.

    Raises:
        ValueError: if a count is negative.

    Example:
        >>> len(reservoir_buffer(100, 10, np.random.default_rng(1)))
        10
    """
    if total < 0 or capacity < 0:
        raise ValueError(f"total and capacity must be at least 0; got {total} and {capacity}")
    kept = np.arange(min(total, capacity))
    for position in range(capacity, total):
        place = generator.integers(position + 1)
        if place < capacity:
            kept[place] = position
    return np.sort(kept)


def herding_buffer(features: np.ndarray, labels: np.ndarray, per_class: float) -> np.ndarray:
    """Keep the samples whose mean follows the class mean most closely, one after the other.

    The greedy rule of iCaRL (Rebuffi et al., 2017): every next sample brings the mean of the kept ones as
    near as possible to the mean of the class.

    Args:
        features: (n, d) features of the task's samples.
        labels: (n,) labels of the task.
        per_class: samples to keep of each class, at least 0; a class with fewer is kept whole. Of a number
            that is not whole, such as 2.3, the first three tenths of the classes keep 3 and the others 2.

    Returns:
        Sorted positions of the kept samples; a larger ``per_class`` keeps what a smaller one keeps, and more.

    Raises:
        ValueError: if ``per_class`` is negative.

    Example:
        >>> herding_buffer(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 0]), per_class=1).tolist()
        [1]
    """
    kept = []
    classes = np.unique(labels)
    for label, share in zip(classes, _class_shares(len(classes), per_class), strict=True):
        members = np.flatnonzero(labels == label)
        points = features[members].astype(float)
        mean, total = points.mean(0), np.zeros(points.shape[1])
        free = np.ones(len(members), bool)
        for count in range(1, min(share, len(members)) + 1):
            distances = np.linalg.norm(mean - (total + points) / count, axis=1)
            best = int(np.argmin(np.where(free, distances, np.inf)))
            free[best] = False
            total += points[best]
        kept.append(members[~free])
    return np.sort(np.concatenate(kept))


def _class_shares(classes: int, per_class: float, generator: np.random.Generator | None = None) -> list[int]:
    """Round the samples per class to whole numbers with the right total.

    Returns:
        Samples of each class; who keeps one more is drawn by the generator, or the first ones do.

    Raises:
        ValueError: if ``per_class`` is negative.
    """
    if per_class < 0:
        raise ValueError(f"per_class must be at least 0; got {per_class}")
    total = round(per_class * classes)
    order = np.arange(classes) if generator is None else generator.permutation(classes)
    return (total // classes + (order < total % classes)).tolist()
