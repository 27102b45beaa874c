"""Every data set by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from manytasks.deep.data import collection
from manytasks.deep.data.cifar100 import FEATURES, load_cifar100, load_cifar100_15k
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.digits import load_digits
from manytasks.deep.data.fashion import load_fashion
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.deep.data.image_folders import load_cub200, load_imagenet_r
from manytasks.deep.data.mnist import load_fashion_mnist, load_mnist
from manytasks.deep.data.official import OFFICIAL, data_folders, find_member, missing, places
from manytasks.deep.data.schools import SCHOOLS
from manytasks.readers import short
from manytasks.streams import stream

READERS: dict[str, Callable[[Sequence[Path]], Dataset]] = {
    "mnist": load_mnist,
    "fashion-mnist": load_fashion_mnist,
    "cifar100": load_cifar100,
    "cifar100-15k": load_cifar100_15k,
    "cub200": load_cub200,
    "imagenet-r": load_imagenet_r,
}
OFFLINE: dict[str, Callable[[], Dataset]] = {
    "digits": load_digits,
    "glyphs": load_glyphs,
    "fashion": load_fashion,
}
NAMES = (*OFFLINE, *READERS)
# What the shared collection holds: the files of each entry.
COLLECTION = {
    "cifar100-15k": ("cifar100/labels.npz", "cifar100/pixels"),
    FEATURES: ("cifar100/labels.npz", "cifar100/features.npz"),
} | {name: (f"schools/{name}.csv",) for name in SCHOOLS}


def load_dataset(name: str, root: str | os.PathLike[str] | None = None) -> Dataset:
    """Load a data set by name.

    ``digits``, ``glyphs`` and ``fashion`` need no file. The others are read from their official files, or
    from the shared collection, wherever ``data_folders`` finds them.

    Args:
        name: "digits", "glyphs", "fashion", "mnist", "fashion-mnist", "cifar100", "cifar100-15k", "cub200"
            or "imagenet-r".
        root: a folder to search first; see ``data_folders``.

    Returns:
        The data set, split into training and test part.

    Raises:
        ValueError: if the name is unknown.

    Example:
        >>> load_dataset("digits").classes
        10
    """
    if name in OFFLINE:
        return OFFLINE[name]()
    if name in READERS:
        return READERS[name](data_folders(root))
    raise ValueError(f"no data set {name!r}; the data sets are {', '.join(NAMES)}")


def describe_datasets(root: str | os.PathLike[str] | None = None) -> list[dict[str, str]]:
    """List the data sets and whether each can be loaded now.

    Args:
        root: a folder to search first; see ``data_folders``.

    Returns:
        One row per data set: name, state, where its files were found, and what is still needed. Files are
        found here, and checked when they are read.

    Raises:
        ValueError: if the root or an entry of MANYTASKS_DATA names no folder.

    Example:
        >>> describe_datasets("nowhere")[0]
        {'name': 'digits', 'state': 'ready', 'where': '', 'needs': ''}
    """
    if root is not None and (
        not isinstance(root, str | os.PathLike) or not str(root).strip() or "\0" in str(root)
    ):
        raise ValueError(f"root must name a folder; got {short(root)}")
    return _described(data_folders(root))


def _described(folders: Sequence[Path]) -> list[dict[str, str]]:
    rows = [{"name": name, "state": "ready", "where": "", "needs": ""} for name in OFFLINE]
    for name in (*READERS, FEATURES, *SCHOOLS):
        found, needs = (_shared if name in COLLECTION else _official)(name, folders)
        where = ", ".join(dict.fromkeys(path.parent.as_posix() for path in found))
        state = "files missing" if needs else "files there"
        rows.append(
            {"name": name, "state": state, "where": "" if needs else where, "needs": "; ".join(needs)}
        )
    return rows


def _official(name: str, folders: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Look for the files of an official data set.

    Returns:
        Those that are there, and what to do about each of the others.
    """
    found, needs = [], []
    for archive in OFFICIAL[name]:
        if archive.members:
            paths = [find_member(name, archive, member, folders) for member in archive.members]
        else:
            paths = [
                place / archive.name for place in places(name, folders) if (place / archive.name).exists()
            ]
            paths = paths[:1] or [None]
        if None in paths:
            needs.append(missing(name, archive, folders))
        else:
            found += [path for path in paths if path]
    return found, needs


def _shared(name: str, folders: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Look for files of the shared collection.

    Returns:
        Those that are there, and the names of the others.
    """
    paths = {file: collection.find_file(file, folders) for file in COLLECTION[name]}
    needs = [f"{file} of {collection.HOME}" for file, path in paths.items() if path is None]
    return [path for path in paths.values() if path], needs


def contact_sheet(
    dataset: Dataset, classes: int = 20, columns: int = 10, seed: int = 0, gap: int = 1
) -> np.ndarray:
    """Lay out test images as one picture, a row per class.

    Args:
        dataset: the data set.
        classes: rows, spread evenly over the classes; at most all of them are drawn.
        columns: images per class; a class with fewer leaves the rest black.
        seed: which images are shown.
        gap: black pixels between images.

    Returns:
        (rows * (height + gap), columns * (width + gap), channels) uint8.

    Example:
        >>> contact_sheet(load_dataset("digits"), classes=4, columns=3).shape
        (36, 27, 1)
    """
    rows = np.unique(np.linspace(0, dataset.classes - 1, min(classes, dataset.classes)).astype(int))
    _, height, width, channels = dataset.test_images.shape
    sheet = np.zeros((len(rows), height + gap, columns, width + gap, channels), np.uint8)
    for row, label in enumerate(rows):
        members = np.flatnonzero(dataset.test_labels == label)
        for column, image in enumerate(stream(seed, "sheet", int(label)).permutation(members)[:columns]):
            sheet[row, :height, column, :width] = dataset.test_images[image]
    return sheet.reshape(len(rows) * (height + gap), columns * (width + gap), channels)
