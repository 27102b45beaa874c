"""Read CIFAR-100 from its binary version."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from manytasks.deep.data.archives import unpack
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.official import OFFICIAL

RECORD = 2 + 3 * 32 * 32  # coarse label, fine label, then red, green and blue planes
PYTHON_VERSION = "cifar-100-python.tar.gz"


def read_records(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of records.

    Args:
        path: ``train.bin`` or ``test.bin``.

    Returns:
        (n, 32, 32, 3) uint8 images and (n,) fine labels.

    Raises:
        ValueError: if the file is not a whole number of records or a label is not in 0..99.
    """
    raw = np.fromfile(path, np.uint8)
    if raw.size == 0 or raw.size % RECORD:
        raise ValueError(
            f"{path} must be a whole number of records of {RECORD} bytes; it has {raw.size} bytes"
        )
    records = raw.reshape(-1, RECORD)
    coarse, fine = records[:, 0], records[:, 1].astype(np.int64)
    if coarse.max() > 19 or fine.max() > 99:
        raise ValueError(
            f"{path} has labels up to {coarse.max()} and {fine.max()}; CIFAR-100 ends at 19 and 99"
        )
    return records[:, 2:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), fine


def load_cifar100(folder: Path) -> Dataset:
    """Load CIFAR-100 from the checked archive of its binary version.

    Args:
        folder: holds ``cifar-100-binary.tar.gz``, and gets the unpacked folder beside it.

    Returns:
        50,000 training and 10,000 test images of 32 x 32 pixels in colour, 100 fine classes.

    Raises:
        ValueError: if only the Python version is there.
    """
    (file,) = OFFICIAL["cifar100"]
    if (folder / PYTHON_VERSION).exists() and not (folder / file.name).exists():
        raise ValueError(
            f"{folder / PYTHON_VERSION} is the Python version: a pickle, which can run any code when "
            f"it is read; get {file.name} from {file.home} instead"
        )
    inner = unpack(file.find(folder), folder / "cifar-100-binary") / "cifar-100-binary"
    names = (inner / "fine_label_names.txt").read_text().split()
    return Dataset(
        "cifar100", *read_records(inner / "train.bin"), *read_records(inner / "test.bin"), tuple(names)
    )
