"""Linear probes: what a linear classifier reads from frozen features, and what permuted pixels leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from manytasks.deep import Dataset
from manytasks.deep.data import pixels
from manytasks.deep.sweeps.frozen import whitened_pca
from manytasks.deep.tasks import class_split
from manytasks.streams import Seed, stream


@dataclass(frozen=True, eq=False)
class PermutedProbes:
    """What probes can read when the pixels of all images are permuted alike.

    Attributes:
        network: (T,) shares of right answers on a network's features of the permuted images.
        components: (2, T) shares on principal components, of the images as they are and permuted.
    """

    network: np.ndarray
    components: np.ndarray


def probe(
    dataset: Dataset, train: np.ndarray, test: np.ndarray, *, T: int, per_class: int, seed: Seed
) -> np.ndarray:
    """Fit a linear classifier for every task, by least squares with a ridge of 1 on standardized features.

    Args:
        dataset: its classes are dealt out to the tasks.
        train: (n, d) features of the training images.
        test: (m, d) features of the test images.
        T: number of tasks, a divisor of the number of classes.
        per_class: training images of each class.
        seed: of classes and samples, as in ``class_split``.

    Returns:
        (T,) shares of right answers on all test images of the task's classes.

    Example:
        >>> from manytasks.deep import load_dataset
        >>> digits = load_dataset("digits")
        >>> views = pixels(digits.train_images), pixels(digits.test_images)
        >>> float(probe(digits, *views, T=5, per_class=20, seed=1).mean().round(1))
        1.0
    """
    tasks = class_split(dataset, T, per_class, seed, train, test)
    scores = []
    for fit, check in zip(tasks.train, tasks.test, strict=True):
        linear = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1.0))
        linear.fit(tasks.features[fit.rows], fit.labels)
        scores.append(linear.score(tasks.features[check.rows], check.labels))
    return np.array(scores)


def probes(
    dataset: Dataset, train: np.ndarray, test: np.ndarray, *, T: int, per_class: Sequence[int], seed: Seed
) -> np.ndarray:
    """Probe with several numbers of training images.

    Args:
        dataset: as for ``probe``.
        train: as for ``probe``.
        test: as for ``probe``.
        T: as for ``probe``.
        per_class: training images of each class, number by number.
        seed: as for ``probe``; the same for all.

    Returns:
        (T, numbers) shares of right answers.

    Example:
        >>> from manytasks.deep import load_dataset
        >>> digits = load_dataset("digits")
        >>> views = pixels(digits.train_images), pixels(digits.test_images)
        >>> probes(digits, *views, T=5, per_class=[2, 20], seed=1).shape
        (5, 2)
    """
    return np.array([probe(dataset, train, test, T=T, per_class=few, seed=seed) for few in per_class]).T


def permuted_probes(
    dataset: Dataset,
    features: Callable[[np.ndarray], np.ndarray],
    *,
    T: int,
    per_class: int,
    seed: Seed,
    components: int = 64,
) -> PermutedProbes:
    """Permute the pixels of all images in one way, and probe features of a network and principal components.

    Permuted pixels are the same numbers to a principal component analysis, here one of the training images:
    its covariance has its rows and columns exchanged, nothing else.

    Args:
        dataset: images and labels.
        features: (n, height, width, channels) images to (n, d) features.
        T: as for ``probe``.
        per_class: as for ``probe``.
        seed: of the permutation, its stream named "pixels", and as for ``probe``.
        components: principal components that are kept.

    Returns:
        What the probes can read.

    Example:
        >>> from manytasks.deep import load_dataset
        >>> digits = load_dataset("digits")
        >>> found = permuted_probes(digits, pixels, T=5, per_class=20, seed=1, components=8)
        >>> found.network.shape, found.components.shape
        ((5,), (2, 5))
    """
    images = dataset.train_images, dataset.test_images
    order = stream(seed, "pixels").permutation(images[0][0].size)
    moved = (each.reshape(len(each), -1)[:, order].reshape(each.shape) for each in images)
    right = partial(probe, dataset, T=T, per_class=per_class, seed=seed)
    network = right(*map(features, moved))
    train, test = map(pixels, images)
    kept = []
    for columns in (np.arange(len(order)), order):
        mean, matrix = whitened_pca(train[:, columns], components)
        views = ((each[:, columns] - mean) @ matrix for each in (train, test))
        kept.append(right(*views))
    return PermutedProbes(network, np.array(kept))
