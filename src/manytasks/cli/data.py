"""`manytasks data`: list, fetch, check or show the data sets and backbones."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")


def add(parser: argparse.ArgumentParser) -> None:
    """Add what `data` takes.

    Args:
        parser: of this command.
    """
    parser.add_argument(
        "action",
        choices=("list", "fetch", "prepare", "show"),
        help="list all, download one, check one, or draw one",
    )
    parser.add_argument("name", nargs="?", help="data set (for all but list)")
    parser.add_argument("--yes", action="store_true", help="fetch without asking")
    parser.add_argument("--root", help="folder to search before those of MANYTASKS_DATA")
    parser.add_argument("--out", help="picture that `show` writes (default NAME.png)")
    parser.set_defaults(run=_data)


def _data(options: argparse.Namespace) -> None:
    from manytasks import deep

    if options.action == "list":
        for row in deep.describe_datasets(options.root):
            print(f"{row['name']:<17} {row['state']:<14} {row['where']}{row['needs']}".rstrip())
        with _root(options.root):
            _list_backbones()
        return
    if options.name is None:
        raise ValueError(
            f"`manytasks data {options.action}` needs the name of a data set; `data list` shows them"
        )
    if options.action == "fetch":
        from manytasks.deep.data.fetch import fetch

        paths = fetch(options.name, options.root, lambda what: options.yes or _agreed(what))
        print("\n".join(f"{path} is there, checked" for path in paths) or "nothing was downloaded")
        return
    target = Path(options.out or f"{options.name}.png")
    if options.action == "show" and target.suffix.lower() not in PICTURES:
        raise ValueError(f"--out must be a picture ({', '.join(PICTURES)}); got {target}")
    dataset = deep.load_dataset(options.name, options.root)
    if options.action == "prepare":
        train, test = len(dataset.train_images), len(dataset.test_images)
        print(f"{options.name}: {dataset.classes} classes, {train:,} training and {test:,} test images")
        return
    import matplotlib.image

    sheet = np.broadcast_to(sheet := deep.contact_sheet(dataset), (*sheet.shape[:2], 3))
    matplotlib.image.imsave(target, np.ascontiguousarray(sheet))
    print(f"wrote {target}")


def _list_backbones() -> None:
    from manytasks.deep import backbones

    for name in backbones.BACKBONES:  # frozen networks: a data set's features are named cifar100+resnet50
        try:
            backbones.find_backbone(name)
            print(f"+{name:<16} ready")
        except (FileNotFoundError, ModuleNotFoundError) as error:
            print(f"+{name:<16} {'files missing':<14} {error}")


@contextmanager
def _root(folder: str | None) -> Iterator[None]:
    """Search a folder before those of MANYTASKS_DATA."""
    before = os.environ.get("MANYTASKS_DATA")
    if folder:
        os.environ["MANYTASKS_DATA"] = os.pathsep.join(filter(None, (folder, before)))
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("MANYTASKS_DATA", None)
        else:
            os.environ["MANYTASKS_DATA"] = before


def _agreed(what: str) -> bool:
    """Ask before anything is downloaded.

    Returns:
        Whether the answer was yes; without anybody to answer it is no.
    """
    try:
        return input(f"{what}. Download? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False
