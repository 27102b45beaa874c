"""Pairs of tasks whose similarity is dialled in five different ways, on two data sets."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.data import Dataset, load_dataset
from manytasks.deep.data.cifar100 import FEATURES
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.deep.sweeps.feature_pairs import feature_pair
from manytasks.deep.tasks import Samples, TaskStream, permuted_pixels, rotated_images
from manytasks.deep.witness import passing
from manytasks.streams import stream

DIALS = ("pixels", "rotation", "labels", "classes", "data sets")
CLASSES = 5  # of each task: half of the digits, so that other digits are left for the dial "classes"
LARGEST_ANGLE = 90.0
SIDE = 8  # of the digits; glyphs are shrunk to it, so that both can feed one network
OTHER = {"digits": "glyphs", "glyphs": "digits"}


def task_pair(dataset: str, dial: str, strength: float, per_class: int, seed: int) -> TaskStream:
    """Make two tasks of five classes each that differ as much as a dial says.

    Ours. At strength 0 every dial gives the same pair: two samples of one task. At strength 1 the tasks
    differ in the order of all pixels ("pixels"), by a quarter turn ("rotation"), in what every class is
    called ("labels"), in all classes ("classes"), or in the data set itself ("data sets"). The first three
    change how one problem is seen or answered, the last two change the problem.

    Args:
        dataset: "digits", "glyphs", or CIFAR-100 features, of which ``feature_pair`` makes the pairs.
        dial: one of ``DIALS``.
        strength: in [0, 1]; labels and classes change in steps of a fifth, and one label alone has nowhere
            to go.
        per_class: training samples per class and task, at least 1.
        seed: seed of the run; it draws classes, samples and permutations.

    Returns:
        A stream of two tasks over 64 features; no training sample serves both.

    Raises:
        ValueError: if the dial or data set is unknown, or the strength is not in [0, 1].

    Example:
        >>> pair = task_pair("digits", "labels", 0.4, per_class=1, seed=1)
        >>> [task.labels.tolist() for task in pair.train]
        [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4]]
    """
    if dataset == FEATURES:
        return feature_pair(dial, strength, per_class, seed)
    if dial not in DIALS:
        raise ValueError(f"dial must be one of {', '.join(DIALS)}; got {dial!r}")
    if dataset not in OTHER:
        raise ValueError(f"dataset must be one of {', '.join(OTHER)}; got {dataset!r}")
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be in [0, 1]; got {strength}")
    base = _two_problems(dataset, OTHER[dataset] if dial == "data sets" else dataset, seed)
    if dial == "rotation":
        whole = rotated_images(base, 2, per_class, strength * LARGEST_ANGLE, seed)
    else:
        whole = permuted_pixels(base, 2, per_class, strength if dial == "pixels" else 0.0, seed)
    changed = round(strength * CLASSES)
    first = changed if dial in ("classes", "data sets") else 0
    renamed = changed if dial == "labels" else 0
    train, test = (
        (_choose(part[0], 0, 0), _choose(part[1], first, renamed)) for part in (whole.train, whole.test)
    )
    for samples in train:
        passing(seed, f"labels of task {samples.task}", samples.labels)
    return TaskStream(whole.features, train, test, CLASSES)


def _choose(samples: Samples, first: int, renamed: int) -> Samples:
    """Keep five classes from ``first`` on, numbered modulo five, and pass the first labels around.

    Returns:
        Their samples.
    """
    kept = samples.take(np.flatnonzero((samples.labels >= first) & (samples.labels < first + CLASSES)))
    labels = kept.labels % CLASSES
    labels = np.where(labels < renamed, (labels + 1) % max(renamed, 1), labels)
    return Samples(kept.rows, labels, kept.task)


def _two_problems(own: str, other: str, seed: int) -> Dataset:
    """Put five classes of one data set before five further ones, of the same data set or of another.

    Returns:
        A data set of ten classes.
    """
    sets = [_small(own), _small(other)]
    order = stream(seed, "classes", own).permutation(sets[0].classes)
    second = order[CLASSES : 2 * CLASSES]
    if other != own:
        second = stream(seed, "classes", other).permutation(sets[1].classes)[:CLASSES]
    parts = {
        name: [
            (getattr(source, f"{name}_images")[members], np.full(len(members), label))
            for label, (source, number) in enumerate(
                [(sets[0], k) for k in order[:CLASSES]] + [(sets[1], k) for k in second]
            )
            for members in [np.flatnonzero(getattr(source, f"{name}_labels") == number)]
        ]
        for name in ("train", "test")
    }
    images, labels = (
        {name: np.concatenate([part[i] for part in found]) for name, found in parts.items()} for i in (0, 1)
    )
    names = tuple(map(str, range(2 * CLASSES)))
    return Dataset(
        f"{own} and {other}", images["train"], labels["train"], images["test"], labels["test"], names
    )


@lru_cache
def _small(name: str) -> Dataset:
    """Load a data set at 8 x 8 pixels.

    Returns:
        The digits as they are, or glyphs averaged over patches.
    """
    if name == "digits":
        return load_dataset(name)
    whole = load_glyphs(train=60, test=30)
    train, test = (
        F.adaptive_avg_pool2d(torch.from_numpy(images).permute(0, 3, 1, 2).float(), SIDE)
        .round()
        .to(torch.uint8)
        .permute(0, 2, 3, 1)
        .numpy()
        for images in (whole.train_images, whole.test_images)
    )
    return Dataset(name, train, whole.train_labels, test, whole.test_labels, whole.class_names)
