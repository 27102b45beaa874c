"""Unpack an archive completely or not at all, and never outside its folder."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath


def unpack(archive: Path, target: Path) -> Path:
    """Unpack a tar archive into a folder that appears only when everything is in it.

    Args:
        archive: a tar file, compressed or not.
        target: folder to make. An existing one is taken as already unpacked: only a finished unpacking
            can have made it.

    Returns:
        ``target``.

    Raises:
        ValueError: if the archive is damaged, or holds a path outside the folder, a link or a device.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                _check_member(archive, member)
                tar.extract(member, work, filter="data")
        os.replace(work, target)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ValueError(f"{archive} cannot be unpacked, it is damaged or cut short: {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _check_member(archive: Path, member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        raise ValueError(
            f"{archive} holds the path {member.name!r}, which leads outside; nothing was unpacked"
        )
    if not (member.isfile() or member.isdir()):
        raise ValueError(
            f"{archive} holds {member.name!r}, which is neither a file nor a folder; nothing was unpacked"
        )
