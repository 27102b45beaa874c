"""The official files of Paper A's data sets: what is published about them, and how they are found."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from manytasks.deep.data.files import read_at_most, regular, unpacked

PACKED = ("", ".gz", ".xz")


@dataclass(frozen=True)
class Member:
    """Describe a file as a reader wants it: unpacked, and known by its content.

    Args:
        name: file name; folders of an archive stand before it.
        size: bytes.
        digest: published checksum of the unpacked bytes, such as "md5:6bbc…" or "sha256:f312…".
    """

    name: str
    size: int
    digest: str

    def check(self, raw: bytes, source: str, home: str) -> bytes:
        """Return bytes that are the published ones.

        Args:
            raw: what was read.
            source: where, for the message.
            home: page to get the file from.

        Returns:
            ``raw``.

        Raises:
            ValueError: if length or checksum are others.

        Example:
            >>> Member("a.bin", 3, "md5:0").check(b"12", "a.bin.gz", "https://example.org")
            Traceback (most recent call last):
            ...
            ValueError: a.bin.gz holds 2 bytes, the published a.bin 3; get it again from https://example.org
        """
        if len(raw) != self.size:
            held = f"{len(raw):,}" if len(raw) < self.size else f"more than {self.size:,}"
            raise ValueError(
                f"{source} holds {held} bytes, the published {self.name} {self.size:,}; "
                f"get it again from {home}"
            )
        method = self.digest.partition(":")[0]
        found = f"{method}:{hashlib.new(method, raw, usedforsecurity=False).hexdigest()}"
        if found != self.digest:
            raise ValueError(
                f"{source} has {found}, the published {self.name} {self.digest}; get it again from {home}"
            )
        return raw


@dataclass(frozen=True)
class Archive:
    """Describe a file as its authors published it: one way to get members.

    Args:
        name: file name.
        size: bytes.
        digest: published checksum of the whole file; as for ``Member``.
        home: page of the data set, for a person to open.
        members: what a reader wants of it; none if it wants the whole folder that is packed in it.
    """

    name: str
    size: int
    digest: str
    home: str
    members: tuple[Member, ...] = ()

    def check(self, path: Path) -> Path:
        """Return the path of the file if it is the published one, byte for byte.

        Args:
            path: where it is.

        Returns:
            ``path``.

        Raises:
            ValueError: if size or checksum are others.
        """
        size = regular(path).stat().st_size
        if size != self.size:
            raise ValueError(
                f"{path} has {size:,} bytes, the published file {self.size:,}; get it again from {self.home}"
            )
        method = self.digest.partition(":")[0]
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.new(method, usedforsecurity=False))
        if f"{method}:{found.hexdigest()}" != self.digest:
            raise ValueError(
                f"{path} has {method}:{found.hexdigest()}, the published file {self.digest}; "
                f"get it again from {self.home}"
            )
        return path


TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
IDX_SIZES = {TRAIN_IMAGES: 47_040_016, TRAIN_LABELS: 60_008, TEST_IMAGES: 7_840_016, TEST_LABELS: 10_008}


def _idx(name: str, packed: int, packed_md5: str, md5: str, home: str) -> Archive:
    return Archive(
        f"{name}.gz", packed, f"md5:{packed_md5}", home, (Member(name, IDX_SIZES[name], f"md5:{md5}"),)
    )


MNIST = "http://yann.lecun.com/exdb/mnist/"
FASHION = "https://github.com/zalandoresearch/fashion-mnist"
CIFAR_MEMBERS = (
    Member(
        "cifar-100-binary/train.bin",
        153_700_000,
        "sha256:f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29",
    ),
    Member(
        "cifar-100-binary/test.bin",
        30_740_000,
        "sha256:d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a",
    ),
)
# The sums of packed files are published; those of members were computed from files that have them.
OFFICIAL: dict[str, tuple[Archive, ...]] = {
    "mnist": tuple(
        _idx(*row, home=MNIST)
        for row in (
            (TRAIN_IMAGES, 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"),
            (TRAIN_LABELS, 28_881, "d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"),
            (TEST_IMAGES, 1_648_877, "9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"),
            (TEST_LABELS, 4_542, "ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"),
        )
    ),
    "fashion-mnist": tuple(
        _idx(*row, home=FASHION)
        for row in (
            (
                TRAIN_IMAGES,
                26_421_880,
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            ),
            (TRAIN_LABELS, 29_515, "25c81989df183df01b3e8a0aad5dffbe", "9018921c3c673c538a1fc5bad174d6f9"),
            (TEST_IMAGES, 4_422_102, "bef4ecab320f06d8554ea6380940ec79", "8181f5470baa50b63fa0f6fddb340f0a"),
            (TEST_LABELS, 5_148, "bb300cfdad3c16e7a12a480ee83cd310", "15d484375f8d13e6eb1aabb0c3f46965"),
        )
    ),
    "cifar100": (
        Archive(
            "cifar-100-binary.tar.gz",
            168_513_733,
            "sha256:58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
            "https://www.cs.toronto.edu/~kriz/cifar.html",
            CIFAR_MEMBERS,
        ),
    ),
    "cub200": (
        Archive(
            "CUB_200_2011.tgz",
            1_150_585_339,
            "md5:97eceeb196236b17998738112f37df78",
            "https://data.caltech.edu/records/65de6-vp158",
        ),
    ),
    "imagenet-r": (
        Archive(
            "imagenet-r.tar",
            2_191_079_936,
            "md5:a61312130a589d0ca1a8fca1f2bd3337",
            "https://github.com/hendrycks/imagenet-r",
        ),
    ),
}
# Where a package of the operating system puts a data set, and the command that installs it.
SYSTEM = {
    "fashion-mnist": (Path("/usr/share/datasets/fashion-mnist"), "apt-get install dataset-fashion-mnist")
}


def own_folder() -> Path:
    """Return the folder that this program may write to: downloads, features, converted weights.

    Returns:
        ``manytasks`` in ``XDG_CACHE_HOME`` or, without that, in ``~/.cache``; it need not exist yet.
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "manytasks"


def data_folders(root: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Return the folders that may hold data, the first to be searched first.

    Args:
        root: a folder to search before all others.

    Returns:
        ``root``, the folders of the environment variable ``MANYTASKS_DATA`` (a list like ``PATH``), and
        ``own_folder()``. Each holds one folder per data set.

    Raises:
        ValueError: if one is named by blanks, is in the home of nobody, is a file, or may not be read.

    Example:
        >>> data_folders("some/where")[0].as_posix()
        'some/where'
    """
    listed = [entry for entry in os.environ.get("MANYTASKS_DATA", "").split(os.pathsep) if entry]
    if blank := [entry for entry in listed if not entry.strip()]:
        raise ValueError(f"MANYTASKS_DATA must list folders; got {blank[0]!r} in {os.pathsep.join(listed)!r}")
    folders = [_folder(root, "root")] if root is not None else []
    folders += [_folder(entry, "MANYTASKS_DATA") for entry in listed]
    return tuple(dict.fromkeys([*folders, own_folder()]))


def _folder(name: str | os.PathLike[str], source: str) -> Path:
    """Read the name of a folder, which need not exist yet.

    Returns:
        Its path.

    Raises:
        ValueError: if nothing can be found there: another's home, a file, a folder that may not be read.
    """
    shown = str(name) if len(str(name)) < 256 else f"{str(name)[:40]}..."
    try:
        path = Path(name).expanduser()
        kind = path.stat().st_mode
    except RuntimeError:
        user = shown.partition("/")[0]
        raise ValueError(f"{source}: {shown} begins with {user}, and nobody here has that name") from None
    except FileNotFoundError:
        return path
    except OSError as error:
        raise ValueError(f"{source}: {shown} cannot be searched: {error.strerror}") from None
    if not stat.S_ISDIR(kind):
        raise ValueError(f"{source}: {shown} is a file, and should be the folder that holds one per data set")
    if not os.access(path, os.R_OK | os.X_OK):
        raise ValueError(f"{source}: {shown} cannot be searched: Permission denied")
    return path


def places(name: str, folders: Sequence[Path]) -> list[Path]:
    """Return the folders in which the files of one data set are looked for.

    Args:
        name: a data set of ``OFFICIAL``.
        folders: as from ``data_folders``.

    Returns:
        One folder per entry, and that of a system package where there is one.
    """
    return [folder / name for folder in folders] + ([SYSTEM[name][0]] if name in SYSTEM else [])


def find_member(name: str, archive: Archive, member: Member, folders: Sequence[Path]) -> Path | None:
    """Find a file that should hold a member, without opening it.

    Args:
        name: data set.
        archive: may hold it.
        member: what is wanted.
        folders: as from ``data_folders``.

    Returns:
        In the first folder that has one: the member itself, its ``.gz``, its ``.xz``, or the archive.
    """
    names = dict.fromkeys((member.name, PurePosixPath(member.name).name))
    for place in places(name, folders):
        candidates = [place / f"{one}{ending}" for one in names for ending in PACKED]
        for path in (*candidates, place / archive.name):
            if path.exists():
                return path
    return None


def read_members(name: str, folders: Sequence[Path]) -> list[bytes]:
    """Read the members of an official data set; each is checked by its content.

    Args:
        name: a data set of ``OFFICIAL`` that has members.
        folders: as from ``data_folders``.

    Returns:
        The unpacked bytes of each member, in the order of ``OFFICIAL``.

    Raises:
        FileNotFoundError: if one is not there; the message says what to do.
        ValueError: if one has other content than was published.
    """
    contents = []
    for archive in OFFICIAL[name]:
        for member in archive.members:
            path = find_member(name, archive, member, folders)
            if path is None:
                raise FileNotFoundError(missing(name, archive, folders))
            contents.append(_read(path, archive, member))
    return contents


def find_archive(name: str, folders: Sequence[Path]) -> Path:
    """Find the one archive of a data set that is unpacked as a whole.

    Args:
        name: a data set of ``OFFICIAL``.
        folders: as from ``data_folders``.

    Returns:
        The file, or where an earlier call unpacked it; not checked yet.

    Raises:
        FileNotFoundError: if it is not there; the message says what to do.
    """
    (archive,) = OFFICIAL[name]
    for place in places(name, folders):
        if (place / archive.name).exists():
            return place / archive.name
    raise FileNotFoundError(missing(name, archive, folders))


def missing(name: str, archive: Archive, folders: Sequence[Path]) -> str:
    """Say what to do about a file that is not there.

    Args:
        name: data set.
        archive: the file.
        folders: where it was looked for.

    Returns:
        One line.

    Example:
        >>> print(missing("cifar100", OFFICIAL["cifar100"][0], [Path("here")]))
        here/cifar100/cifar-100-binary.tar.gz is missing (168,513,733 bytes); get it with
        `manytasks data fetch cifar100`, or from https://www.cs.toronto.edu/~kriz/cifar.html
    """
    package = f", or with `{SYSTEM[name][1]}`" if name in SYSTEM else ""
    return (
        f"{(folders[0] / name / archive.name).as_posix()} is missing ({archive.size:,} bytes); "
        f"get it with `manytasks data fetch {name}`, or from {archive.home}{package}"
    )


def _read(path: Path, archive: Archive, member: Member) -> bytes:
    """Read a member off the file that holds it, never more than one byte beyond its size.

    Returns:
        Its bytes, checked.

    Raises:
        ValueError: if it is not in there, or damaged.
    """
    if path.name != archive.name or not tarred(path):
        with unpacked(path) as file:
            raw = read_at_most(file, member.size)
        return member.check(raw, str(path), archive.home)
    try:
        with tarfile.open(regular(path)) as tar:
            packed = tar.extractfile(member.name)
            raw = read_at_most(packed, member.size) if packed else b""  # none: a folder has that name
    except KeyError:
        raise ValueError(f"{path} does not hold {member.name}; get it again from {archive.home}") from None
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unpacked, it is damaged or cut short: {error}") from error
    return member.check(raw, f"{path}: {member.name}", archive.home)


def tarred(path: Path) -> bool:
    """Say whether a file is a tar archive, by its name.

    Args:
        path: the file.

    Returns:
        Whether it ends like one.

    Example:
        >>> tarred(Path("a.tar.gz")), tarred(Path("a.gz"))
        (True, False)
    """
    return ".tar" in path.suffixes or path.suffix == ".tgz"
