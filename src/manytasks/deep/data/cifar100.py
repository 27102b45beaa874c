"""Read CIFAR-100: its official binary members, or labels, some pixels and features in compact form.

The compact files order images by class and rank: row 600 * fine + rank, the class's training images before
its test images. Everything returned here is in the order of the official members.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from manytasks.deep.data.collection import find_file, read_arrays, read_file
from manytasks.deep.data.dataset import Dataset, class_ranks
from manytasks.deep.data.files import text
from manytasks.deep.data.official import OFFICIAL, find_member, places, read_members

RECORD = 2 + 3 * 32 * 32  # coarse label, fine label, then red, green and blue planes
PYTHON_VERSION = "cifar-100-python.tar.gz"
ALL = 600  # images of a class,
TRAIN = 500  # of which for training
SHEET = (100, 50)  # training and test images of a class whose pixels are in the collection
FEATURES = "cifar100+lite0-96"
COMPONENTS = 256


@cache
def names() -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names of the classes and where they belong.

    Returns:
        100 names, and the superclass of each, (100,) whole numbers from 0 to 19.

    Example:
        >>> fine, coarse = names()
        >>> fine[:2], coarse[:2].tolist()
        (('apple', 'aquarium_fish'), [4, 1])
    """
    rows = [line.split() for line in text(Path(__file__).with_name("cifar100-names.txt")).splitlines()]
    return tuple(row[1] for row in rows), np.array([int(row[2]) for row in rows])


def read_records(raw: bytes, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Read a file of records.

    Args:
        raw: content of ``train.bin`` or ``test.bin``.
        source: where it comes from, for messages.

    Returns:
        (n, 32, 32, 3) uint8 images and (n,) fine labels.

    Raises:
        ValueError: if this is not a whole number of records or a label is not in 0..99.
    """
    if len(raw) == 0 or len(raw) % RECORD:
        raise ValueError(
            f"{source} must be a whole number of records of {RECORD} bytes; it has {len(raw)} bytes"
        )
    records = np.frombuffer(raw, np.uint8).reshape(-1, RECORD)
    coarse, fine = records[:, 0], records[:, 1].astype(np.int64)
    if coarse.max() > 19 or fine.max() > 99:
        raise ValueError(
            f"{source} has labels up to {coarse.max()} and {fine.max()}; CIFAR-100 ends at 19 and 99"
        )
    return records[:, 2:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), fine


def load_cifar100(folders: Sequence[Path]) -> Dataset:
    """Load CIFAR-100 from the official members of its binary version.

    Args:
        folders: where to look; see ``data_folders``.

    Returns:
        50,000 training and 10,000 test images of 32 x 32 pixels in colour, 100 fine classes.

    Raises:
        FileNotFoundError: if they are not there.
        ValueError: if only the Python version is there.
    """
    (archive,) = OFFICIAL["cifar100"]
    if find_member("cifar100", archive, archive.members[0], folders) is None:
        for place in places("cifar100", folders):
            if (place / PYTHON_VERSION).exists():
                raise ValueError(
                    f"{place / PYTHON_VERSION} is the Python version: a pickle, which can run any code "
                    f"when it is read; get {archive.name} from {archive.home} instead"
                )
        if find_file("cifar100/labels.npz", folders):
            raise FileNotFoundError(
                f"all pixels of cifar100 are in {archive.name} only, which `manytasks data fetch cifar100` "
                f"gets; here are those of cifar100-15k and the features {FEATURES}"
            )
    parts = [
        read_records(raw, member.name)
        for raw, member in zip(read_members("cifar100", folders), archive.members, strict=True)
    ]
    return Dataset("cifar100", *parts[0], *parts[1], names()[0])


def load_cifar100_15k(folders: Sequence[Path]) -> Dataset:
    """Load the part of CIFAR-100 whose pixels are in the collection.

    Args:
        folders: where to look; see ``data_folders``.

    Returns:
        The first 100 training and the first 50 test images of every class, 15,000 in all.

    Raises:
        ValueError: if Pillow is missing.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ValueError("cifar100-15k needs the package pillow; pip install pillow") from error
    images = np.empty((100, sum(SHEET), 32, 32, 3), np.uint8)
    for number, name in enumerate(names()[0]):
        raw = read_file(f"cifar100/pixels/{number:02}-{name}.webp", folders)
        sheet = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))
        images[number] = sheet.reshape(15, 32, 10, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)
    labels = read_arrays("cifar100/labels.npz", folders)
    parts: list[np.ndarray] = []
    for part, first, count in (("train", 0, SHEET[0]), ("test", SHEET[0], SHEET[1])):
        fine = labels[part].astype(np.int64)
        ranks = class_ranks(fine)
        kept = ranks < count
        parts += [images[fine[kept], first + ranks[kept]], fine[kept]]
    return Dataset("cifar100-15k", parts[0], parts[1], parts[2], parts[3], names()[0])


def load_cifar100_features(
    folders: Sequence[Path], components: int = COMPONENTS
) -> tuple[Dataset, np.ndarray, np.ndarray]:
    """Load principal components of frozen EfficientNet-Lite0 features of all of CIFAR-100.

    Mean and components were fitted on the 50,000 training images; each component is divided by its standard
    deviation there.

    Args:
        folders: where to look; see ``data_folders``.
        components: how many to keep, the largest first, 1 to 256.

    Returns:
        The data set with labels but without pixels (images of 0 x 0), (50000, components) features of its
        training images and (10000, components) of its test images, float32.

    Raises:
        ValueError: if there are not so many components.
    """
    if not 1 <= components <= COMPONENTS:
        raise ValueError(f"components of {FEATURES} must be in 1..{COMPONENTS}; got {components}")
    labels = read_arrays("cifar100/labels.npz", folders)
    arrays = read_arrays("cifar100/features.npz", folders)
    scale = (arrays["scale"] / np.sqrt(arrays["variance"][:components])).astype(np.float32)
    parts: list[np.ndarray] = []
    features = []
    for part, first in (("train", 0), ("test", TRAIN)):
        fine = labels[part].astype(np.int64)
        parts += [np.empty((len(fine), 0, 0, 3), np.uint8), fine]
        rows = ALL * fine + first + class_ranks(fine)
        features.append(np.ascontiguousarray((arrays["codes"][:components] * scale[:, None])[:, rows].T))
    dataset = Dataset(FEATURES, parts[0], parts[1], parts[2], parts[3], names()[0])
    return dataset, features[0], features[1]
