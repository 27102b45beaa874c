"""Read MNIST from its official idx files."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.official import OFFICIAL


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read an idx file of bytes, gzipped or not.

    Args:
        path: the file; a name that ends in ``.gz`` is unzipped.
        dimensions: 3 for images, 1 for labels; a label file given for an image file is refused.

    Returns:
        uint8 array with that many axes.

    Raises:
        ValueError: if the file is not such an idx file, is cut short or is too long.
    """
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unzipped, it is damaged or cut short: {error}") from error
    header = 4 + 4 * dimensions
    magic = bytes((0, 0, 8, dimensions))  # two zeros, 8 = unsigned bytes, number of axes
    if raw[:4] != magic or len(raw) < header:
        raise ValueError(
            f"{path} must start with {magic.hex()} ({dimensions} axes of bytes); "
            f"it starts with {raw[:4].hex()}"
        )
    shape = struct.unpack(f">{dimensions}I", raw[4:header])
    if len(raw) - header != math.prod(shape):
        raise ValueError(f"{path} announces {shape} = {math.prod(shape)} bytes and holds {len(raw) - header}")
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def load_mnist(folder: Path) -> Dataset:
    """Load MNIST from its four checked files.

    Args:
        folder: holds the four ``.gz`` files.

    Returns:
        60,000 training and 10,000 test images of 28 x 28 pixels.
    """
    files = [file.find(folder) for file in OFFICIAL["mnist"]]
    arrays = [read_idx(path, dimensions) for path, dimensions in zip(files, (3, 1, 3, 1), strict=True)]
    images, labels, test_images, test_labels = arrays
    return Dataset(
        "mnist",
        images[..., None],
        labels.astype(np.int64),
        test_images[..., None],
        test_labels.astype(np.int64),
        tuple(str(label) for label in range(10)),
    )
