"""Choose what a replay buffer keeps of a finished task."""

from __future__ import annotations

import numpy as np


def random_buffer(labels: np.ndarray, per_class: int, generator: np.random.Generator) -> np.ndarray:
    """Keep random samples of every class, the same number of each.

    Args:
        labels: (n,) labels of the task.
        per_class: samples to keep of each class, at least 0; a class with fewer is kept whole.
        generator: a larger ``per_class`` keeps what a smaller one keeps, and more.

    Returns:
        Sorted positions of the kept samples.

    Raises:
        ValueError: if ``per_class`` is negative.

    Example:
        >>> random_buffer(np.array([0, 0, 0, 1, 1]), 1, np.random.default_rng(1)).tolist()
        [0, 4]
    """
    if per_class < 0:
        raise ValueError(f"per_class must be at least 0; got {per_class}")
    order = generator.permutation(len(labels))
    kept = [order[labels[order] == label][:per_class] for label in np.unique(labels)]
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


def herding_buffer(features: np.ndarray, labels: np.ndarray, per_class: int) -> np.ndarray:
    """Keep the samples whose mean follows the class mean most closely, one after the other.

    The greedy rule of iCaRL (Rebuffi et al., 2017): every next sample brings the mean of the kept ones as
    near as possible to the mean of the class.

    Args:
        features: (n, d) features of the task's samples.
        labels: (n,) labels of the task.
        per_class: samples to keep of each class, at least 0; a class with fewer is kept whole.

    Returns:
        Sorted positions of the kept samples.

    Raises:
        ValueError: if ``per_class`` is negative.

    Example:
        >>> herding_buffer(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 0]), per_class=1).tolist()
        [1]
    """
    if per_class < 0:
        raise ValueError(f"per_class must be at least 0; got {per_class}")
    kept = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        points = features[members].astype(float)
        mean, total = points.mean(0), np.zeros(points.shape[1])
        free = np.ones(len(members), bool)
        for count in range(1, min(per_class, len(members)) + 1):
            distances = np.linalg.norm(mean - (total + points) / count, axis=1)
            best = int(np.argmin(np.where(free, distances, np.inf)))
            free[best] = False
            total += points[best]
        kept.append(members[~free])
    return np.sort(np.concatenate(kept))
