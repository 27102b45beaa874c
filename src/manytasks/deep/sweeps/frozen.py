"""Frozen features: what a sweep trains its networks on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from manytasks.deep.backbones import BACKBONES, cached_features, find_backbone
from manytasks.deep.data import NAMES, Dataset, load_dataset, pixels
from manytasks.deep.data.cifar100 import FEATURES, load_cifar100_features
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.deep.data.official import data_folders
from manytasks.deep.sweeps.settings import word

BACKBONE_IMAGES = 20  # per class; the features must not depend on a run's training samples
FROZEN = tuple(f"+{name}" for name in BACKBONES)
IMAGES = word(NAMES, suffixes=FROZEN)  # what ``frozen_features`` may be asked for


@lru_cache(maxsize=1)
def load_once(name: str) -> Dataset:
    """Load a data set, once for all cells of a process: unpacking MNIST takes seconds.

    Args:
        name: as for ``load_dataset``.

    Returns:
        The data set; it must not be changed.
    """
    return load_dataset(name)


def whitened_pca(backbone: np.ndarray, components: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit a whitened principal component analysis.

    Args:
        backbone: (n, d) rows of pixels.
        components: directions to keep, at most the rank.

    Returns:
        (d,) mean and (d, components) matrix: ``(x - mean) @ matrix`` has covariance 1 on the backbone rows.

    Example:
        >>> rows = np.random.default_rng(1).standard_normal((50, 4))
        >>> mean, matrix = whitened_pca(rows, 2)
        >>> np.allclose(np.cov(((rows - mean) @ matrix).T), np.eye(2))
        True
    """
    mean = backbone.mean(0)
    values, directions = np.linalg.eigh(np.cov(backbone.T.astype(float)))
    kept = slice(-1, -components - 1, -1)
    return mean, (directions[:, kept] / np.sqrt(values[kept])).astype(backbone.dtype)


def feature_count(name: str, components: int) -> int:
    """Return the number of features of an image.

    Args:
        name: as for ``frozen_features``.
        components: what a PCA keeps.

    Returns:
        ``components``, or what the published backbone makes.

    Example:
        >>> feature_count("cub200+vit-b16", components=64)
        768
    """
    _, _, frozen = name.partition("+")
    if name == FEATURES:
        return components
    return {"glyph-resnet": 32, "lite0-96": 1280, "resnet50": 2048, "vit-b16": 768}.get(frozen, components)


@lru_cache(maxsize=2)
def frozen_features(
    name: str, components: int, train_images: int, test_images: int
) -> tuple[Dataset, np.ndarray, np.ndarray]:
    """Load a data set with its frozen features, once per process.

    Args:
        name: a data set, seen through its pixels, or a data set and a backbone, as in "cifar100+resnet50".
            Glyphs are rendered in the numbers asked for; any other comes whole. ``find_backbone`` says where
            the weights of a backbone must be. "cifar100+lite0-96" is read from the shared collection, with
            labels and without pixels.
        components: features per image that a whitened PCA keeps; it is fitted on further images that no task
            sees (glyphs), or on the training images (any other).
        train_images: training images per class of glyphs.
        test_images: test images per class of glyphs.

    Returns:
        The data set, features of its training images, features of its test images, float32.
    """
    if name == FEATURES:
        return load_cifar100_features(data_folders(), components)
    name, _, frozen = name.partition("+")
    if name == "glyphs":
        dataset = load_glyphs(train_images + BACKBONE_IMAGES, test_images)
        own = np.arange(len(dataset.train_labels)) % (train_images + BACKBONE_IMAGES) < train_images
        backbone = pixels(dataset.train_images[~own])
        dataset = Dataset(
            name,
            dataset.train_images[own],
            dataset.train_labels[own],
            dataset.test_images,
            dataset.test_labels,
            dataset.class_names,
        )
    else:
        dataset = load_dataset(name)
        backbone = pixels(dataset.train_images)
    if frozen:
        network = find_backbone(frozen)
        return (
            dataset,
            cached_features(network, dataset.train_images),
            cached_features(network, dataset.test_images),
        )
    mean, matrix = whitened_pca(backbone, components)
    train, test = ((pixels(x) - mean) @ matrix for x in (dataset.train_images, dataset.test_images))
    return dataset, train, test
