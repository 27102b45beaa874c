"""Read MNIST and Fashion-MNIST, which has the same format, from their official idx files."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.files import read_at_most, unpacked
from manytasks.deep.data.official import OFFICIAL, read_members

DIGITS = tuple(str(label) for label in range(10))
GARMENTS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read an idx file of bytes, packed or not.

    Args:
        path: the file; a name that ends in ``.gz`` or ``.xz`` is unpacked.
        dimensions: 3 for images, 1 for labels; a label file given for an image file is refused.

    Returns:
        uint8 array with that many axes.
    """
    with unpacked(path) as file:
        return _parse(file, path, dimensions)


def load_mnist(folders: Sequence[Path]) -> Dataset:
    """Load MNIST from its four checked files.

    Args:
        folders: where to look; see ``data_folders``.

    Returns:
        60,000 training and 10,000 test images of 28 x 28 pixels.
    """
    return _load("mnist", folders, DIGITS)


def load_fashion_mnist(folders: Sequence[Path]) -> Dataset:
    """Load Fashion-MNIST from its four checked files.

    Args:
        folders: where to look; the folder of the Debian package ``dataset-fashion-mnist`` is searched last.

    Returns:
        60,000 training and 10,000 test images of 28 x 28 pixels.
    """
    return _load("fashion-mnist", folders, GARMENTS)


def _load(name: str, folders: Sequence[Path], class_names: tuple[str, ...]) -> Dataset:
    train, train_labels, test, test_labels = (
        _parse(io.BytesIO(raw), archive.members[0].name, dimensions)
        for raw, archive, dimensions in zip(
            read_members(name, folders), OFFICIAL[name], (3, 1, 3, 1), strict=True
        )
    )
    return Dataset(
        name,
        train[..., None],
        train_labels.astype(np.int64),
        test[..., None],
        test_labels.astype(np.int64),
        class_names,
    )


def _parse(file: IO[bytes], source: Path | str, dimensions: int) -> np.ndarray:
    """Read a header, then just what it announces.

    Returns:
        The array.

    Raises:
        ValueError: if this is not such an idx file, is cut short or too long.
    """
    length = 4 + 4 * dimensions
    magic = bytes((0, 0, 8, dimensions))  # two zeros, 8 = unsigned bytes, number of axes
    header = file.read(length)
    if header[:4] != magic or len(header) < length:
        raise ValueError(
            f"{source} must start with {magic.hex()} ({dimensions} axes of bytes); "
            f"it starts with {header[:4].hex()}"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    size = math.prod(shape)
    raw = read_at_most(file, size)
    if len(raw) != size:
        held = len(raw) if len(raw) < size else "more"
        raise ValueError(f"{source} announces {shape} = {size} bytes and holds {held}")
    return np.frombuffer(raw, np.uint8).reshape(shape)
