"""Small files in the official formats, published for a test."""

import gzip
import hashlib
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from manytasks.deep.data import official
from manytasks.deep.data.official import Archive, Member

RNG = np.random.default_rng(0)


def md5(raw: bytes) -> str:
    return f"md5:{hashlib.md5(raw).hexdigest()}"


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def publish(
    monkeypatch: pytest.MonkeyPatch, name: str, path: Path, members: dict[str, bytes] | None = None
) -> None:
    """Make a small file the published one, and what is in it the published members."""
    raw = path.read_bytes()
    known = tuple(Member(key, len(content), md5(content)) for key, content in (members or {}).items())
    archive = Archive(path.name, len(raw), md5(raw), "https://home", known)
    monkeypatch.setitem(official.OFFICIAL, name, (archive,))


def tar(path: Path, contents: dict[str, bytes], mode: str = "w:gz") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def mnist_files(
    monkeypatch: pytest.MonkeyPatch, folder: Path, name: str = "mnist"
) -> tuple[list[Path], list[np.ndarray]]:
    """Write and publish five training and three test images; return the files and what is in them."""
    folder.mkdir(parents=True)
    arrays = [
        RNG.integers(256, size=(5, 28, 28), dtype=np.uint8),
        RNG.integers(10, size=5, dtype=np.uint8),
        RNG.integers(256, size=(3, 28, 28), dtype=np.uint8),
        RNG.integers(10, size=3, dtype=np.uint8),
    ]
    paths, archives = [], []
    for known, array in zip(official.OFFICIAL[name], arrays, strict=True):
        path, plain = folder / known.name, idx(array)
        path.write_bytes(raw := gzip.compress(plain))
        member = Member(known.members[0].name, len(plain), md5(plain))
        archives.append(Archive(known.name, len(raw), md5(raw), "https://home", (member,)))
        paths.append(path)
    monkeypatch.setitem(official.OFFICIAL, name, tuple(archives))
    return paths, arrays


def cifar_bytes(n: int) -> tuple[bytes, np.ndarray, np.ndarray]:
    """Records, and the images and fine labels in them."""
    fine = RNG.integers(100, size=n, dtype=np.uint8)
    images = RNG.integers(256, size=(n, 3, 32, 32), dtype=np.uint8)
    records = np.column_stack([fine // 5, fine, images.reshape(n, -1)]).astype(np.uint8)
    return records.tobytes(), images.transpose(0, 2, 3, 1), fine
