"""Read CUB-200-2011 and ImageNet-R: one folder of JPEG files per class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from manytasks.deep.data.archives import unpack
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.official import OFFICIAL
from manytasks.streams import stream

SIDE = 224  # what the frozen backbones take
RESIZE = 256
SPLIT_SEED = 0
TEST_SHARE = 0.2  # ImageNet-R has no official split; continual-learning work holds out a fifth


def read_images(paths: Sequence[Path], side: int = SIDE) -> np.ndarray:
    """Read image files, shorter side scaled to 256/224 of ``side``, then the central square.

    Args:
        paths: image files.
        side: side of the square, at least 1.

    Returns:
        (n, side, side, 3) uint8.

    Raises:
        ValueError: if a file is not a whole image.
    """
    from PIL import Image, UnidentifiedImageError

    images = np.empty((len(paths), side, side, 3), np.uint8)
    for row, path in enumerate(paths):
        try:
            with Image.open(path) as image:
                scale = side * RESIZE / SIDE / min(image.size)
                width, height = (max(side, round(length * scale)) for length in image.size)
                picture = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
        except (UnidentifiedImageError, OSError) as error:
            raise ValueError(f"{path} is not a whole image: {error}") from error
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
    images, labels, split = (
        _table(folder / name) for name in ("images.txt", "image_class_labels.txt", "train_test_split.txt")
    )
    if not images.keys() == labels.keys() == split.keys():
        raise ValueError(
            f"{folder}: images.txt, image_class_labels.txt and train_test_split.txt differ in images"
        )
    for name in images.values():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"{folder / 'images.txt'} names {name!r}, which leads outside")
    names = tuple(_table(folder / "classes.txt").values())
    parts: list[np.ndarray] = []
    for wanted in ("1", "0"):
        keys = [key for key in images if split[key] == wanted]
        parts.append(read_images([folder / "images" / images[key] for key in keys], side))
        parts.append(np.array([int(labels[key]) - 1 for key in keys], np.int64))
    return Dataset("cub200", parts[0], parts[1], parts[2], parts[3], names)


def read_class_folders(folder: Path, side: int = SIDE) -> Dataset:
    """Read one folder per class and hold out a fifth of each class, seeded.

    Args:
        folder: holds one folder of JPEG files per class, as ImageNet-R does.
        side: side of the square images.

    Returns:
        The data set; the split depends on file names only.

    Raises:
        ValueError: if there are no class folders.
    """
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    if not classes:
        raise ValueError(f"{folder} must hold one folder of images per class; it holds none")
    train: list[tuple[Path, int]] = []
    test: list[tuple[Path, int]] = []
    for label, path in enumerate(classes):
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in {".jpg", ".jpeg", ".png"})
        order = stream(SPLIT_SEED, "imagenet-r", path.name).permutation(len(files))
        held_out = int(len(files) * TEST_SHARE)
        test += [(files[i], label) for i in order[:held_out]]
        train += [(files[i], label) for i in order[held_out:]]
    parts: list[np.ndarray] = []
    for part in (train, test):
        parts.append(read_images([file for file, _ in part], side))
        parts.append(np.array([label for _, label in part], np.int64))
    names = tuple(path.name for path in classes)
    return Dataset("imagenet-r", parts[0], parts[1], parts[2], parts[3], names)


def load_cub200(folder: Path) -> Dataset:
    """Load CUB-200-2011 from its checked archive.

    Args:
        folder: holds ``CUB_200_2011.tgz``, and gets the unpacked folder beside it.

    Returns:
        5,994 training and 5,794 test images of 200 birds.
    """
    (file,) = OFFICIAL["cub200"]
    return read_cub200(unpack(file.find(folder), folder / "unpacked") / "CUB_200_2011")


def load_imagenet_r(folder: Path) -> Dataset:
    """Load ImageNet-R from its checked archive.

    Args:
        folder: holds ``imagenet-r.tar``, and gets the unpacked folder beside it.

    Returns:
        30,000 renditions of 200 classes, a fifth of each held out.
    """
    (file,) = OFFICIAL["imagenet-r"]
    return read_class_folders(unpack(file.find(folder), folder / "unpacked") / "imagenet-r")


def _table(path: Path) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in path.read_text().splitlines() if line.strip())
