"""The official files of Paper A's data sets: their names, sizes and MD5, and where a reader puts them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OfficialFile:
    """Describe one file as its authors published it.

    Args:
        name: file name.
        size: bytes.
        md5: MD5 of the whole file, in hexadecimal.
        home: page of the data set, for a person to open.
    """

    name: str
    size: int
    md5: str
    home: str

    def find(self, folder: Path) -> Path:
        """Return the path of the checked file.

        Args:
            folder: where the reader was asked to put it.

        Returns:
            The file's path; size and MD5 are those published.

        Raises:
            FileNotFoundError: if the file is not there; the message says which, from where, put where.
            ValueError: if size or MD5 differ from the published file.

        Example:
            >>> OfficialFile("a.bin", 3, "0" * 32, "https://example.org").find(Path("nowhere"))
            Traceback (most recent call last):
            ...
            FileNotFoundError: nowhere/a.bin is missing (3 bytes); get a.bin from https://example.org
            and put it in nowhere
        """
        path = folder / self.name
        if not path.is_file():
            raise FileNotFoundError(
                f"{path} is missing ({self.size:,} bytes); "
                f"get {self.name} from {self.home} and put it in {folder}"
            )
        size = path.stat().st_size
        if size != self.size:
            raise ValueError(
                f"{path} has {size:,} bytes, the published file {self.size:,}; get it again from {self.home}"
            )
        digest = _md5(path)
        if digest != self.md5:
            raise ValueError(
                f"{path} has MD5 {digest}, the published file {self.md5}; get it again from {self.home}"
            )
        return path


MNIST_HOME = "http://yann.lecun.com/exdb/mnist/"
CIFAR_HOME = "https://www.cs.toronto.edu/~kriz/cifar.html"
CUB_HOME = "https://data.caltech.edu/records/65de6-vp158"
IMAGENET_R_HOME = "https://github.com/hendrycks/imagenet-r"

OFFICIAL: dict[str, tuple[OfficialFile, ...]] = {
    "mnist": (
        OfficialFile("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873", MNIST_HOME),
        OfficialFile("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432", MNIST_HOME),
        OfficialFile("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3", MNIST_HOME),
        OfficialFile("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c", MNIST_HOME),
    ),
    "cifar100": (
        OfficialFile("cifar-100-binary.tar.gz", 168_513_733, "03b5dce01913d631647c71ecec9e9cb8", CIFAR_HOME),
    ),
    "cub200": (
        OfficialFile("CUB_200_2011.tgz", 1_150_585_339, "97eceeb196236b17998738112f37df78", CUB_HOME),
    ),
    "imagenet-r": (
        OfficialFile("imagenet-r.tar", 2_191_079_936, "a61312130a589d0ca1a8fca1f2bd3337", IMAGENET_R_HOME),
    ),
}


def data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder that holds one folder per official data set.

    Args:
        root: the folder; without it the environment variable ``MANYTASKS_DATA``, without that
            ``~/.cache/manytasks``.

    Returns:
        The folder, which need not exist yet.

    Example:
        >>> data_root("some/where").as_posix()
        'some/where'
    """
    if root is None:
        root = os.environ.get("MANYTASKS_DATA") or Path.home() / ".cache" / "manytasks"
    return Path(root)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
