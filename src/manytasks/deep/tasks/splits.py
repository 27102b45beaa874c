"""Make task streams: split the classes, permute the pixels, or rotate the images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.data.dataset import Dataset, pixels
from manytasks.deep.tasks.stream import Samples, TaskStream
from manytasks.deep.witness import passing
from manytasks.streams import Seed, stream


def class_split(
    dataset: Dataset,
    T: int,
    per_class: int,
    seed: Seed,
    train_features: np.ndarray | None = None,
    test_features: np.ndarray | None = None,
) -> TaskStream:
    """Deal the classes out to T tasks.

    Args:
        dataset: its classes are shuffled once by the seed and dealt out in equal shares.
        T: number of tasks, a divisor of the number of classes.
        per_class: training samples of each class, at least 1 and at most what every class has.
        seed: seed of the run.
        train_features: (n, d) features to use instead of pixels, one row per training image.
        test_features: (m, d) the same for the test images.

    Returns:
        A stream whose task t holds its share of the classes, all their test images included.

    Raises:
        ValueError: if T does not divide the number of classes.

    Example:
        >>> from manytasks.deep.data import load_dataset
        >>> tasks = class_split(load_dataset("digits"), T=5, per_class=3, seed=1)
        >>> tasks.T, tasks.classes, tasks.train[0].labels.tolist()
        (5, 2, [0, 0, 0, 1, 1, 1])
    """
    if T < 1 or dataset.classes % T:
        raise ValueError(f"T must divide the {dataset.classes} classes of {dataset.name}; got {T}")
    features = np.concatenate(
        [
            pixels(dataset.train_images) if train_features is None else train_features,
            pixels(dataset.test_images) if test_features is None else test_features,
        ]
    )
    groups = stream(seed, "classes").permutation(dataset.classes).reshape(T, -1)
    train, test = [], []
    for task, group in enumerate(groups):
        chosen = [
            _shuffled(dataset.train_labels, label, per_class, stream(seed, "data", int(label)))[:per_class]
            for label in group
        ]
        train.append(_join(chosen, task, seed))
        held_out = [
            np.flatnonzero(dataset.test_labels == label) + len(dataset.train_labels) for label in group
        ]
        test.append(_join(held_out, task, seed, "test "))
    return TaskStream(features, tuple(train), tuple(test), classes=groups.shape[1])


def superclass_split(
    dataset: Dataset,
    superclasses: np.ndarray,
    per_class: int,
    fraction: float,
    seed: Seed,
    train_features: np.ndarray,
    test_features: np.ndarray,
) -> TaskStream:
    """Give every task one class of each superclass, under the name of the superclass.

    A natural similarity: beetle, butterfly and bee are all insects. The fraction is the dial: 0 keeps the
    names, 1 gives every task names of its own. The images stay the same.

    Args:
        dataset: its classes are dealt out by the seed, one of each superclass to a task.
        superclasses: (classes,) superclass of each class, from 0 on; all superclasses have the same number
            of classes, which is the number T of tasks.
        per_class: training samples of each class, at least 1 and at most what every class has.
        fraction: share of the superclasses whose names each task exchanges among themselves, in [0, 1];
            those of a larger fraction contain those of a smaller one.
        seed: seed of the run.
        train_features: (n, d) features, one row per training image.
        test_features: (m, d) the same for the test images.

    Returns:
        A stream of T tasks that share their labels, all test images included.

    Raises:
        ValueError: if superclasses have different sizes, or the fraction is not in [0, 1].

    Example:
        >>> from manytasks.deep.data import load_dataset, pixels
        >>> digits = load_dataset("digits")
        >>> halves = np.arange(10) % 2  # even and odd
        >>> features = pixels(digits.train_images), pixels(digits.test_images)
        >>> tasks = superclass_split(digits, halves, 3, 0.0, 1, *features)
        >>> tasks.T, tasks.classes, tasks.train[0].labels.tolist()
        (5, 2, [0, 0, 0, 1, 1, 1])
    """
    sizes = np.bincount(superclasses)
    if len(set(sizes)) != 1:
        raise ValueError(f"superclasses must have the same number of classes; they have {sizes.tolist()}")
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be in [0, 1]; got {fraction}")
    count, T = len(sizes), sizes[0]
    dealt = np.array(
        [stream(seed, "classes", k).permutation(np.flatnonzero(superclasses == k)) for k in range(count)]
    )
    trained = len(dataset.train_labels)
    train: list[Samples] = []
    test: list[Samples] = []
    for task in range(T):
        moved = stream(seed, "superclasses", task).permutation(count)[: round(fraction * count)]
        names = np.arange(count)
        names[moved] = stream(seed, "names", task).permutation(moved)
        chosen = [
            _shuffled(dataset.train_labels, label, per_class, stream(seed, "data", int(label)))[:per_class]
            for label in dealt[:, task]
        ]
        held_out = [trained + np.flatnonzero(dataset.test_labels == label) for label in dealt[:, task]]
        names = passing(seed, f"names of the superclasses in task {task}", names)
        for rows, part, kind in ((chosen, train, ""), (held_out, test, "test ")):
            samples = _join(rows, task, seed, kind)  # by superclass, whatever it is called
            part.append(replace(samples, labels=names[samples.labels]))
    features = np.concatenate([train_features, test_features])
    return TaskStream(features, tuple(train), tuple(test), classes=count)


def permuted_pixels(dataset: Dataset, T: int, per_class: int, fraction: float, seed: Seed) -> TaskStream:
    """Give every task the same classes, seen through its own permutation of some of the pixels.

    The fraction is the similarity dial: 0 makes the tasks one and the same, 1 makes them unrelated.

    Args:
        dataset: every task has all of its classes.
        T: number of tasks, at least 1.
        per_class: training samples per class and task; tasks have different samples while there are enough.
        fraction: share of the pixels that each task permutes, in [0, 1]. The permuted pixels of a larger
            fraction contain those of a smaller one.
        seed: seed of the run.

    Returns:
        A stream in which the same test images return in every task, permuted like its training images.

    Raises:
        ValueError: if the fraction is not in [0, 1].

    Example:
        >>> from manytasks.deep.data import load_dataset
        >>> tasks = permuted_pixels(load_dataset("digits"), T=2, per_class=3, fraction=1.0, seed=1)
        >>> tasks.features.shape == (2 * 1797, 64)
        True
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be in [0, 1]; got {fraction}")
    whole = np.concatenate([pixels(dataset.train_images), pixels(dataset.test_images)])
    d = whole.shape[1]
    views = []
    for task in range(T):
        moved = stream(seed, "pixels", task).permutation(d)[: round(fraction * d)]
        order = np.arange(d)
        order[moved] = stream(seed, "permutation", task).permutation(moved)
        views.append(whole[:, passing(seed, f"order of the pixels of task {task}", order)])
    return _same_classes(dataset, views, per_class, seed)


def rotated_images(dataset: Dataset, T: int, per_class: int, largest: float, seed: Seed) -> TaskStream:
    """Give every task the same classes, rotated by its own angle.

    Args:
        dataset: every task has all of its classes.
        T: number of tasks, at least 1; task t is rotated by ``largest * t / (T - 1)``.
        per_class: training samples per class and task.
        largest: angle of the last task in degrees.
        seed: seed of the run.

    Returns:
        A stream in which the same test images return in every task, rotated like its training images.

    Example:
        >>> from manytasks.deep.data import load_dataset
        >>> tasks = rotated_images(load_dataset("digits"), T=3, per_class=2, largest=90.0, seed=1)
        >>> digits = load_dataset("digits")
        >>> turned = np.rot90(pixels(digits.train_images)[0].reshape(8, 8))
        >>> bool(np.allclose(tasks.features[2 * 1797].reshape(8, 8), turned, atol=1e-5))
        True
    """
    whole = np.concatenate([dataset.train_images, dataset.test_images])
    images = torch.from_numpy(whole).permute(0, 3, 1, 2).float() / 255
    views = []
    for angle in np.deg2rad(np.linspace(0, largest, T)):
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        affine = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0]]).expand(len(images), 2, 3)
        grid = F.affine_grid(affine, list(images.shape), align_corners=False)
        turned = F.grid_sample(images, grid, align_corners=False)
        views.append(turned.permute(0, 2, 3, 1).reshape(len(images), -1).numpy())
    return _same_classes(dataset, views, per_class, seed)


def _same_classes(dataset: Dataset, views: list[np.ndarray], per_class: int, seed: Seed) -> TaskStream:
    """Stack the tasks' views of one data set; the view of task t starts at row t times its length.

    Each class is shuffled once and the tasks take consecutive shares, so that no sample serves two tasks
    while there are enough: shared samples would lower the number of equations, and move the threshold.

    Returns:
        The stream.
    """
    trained = len(dataset.train_labels)
    total = trained + len(dataset.test_labels)
    labels = range(dataset.classes)
    orders = [_shuffled(dataset.train_labels, k, per_class, stream(seed, "data", k)) for k in labels]
    train, test = [], []
    for task in range(len(views)):
        share = np.arange(task * per_class, (task + 1) * per_class)
        chosen = [task * total + np.take(order, share, mode="wrap") for order in orders]
        train.append(_join(chosen, task, seed))
        held_out = [task * total + trained + np.flatnonzero(dataset.test_labels == k) for k in labels]
        test.append(_join(held_out, task, seed, "test "))
    return TaskStream(np.concatenate(views), tuple(train), tuple(test), dataset.classes)


def _shuffled(labels: np.ndarray, label: int, count: int, generator: np.random.Generator) -> np.ndarray:
    members = np.flatnonzero(labels == label)
    if not 1 <= count <= len(members):
        raise ValueError(f"per_class must be in 1..{len(members)}, all that class {label} has; got {count}")
    return generator.permutation(members)


def _join(rows: list[np.ndarray], task: int, seed: Seed, part: str = "") -> Samples:
    labels = np.repeat(np.arange(len(rows)), [len(part) for part in rows])
    drawn = passing(seed, f"{part}rows of task {task}", np.concatenate(rows))
    return Samples(drawn, labels, task)
