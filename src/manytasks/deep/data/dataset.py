"""A labelled set of images, split once into training and test part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
