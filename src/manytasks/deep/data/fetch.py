"""Download an official file when a person asks for it: checked, resumable, from one of several mirrors."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from manytasks.deep.data.files import BLOCK
from manytasks.deep.data.official import (
    OFFICIAL,
    Archive,
    data_folders,
    find_archive,
    find_member,
    own_folder,
)

# Folders that hold the files of a data set under their published names, the first to be tried first.
MIRRORS: dict[str, tuple[str, ...]] = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "fashion-mnist": (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    "cifar100": ("https://www.cs.toronto.edu/~kriz/",),
    "cub200": ("https://data.caltech.edu/records/65de6-vp158/files/",),
    "imagenet-r": ("https://people.eecs.berkeley.edu/~hendrycks/",),
}
TIMEOUT = 30.0  # seconds without a byte
REDIRECTS = (301, 302, 303, 307, 308)


class MirrorError(Exception):
    """A mirror did not send the file; the next one may."""


def fetch(
    name: str,
    root: str | os.PathLike[str] | None = None,
    confirm: Callable[[str], bool] = lambda question: True,
    timeout: float = TIMEOUT,
    progress: bool = True,
) -> list[Path]:
    """Download the files of an official data set that are not here yet.

    A file gets its name only when its checksum is the published one. What an interrupted download left is
    hidden beside it and continued by the next call.

    Args:
        name: a data set of ``MIRRORS``.
        root: folder to put ``name/`` into; without it ``own_folder()``.
        confirm: is asked once, with the number of bytes and the place; nothing is downloaded if it says no.
        timeout: seconds without a byte after which a mirror is given up.
        progress: show a progress bar.

    Returns:
        The files that were downloaded.

    Raises:
        ValueError: if there is no such data set, or pooch is not installed.
        OSError: if no mirror has a file.
    """
    if name not in MIRRORS:
        raise ValueError(f"nothing to fetch for {name!r}; there are {', '.join(MIRRORS)}")
    try:
        import pooch
    except ImportError as error:
        raise ValueError(
            "`manytasks data fetch` needs the package pooch; pip install 'manytasks[data]' installs it"
        ) from error
    pooch.get_logger().setLevel(logging.WARNING)
    folder = (own_folder() if root is None else Path(root).expanduser()) / name
    wanted = [archive for archive in OFFICIAL[name] if not _is_here(name, archive, root)]
    total, files = sum(archive.size for archive in wanted), "file" if len(wanted) == 1 else "files"
    question = f"{name}: {len(wanted)} {files}, {total:,} bytes, into {folder}"
    if not wanted or not confirm(question):
        return []
    return [_fetch(archive, folder, MIRRORS[name], timeout, progress) for archive in wanted]


def _is_here(name: str, archive: Archive, root: str | os.PathLike[str] | None) -> bool:
    folders = data_folders(root)
    if archive.members:
        return all(find_member(name, archive, member, folders) for member in archive.members)
    try:
        return bool(find_archive(name, folders))
    except FileNotFoundError:
        return False


def _fetch(archive: Archive, folder: Path, mirrors: tuple[str, ...], timeout: float, progress: bool) -> Path:
    """Try one mirror after the other.

    Returns:
        The checked file.

    Raises:
        OSError: if no mirror has it; the message says what each answered.
    """
    import pooch

    said = []
    for mirror in mirrors:
        url = mirror + archive.name
        partial = folder / f".{archive.name}.partial"
        try:
            path = pooch.retrieve(
                url,
                archive.digest,
                archive.name,
                folder,
                downloader=_Downloader(archive, partial, timeout, progress),
            )
            return Path(path)
        except MirrorError as error:
            said.append(f"{mirror} {error}")
        except ValueError:  # of pooch: the checksum; it has removed the file
            said.append(f"{mirror} sent other content than was published")
    raise OSError(f"no mirror has {archive.name}: {'; '.join(said)}. By hand: {archive.home}")


class _Downloader:
    """What pooch calls to get a file: continues where it stopped, and never takes more than was published."""

    def __init__(self, archive: Archive, partial: Path, timeout: float, progress: bool) -> None:
        self.archive, self.partial, self.timeout, self.progress = archive, partial, timeout, progress

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        """Download to the hidden file, then hand it over.

        Args:
            url: where from.
            output_file: where pooch wants it.
            pooch: not used.

        Raises:
            MirrorError: if the mirror does not send the file.
        """
        from requests.exceptions import RequestException, Timeout
        from tqdm import tqdm
        from urllib3.exceptions import HTTPError, TimeoutError

        size, name = self.archive.size, self.archive.name
        with tqdm(total=size, unit="B", unit_scale=True, desc=name, disable=not self.progress) as bar:
            while (before := self._length()) < size:
                why = "broke off"
                try:
                    self._continue(url, bar)
                except (Timeout, TimeoutError):
                    raise MirrorError(f"sent nothing for {self.timeout:g} s") from None
                except (RequestException, HTTPError) as error:
                    why += f" ({type(error).__name__})"
                if self._length() <= before:  # trying again would be for ever
                    raise MirrorError(f"{why} after {before:,} of {size:,} bytes")
        if self._length() > size:
            self.partial.unlink()
            raise MirrorError(f"sends more than the published {size:,} bytes")
        os.replace(self.partial, output_file)

    def _length(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def _continue(self, url: str, bar: Any) -> None:
        """Ask for the rest of the file, and append it, up to one byte too much.

        Raises:
            MirrorError: if the answer is not the file.
        """
        start = self._length()
        response = self._get(url, {"Range": f"bytes={start}-"} if start else {})
        with response:
            if response.status_code not in (200, 206):
                raise MirrorError(f"answers {response.status_code} {response.reason}".strip())
            resumed = response.status_code == 206  # otherwise the mirror starts again, and so do we
            bar.n = start if resumed else 0
            with self.partial.open("ab" if resumed else "wb") as file:
                for block in response.raw.stream(BLOCK, decode_content=False):
                    room = self.archive.size + 1 - file.tell()
                    file.write(block[:room])
                    bar.update(len(block))
                    if len(block) >= room:
                        return

    def _get(self, url: str, headers: dict[str, str]) -> Any:
        """Ask a mirror, and follow it once to another place of the same scheme.

        Returns:
            The response, not read yet.

        Raises:
            MirrorError: if it leads to another scheme, or on and on.
        """
        import requests

        options: dict[str, Any] = {"stream": True, "timeout": self.timeout, "allow_redirects": False}
        headers = headers | {"Accept-Encoding": "identity"}
        response = requests.get(url, headers=headers, **options)
        if response.status_code in REDIRECTS:
            target = urljoin(url, response.headers.get("Location", ""))
            response.close()
            if urlsplit(target).scheme != urlsplit(url).scheme:
                raise MirrorError(f"leads to {urlsplit(target).scheme}, another scheme")
            response = requests.get(target, headers=headers, **options)
            if response.status_code in REDIRECTS:
                response.close()
                raise MirrorError("leads on more than once")
        return response
