"""Look before reading: is it a file, how long is it unpacked, is it text?"""

from __future__ import annotations

import gzip
import lzma
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

BLOCK = 1 << 20
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


def regular(path: Path) -> Path:
    """Return a path behind which there is a file, and nothing that could keep a reader waiting.

    Args:
        path: where a file should be.

    Returns:
        ``path``.

    Raises:
        FileNotFoundError: if nothing is there.
        ValueError: if a folder, a pipe or a device is there.

    Example:
        >>> regular(Path("nowhere"))
        Traceback (most recent call last):
        ...
        FileNotFoundError: nowhere is missing
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing") from None
    if not stat.S_ISREG(mode):
        raise ValueError(f"{path} is not a file but {KINDS.get(stat.S_IFMT(mode), 'a device')}")
    return path


def text(path: Path) -> str:
    r"""Read a text file, whatever the machine's own encoding is.

    Args:
        path: a file in UTF-8; a byte-order mark and Windows line ends are allowed.

    Returns:
        Its text, with ``\n`` at the end of each line.

    Raises:
        ValueError: if it is not UTF-8; the message names file and line.
    """
    raw = regular(path).read_bytes()
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8") from None


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, through gzip or xz where its name ends so.

    Args:
        path: the file.

    Yields:
        A stream of the unpacked bytes.

    Raises:
        ValueError: if the packed file is damaged or cut short.
    """
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
    try:
        with openers.get(path.suffix, open)(regular(path), "rb") as file:
            yield file
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unzipped, it is damaged or cut short: {error}") from error


def read_at_most(file: IO[bytes], size: int) -> bytes:
    """Read a stream to its end, or until it proves longer than it should be.

    Args:
        file: a stream; a packed one may hold a thousand times what it takes on the disk.
        size: bytes that are expected, at least 0.

    Returns:
        All bytes, or the first ``size + 1`` of a longer stream.
    """
    parts, left = [], size + 1
    while left and (part := file.read(min(left, BLOCK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
