"""The shared collection of compact files: every one is known by its SHA-256."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from manytasks.deep.data.files import regular, text
from manytasks.deep.data.official import Member

HOME = "the folder shared/data that comes with the checkout"


@cache
def sums() -> Mapping[str, Member]:
    """Return what is known of the collection.

    Returns:
        File by file, under paths such as "cifar100/labels.npz".

    Example:
        >>> sums()["cifar100/labels.npz"].size
        51239
    """
    lines = text(Path(__file__).with_name("collection.sha256")).splitlines()
    rows = (line.split(maxsplit=2) for line in lines)
    return {name: Member(name, int(size), f"sha256:{digest}") for digest, size, name in rows}


def find_file(name: str, folders: Sequence[Path]) -> Path | None:
    """Find a file of the collection, without opening it.

    Args:
        name: such as "cifar100/labels.npz".
        folders: where to look; see ``data_folders``.

    Returns:
        The first one that exists.
    """
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def read_file(name: str, folders: Sequence[Path]) -> bytes:
    """Read a file of the collection.

    Args:
        name: such as "cifar100/labels.npz".
        folders: where to look.

    Returns:
        Its bytes, checked.

    Raises:
        FileNotFoundError: if it is nowhere.
    """
    path = find_file(name, folders)
    if path is None:
        raise FileNotFoundError(
            f"{(folders[0] / name).as_posix()} is missing ({sums()[name].size:,} bytes); "
            f"add {HOME} to MANYTASKS_DATA"
        )
    return sums()[name].check(regular(path).read_bytes(), str(path), HOME)


def read_arrays(name: str, folders: Sequence[Path]) -> dict[str, np.ndarray]:
    """Read an npz file of the collection; no pickle is ever opened.

    Args:
        name: such as "cifar100/labels.npz".
        folders: where to look.

    Returns:
        Its arrays by name.
    """
    with np.load(io.BytesIO(read_file(name, folders)), allow_pickle=False) as arrays:
        return dict(arrays)
