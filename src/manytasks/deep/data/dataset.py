"""A labelled set of images, split once into training and test part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from manytasks.streams import stream


@dataclass(frozen=True, eq=False)
class Dataset:
    """Hold images and labels, already split into training and test part.

    Args:
        name: name of the data set.
        train_images: (n, height, width, channels) uint8.
        train_labels: (n,) whole numbers from 0 to ``classes - 1``.
        test_images: (m, height, width, channels) uint8.
        test_labels: (m,) whole numbers from 0 to ``classes - 1``.
        class_names: one name per class.

    Raises:
        ValueError: if images and labels do not belong together.

    Example:
        >>> images = np.zeros((2, 8, 8, 1), np.uint8)
        >>> Dataset("two", images, np.array([0, 1]), images, np.array([0, 1]), ("a", "b")).classes
        2
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            if images.ndim != 4 or images.dtype != np.uint8:
                raise ValueError(
                    f"{part} images must be uint8 of shape (n, height, width, channels); "
                    f"got {images.dtype} of shape {images.shape}"
                )
            if labels.shape != images.shape[:1]:
                raise ValueError(f"{len(images)} {part} images need as many labels; got shape {labels.shape}")
            if labels.size and not 0 <= labels.min() <= labels.max() < self.classes:
                raise ValueError(
                    f"{part} labels must lie in 0..{self.classes - 1}; got {labels.min()}..{labels.max()}"
                )

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)


def draw_images(dataset: Dataset, train: int, test: int, seed: int) -> Dataset:
    """Draw the images that a run needs, so that views of a large data set fit into memory.

    Args:
        dataset: where to draw from.
        train: training images per class, at most what each class has.
        test: test images per class; the first ones, so that every seed is tested on the same.
        seed: seed of the run; a larger ``train`` keeps the images of a smaller one.

    Returns:
        A data set of the same classes.

    Raises:
        ValueError: if a class has fewer images.

    Example:
        >>> images = np.zeros((4, 1, 1, 1), np.uint8)
        >>> whole = Dataset("two", images, np.array([0, 1, 1, 0]), images, np.array([0, 1, 1, 0]), ("a", "b"))
        >>> part = draw_images(whole, train=1, test=1, seed=1)
        >>> part.train_labels.tolist(), part.test_labels.tolist()
        ([1, 0], [0, 1])
    """
    rows = []
    for part, count in (("train", train), ("test", test)):
        labels = getattr(dataset, f"{part}_labels")
        fewest = np.bincount(labels, minlength=dataset.classes).min()
        if not 1 <= count <= fewest:
            raise ValueError(f"{part} images per class must be in 1..{fewest}; got {count}")
        order = np.arange(len(labels))
        if part == "train":
            order = stream(seed, "images").permutation(order)
        rows.append(order[class_ranks(labels[order]) < count])
    return Dataset(
        dataset.name,
        dataset.train_images[rows[0]],
        dataset.train_labels[rows[0]],
        dataset.test_images[rows[1]],
        dataset.test_labels[rows[1]],
        dataset.class_names,
    )


def pixels(images: np.ndarray) -> np.ndarray:
    """Return images as rows of numbers in [0, 1].

    Args:
        images: (n, height, width, channels) uint8.

    Returns:
        (n, height * width * channels) float32.

    Example:
        >>> pixels(np.full((1, 1, 2, 1), 255, np.uint8))
        array([[1., 1.]], dtype=float32)
    """
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def class_ranks(labels: np.ndarray) -> np.ndarray:
    """Count for every image how many of its class stand before it.

    Args:
        labels: (n,) whole numbers from 0 on.

    Returns:
        (n,) ranks within the class.

    Example:
        >>> class_ranks(np.array([1, 0, 1, 1])).tolist()
        [0, 0, 1, 2]
    """
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels)
    ranks = np.empty(len(labels), np.int64)
    ranks[order] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return ranks
