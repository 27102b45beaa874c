"""Pairs of tasks on CIFAR-100 features, whose similarity is dialled in four ways."""

from __future__ import annotations

import numpy as np

from manytasks.deep.data.cifar100 import FEATURES, names
from manytasks.deep.sweeps.frozen import frozen_features
from manytasks.deep.tasks import Samples, TaskStream
from manytasks.streams import stream

DIALS = ("pixels", "labels", "superclass", "classes")
CLASSES = 5  # of each task, of five superclasses
INPUTS = 64  # principal components


def feature_pair(dial: str, strength: float, per_class: int, seed: int) -> TaskStream:
    """Make two tasks of five classes each that differ as much as a dial says.

    At strength 0 every dial gives the same pair: two samples of one task. At strength 1 the tasks differ in
    the order of all features ("pixels"), in what every class is called ("labels"), or in all classes, each
    in the place of one of the same superclass ("superclass"), or of another ("classes").

    Args:
        dial: one of ``DIALS``.
        strength: in [0, 1]; labels and classes change in steps of a fifth, and one label alone has nowhere
            to go.
        per_class: training samples per class and task, at least 1 and at most half of what a class has.
        seed: seed of the run; it draws classes, samples and permutations.

    Returns:
        A stream of two tasks over 64 features; no training sample serves both.

    Raises:
        ValueError: if the dial is unknown, the strength is not in [0, 1], or there are not enough samples.
    """
    if dial not in DIALS:
        raise ValueError(f"dial of {FEATURES} must be one of {', '.join(DIALS)}; got {dial!r}")
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be in [0, 1]; got {strength}")
    dataset, train, test = frozen_features(FEATURES, INPUTS, 500, 100)
    fewest = int(np.bincount(dataset.train_labels).min())
    if not 1 <= 2 * per_class <= fewest:
        raise ValueError(f"per_class must be in 1..{fewest // 2}; got {per_class}")
    first, siblings, strangers = _classes(seed)
    changed = round(strength * CLASSES)
    second = first.copy()
    if dial in ("superclass", "classes"):
        second[:changed] = (siblings if dial == "superclass" else strangers)[:changed]
    called = np.arange(CLASSES)
    if dial == "labels":
        called[:changed] = np.roll(called[:changed], -1)

    order, d = np.arange(INPUTS), round(strength * INPUTS) if dial == "pixels" else 0
    moved = stream(seed, "pixels", 1).permutation(INPUTS)[:d]
    order[moved] = stream(seed, "permutation", 1).permutation(moved)
    table = np.concatenate([train, test])
    parts: tuple[list[Samples], list[Samples]] = ([], [])
    for task, group in enumerate((first, second)):
        for part, label_of, start in ((0, dataset.train_labels, 0), (1, dataset.test_labels, len(train))):
            rows = [
                start + _members(label_of, label, per_class, task, seed, whole=part == 1) for label in group
            ]
            labels = np.repeat(called if task else np.arange(CLASSES), [len(each) for each in rows])
            parts[part].append(Samples(np.concatenate(rows) + task * len(table), labels, task))
    views = np.concatenate([table, table[:, order]])
    return TaskStream(views, tuple(parts[0]), tuple(parts[1]), CLASSES).compact()


def _classes(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw five classes of five superclasses, a sibling of each, and a class of another superclass for each.

    Returns:
        Three times five fine labels.
    """
    superclasses = names()[1]
    order = stream(seed, "superclasses").permutation(superclasses.max() + 1)
    dealt = [stream(seed, "classes", int(k)).permutation(np.flatnonzero(superclasses == k)) for k in order]
    return (
        np.array([group[0] for group in dealt[:CLASSES]]),
        np.array([group[1] for group in dealt[:CLASSES]]),
        np.array([group[0] for group in dealt[CLASSES : 2 * CLASSES]]),
    )


def _members(labels: np.ndarray, label: int, per_class: int, task: int, seed: int, whole: bool) -> np.ndarray:
    """Choose the samples of a class; the second task takes others than the first.

    Returns:
        Positions.
    """
    members = np.flatnonzero(labels == label)
    if whole:
        return members
    drawn = stream(seed, "data", int(label)).permutation(members)
    return drawn[task * per_class : (task + 1) * per_class]
