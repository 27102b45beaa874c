"""Read CUB-200-2011 and ImageNet-R: one folder of JPEG files per class."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from manytasks.deep.data.archives import is_unpacked, unpack
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.files import regular, text
from manytasks.deep.data.official import OFFICIAL, find_archive, places
from manytasks.streams import stream

SIDE = 224  # what the frozen backbones take
RESIZE = 256
SPLIT_SEED = 0
TEST_SHARE = 0.2  # ImageNet-R has no official split; continual-learning work holds out a fifth
READ = {".jpg", ".jpeg", ".png"}
OTHER = {".gif", ".webp", ".bmp", ".tif", ".tiff"}


def read_images(paths: Sequence[Path], side: int = SIDE) -> np.ndarray:
    """Read image files, shorter side scaled to 256/224 of ``side``, then the central square.

    Args:
        paths: image files.
        side: side of the square, at least 1.

    Returns:
        (n, side, side, 3) uint8.

    Raises:
        ValueError: if a file is not a whole image, or is so large that it may be meant to fill the memory.
    """
    from PIL import Image

    images = np.empty((len(paths), side, side, 3), np.uint8)
    for row, path in enumerate(paths):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                with Image.open(regular(path)) as image:
                    scale = side * RESIZE / SIDE / min(image.size)
                    width, height = (max(side, round(length * scale)) for length in image.size)
                    picture = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
        except (OSError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ValueError(f"{path} is not a whole image of usual size: {error}") from error
        left, top = (width - side) // 2, (height - side) // 2
        images[row] = np.asarray(picture.crop((left, top, left + side, top + side)))
    return images


def read_cub200(folder: Path, side: int = SIDE) -> Dataset:
    """Read an unpacked ``CUB_200_2011`` folder with its official split.

    Args:
        folder: holds ``images.txt``, ``image_class_labels.txt``, ``train_test_split.txt``, ``classes.txt``.
        side: side of the square images.

    Returns:
        The data set in its official split.

    Raises:
        ValueError: if the four lists do not name the same images, or one leads outside the folder.
    """
    names = tuple(_table(folder / "classes.txt").values())
    images = _table(folder / "images.txt")
    labels = _numbers(folder / "image_class_labels.txt", 1, len(names))
    split = _numbers(folder / "train_test_split.txt", 0, 1)
    if not images.keys() == labels.keys() == split.keys():
        raise ValueError(
            f"{folder}: images.txt, image_class_labels.txt and train_test_split.txt differ in images"
        )
    for name in images.values():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"{folder / 'images.txt'} names {name!r}, which leads outside")
    parts: list[np.ndarray] = []
    for wanted, part in ((1, "training"), (0, "test")):
        keys = [key for key in images if split[key] == wanted]
        if not keys:
            raise ValueError(f"{folder / 'train_test_split.txt'} puts no image into the {part} part")
        parts.append(read_images([folder / "images" / images[key] for key in keys], side))
        parts.append(np.array([labels[key] - 1 for key in keys], np.int64))
    return Dataset("cub200", parts[0], parts[1], parts[2], parts[3], names)


def read_class_folders(folder: Path, side: int = SIDE) -> Dataset:
    """Read one folder per class and hold out a fifth of each class, seeded.

    Args:
        folder: holds one folder of JPEG or PNG files per class, as ImageNet-R does. Hidden files and folders
            are skipped; images of other formats are counted in one warning.
        side: side of the square images.

    Returns:
        The data set; the split depends on file names only.

    Raises:
        ValueError: if there are no class folders, or one has no image.
    """
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")
    if not classes:
        raise ValueError(f"{folder} must hold one folder of images per class; it holds none")
    train: list[tuple[Path, int]] = []
    test: list[tuple[Path, int]] = []
    left_out: Counter[str] = Counter()
    for label, path in enumerate(classes):
        seen = sorted(file for file in path.iterdir() if not file.name.startswith("."))
        files = [file for file in seen if file.suffix.lower() in READ]
        left_out.update(file.suffix.lower() for file in seen if file.suffix.lower() in OTHER)
        if not files:
            raise ValueError(f"{path} holds no JPEG or PNG file; a class needs at least one")
        order = stream(SPLIT_SEED, "imagenet-r", path.name).permutation(len(files))
        held_out = int(len(files) * TEST_SHARE)
        test += [(files[i], label) for i in order[:held_out]]
        train += [(files[i], label) for i in order[held_out:]]
    if left_out:
        counts = ", ".join(f"{count} {suffix}" for suffix, count in sorted(left_out.items()))
        warnings.warn(f"{folder}: left out {counts}; only JPEG and PNG are read", stacklevel=2)
    parts: list[np.ndarray] = []
    for part in (train, test):
        parts.append(read_images([file for file, _ in part], side))
        parts.append(np.array([label for _, label in part], np.int64))
    names = tuple(path.name for path in classes)
    return Dataset("imagenet-r", parts[0], parts[1], parts[2], parts[3], names)


def load_cub200(folders: Sequence[Path]) -> Dataset:
    """Load CUB-200-2011 from its checked archive.

    Args:
        folders: where to look for ``CUB_200_2011.tgz``; the unpacked folder is put beside it.

    Returns:
        5,994 training and 5,794 test images of 200 birds.
    """
    return read_cub200(_unpacked("cub200", folders) / "CUB_200_2011")


def load_imagenet_r(folders: Sequence[Path]) -> Dataset:
    """Load ImageNet-R from its checked archive.

    Args:
        folders: where to look for ``imagenet-r.tar``; the unpacked folder is put beside it.

    Returns:
        30,000 renditions of 200 classes, a fifth of each held out.
    """
    return read_class_folders(_unpacked("imagenet-r", folders) / "imagenet-r")


def _unpacked(name: str, folders: Sequence[Path]) -> Path:
    """Find the unpacked archive, or check and unpack it now.

    Returns:
        The folder.
    """
    (archive,) = OFFICIAL[name]
    for place in places(name, folders):
        if is_unpacked(place / "unpacked", archive.digest):
            return place / "unpacked"
    path = archive.check(find_archive(name, folders))
    return unpack(path, path.parent / "unpacked", archive.digest)


def _table(path: Path) -> dict[str, str]:
    """Read lines of a number and a word.

    Returns:
        Words by number.

    Raises:
        ValueError: if a line has one word only, a number comes twice, or there is no line.
    """
    table: dict[str, str] = {}
    for number, line in enumerate(text(path).splitlines(), 1):
        if not line.strip():
            continue
        words = line.split(maxsplit=1)
        if len(words) < 2:
            raise ValueError(f"{path}, line {number}: must be two words; got {line!r}")
        if words[0] in table:
            raise ValueError(f"{path}, line {number}: {words[0]} comes a second time")
        table[words[0]] = words[1].strip()
    if not table:
        raise ValueError(f"{path} has no line; it must have one per image or class")
    return table


def _numbers(path: Path, least: int, largest: int) -> dict[str, int]:
    """Read lines of two numbers.

    Returns:
        The second by the first.

    Raises:
        ValueError: if the second is no whole number from ``least`` to ``largest``.
    """
    table = _table(path)
    allowed = {str(value): value for value in range(least, largest + 1)}
    for key, word in table.items():
        if word not in allowed:
            raise ValueError(f"{path}, entry {key}: must be in {least}..{largest}; got {word!r}")
    return {key: allowed[word] for key, word in table.items()}
