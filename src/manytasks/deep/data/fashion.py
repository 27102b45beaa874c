"""3,000 images of Fashion-MNIST that ship inside the package; ``python -m`` this file to pack them anew.

Fashion-MNIST is by Zalando SE, MIT licence (``fashion-LICENSE.txt``).
"""

from __future__ import annotations

import io
import lzma
from pathlib import Path

import numpy as np

from manytasks.deep.data.dataset import Dataset, class_ranks
from manytasks.deep.data.mnist import GARMENTS, load_fashion_mnist
from manytasks.deep.data.official import data_folders

FILE = Path(__file__).with_name("fashion.npz.xz")
COUNTS = {"train": 240, "test": 60}  # the first images of each class, in the official order


def load_fashion() -> Dataset:
    """Load the packed part of Fashion-MNIST: the real images that everybody has.

    Returns:
        2,400 training and 600 test images of 28 x 28 pixels, ten garments.

    Example:
        >>> fashion = load_fashion()
        >>> fashion.train_images.shape, np.bincount(fashion.test_labels).tolist()
        ((2400, 28, 28, 1), [60, 60, 60, 60, 60, 60, 60, 60, 60, 60])
    """
    with lzma.open(FILE) as file, np.load(io.BytesIO(file.read()), allow_pickle=False) as arrays:
        images, labels = (
            {part: arrays[f"{part}_{kind}"] for part in COUNTS} for kind in ("images", "labels")
        )
    return Dataset(
        "fashion",
        images["train"][..., None],
        labels["train"].astype(np.int64),
        images["test"][..., None],
        labels["test"].astype(np.int64),
        GARMENTS,
    )


def pack(whole: Dataset) -> bytes:
    """Pack the first images of each class.

    Args:
        whole: Fashion-MNIST.

    Returns:
        Content of ``fashion.npz.xz``.
    """
    arrays = {}
    for part, count in COUNTS.items():
        labels = getattr(whole, f"{part}_labels")
        kept = class_ranks(labels) < count
        arrays[f"{part}_images"] = getattr(whole, f"{part}_images")[kept, ..., 0]
        arrays[f"{part}_labels"] = labels[kept].astype(np.uint8)
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return lzma.compress(packed.getvalue())


if __name__ == "__main__":
    FILE.write_bytes(pack(load_fashion_mnist(data_folders())))
