"""Every data set by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from manytasks.deep.data.cifar100 import load_cifar100
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.digits import load_digits
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.deep.data.image_folders import load_cub200, load_imagenet_r
from manytasks.deep.data.mnist import load_mnist
from manytasks.deep.data.official import OFFICIAL, data_root
from manytasks.streams import stream

READERS: dict[str, Callable[[Path], Dataset]] = {
    "mnist": load_mnist,
    "cifar100": load_cifar100,
    "cub200": load_cub200,
    "imagenet-r": load_imagenet_r,
}
OFFLINE: dict[str, Callable[[], Dataset]] = {"digits": load_digits, "glyphs": load_glyphs}
NAMES = (*OFFLINE, *READERS)


def load_dataset(name: str, root: str | os.PathLike[str] | None = None) -> Dataset:
    """Load a data set by name.

    ``digits`` and ``glyphs`` need no file. The others are read from their official files in ``root/name``.

    Args:
        name: "digits", "glyphs", "mnist", "cifar100", "cub200" or "imagenet-r".
        root: folder of the official data sets; see ``data_root``.

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
        return READERS[name](data_root(root) / name)
    raise ValueError(f"no data set {name!r}; the data sets are {', '.join(NAMES)}")


def describe_datasets(root: str | os.PathLike[str] | None = None) -> list[dict[str, str]]:
    """List the data sets and whether each can be loaded now.

    Args:
        root: folder of the official data sets; see ``data_root``.

    Returns:
        One row per data set: name, state, and the files that are still needed.

    Example:
        >>> describe_datasets("nowhere")[0]
        {'name': 'digits', 'state': 'ready', 'needs': ''}
        >>> describe_datasets("nowhere")[3]["needs"]
        'nowhere/cifar100/cifar-100-binary.tar.gz (168,513,733 bytes) from https://www.cs.toronto.edu/~kriz/cifar.html'
    """
    rows = [{"name": name, "state": "ready", "needs": ""} for name in OFFLINE]
    for name in READERS:
        folder = data_root(root) / name
        missing = [file for file in OFFICIAL[name] if not (folder / file.name).is_file()]
        needs = "; ".join(f"{(folder / f.name).as_posix()} ({f.size:,} bytes) from {f.home}" for f in missing)
        rows.append({"name": name, "state": "files missing" if missing else "files there", "needs": needs})
    return rows


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
