"""Unpack an archive completely or not at all, and never outside its folder."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath

from manytasks.deep.data.files import BLOCK, regular, text

FINISHED = ".finished"  # holds the digest of the archive that lies unpacked beside it
DEEPEST = 32  # folders; the data sets have three


def is_unpacked(target: Path, digest: str) -> bool:
    """Say whether a folder holds all of an archive.

    Args:
        target: the folder.
        digest: of the archive.

    Returns:
        Whether an unpacking of that archive finished here.
    """
    mark = target / FINISHED
    return mark.is_file() and text(mark) == digest


def unpack(archive: Path, target: Path, digest: str) -> Path:
    """Unpack a tar archive into a folder that appears only when everything is in it.

    Args:
        archive: a tar file, compressed or not.
        target: folder to make; one that holds this archive already is left as it is.
        digest: checksum of the archive, written into the folder as the sign that it is whole.

    Returns:
        ``target``.

    Raises:
        ValueError: if the archive is damaged, or holds a path outside the folder, a link or a device, or if
            something else has the folder's name.
    """
    if is_unpacked(target, digest):
        return target
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ValueError(f"{target} is not what {archive.name} was unpacked to; move it away and run again")
    regular(archive)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                _check_member(archive, member)
                tar.extract(member, work, filter="data")
            _check_end(tar)
        (work / FINISHED).write_text(digest, encoding="utf-8")
        os.replace(work, target)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{archive} cannot be unpacked, it is damaged or cut short: {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _check_end(tar: tarfile.TarFile) -> None:
    """Demand the block of zeros that ends an archive, and the checksum that ends a compressed one.

    Raises:
        EOFError: if the archive ends between two members.
    """
    assert tar.fileobj is not None
    tar.fileobj.seek(tar.offset)
    if tar.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise EOFError("it has no end-of-archive mark")
    while tar.fileobj.read(BLOCK):
        pass


def _check_member(archive: Path, member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        raise ValueError(
            f"{archive} holds the path {member.name!r}, which leads outside; nothing was unpacked"
        )
    if len(path.parts) > DEEPEST:
        raise ValueError(
            f"{archive} holds a path of {len(path.parts)} folders, more than {DEEPEST}; nothing was unpacked"
        )
    if not (member.isfile() or member.isdir()):
        raise ValueError(
            f"{archive} holds {member.name!r}, which is neither a file nor a folder; nothing was unpacked"
        )
