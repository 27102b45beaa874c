"""Does a convolutional network peak as it grows, when it is trained from scratch on many tasks?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.data import NAMES, load_dataset
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.deep.networks import Network, ResNet, ResNetShape, train
from manytasks.deep.sweeps.joint import METHODS, PAPER_TRAINING, Members, joint_rows
from manytasks.deep.sweeps.settings import whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import class_split


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train on class splits of images.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``joint_rows``.
    """
    if settings["dataset"] == "glyphs":
        dataset = load_glyphs(settings["images"], settings["test_images"])
    else:
        dataset = load_dataset(settings["dataset"])
    train_images, test_images = (
        shrink(images, settings["side"]) for images in (dataset.train_images, dataset.test_images)
    )
    streams = {
        seed: class_split(dataset, settings["tasks"], settings["per_class"], seed, train_images, test_images)
        for seed in settings["seeds"]
    }
    return joint_rows(streams, settings, device, fit_resnets)


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Scale images to a square by averaging.

    Args:
        images: (n, height, width, channels) uint8.
        side: new height and width.

    Returns:
        (n, side * side * channels) float32 in [0, 1].

    Example:
        >>> shrink(np.arange(4, dtype=np.uint8).reshape(1, 2, 2, 1) * 51, side=1)
        array([[0.3]], dtype=float32)
    """
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    return F.adaptive_avg_pool2d(pixels, side).permute(0, 2, 3, 1).reshape(len(images), -1).numpy()


def fit_resnets(settings: Settings, members: Members) -> Sequence[Network]:
    """Train width-scaled ResNets, one after the other.

    Args:
        settings: ``side`` and ``width``.
        members: what they train on; the table holds pixels.

    Returns:
        The members in order.
    """
    side, table = settings["side"], members.table
    channels = table.shape[1] // side**2
    shape = ResNetShape(side, channels, settings["width"], members.heads, members.classes)
    networks = []
    for generator, pool, order in zip(members.initial, members.pools, members.batches, strict=True):
        network = ResNet(shape, generator, table.dtype, table.device)
        train(network, table, [pool], members.recipe, [order])
        networks.append(network)
    return networks


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    T, methods = settings["tasks"], settings["methods"]
    channels = 1 if settings["dataset"] in ("glyphs", "digits", "mnist") else 3
    heads = {"multi-task": T if settings["scenario"] == "task" else 1, "single-task": 1}
    runs = len(settings["noises"]) * len(settings["seeds"]) * settings["steps"]
    return float(
        sum(
            runs
            * (T if method == "single-task" else 1)
            * ResNetShape(settings["side"], channels, settings["width"], heads[method], 100 // T).flops(
                settings["batch"]
            )
            for method in methods
        )
    )


BOOK: Settings = {
    "dataset": "glyphs",
    "side": 14,
    "images": 40,
    "test_images": 30,
    "tasks": 10,
    "per_class": 40,
    "scenario": "task",
    "methods": ("multi-task",),
    "width": (1, 2, 3, 4, 6, 8),
    "noises": (0.4,),
    "seeds": (0,),
    "steps": 1200,
    "batch": 100,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"width": (1, 2), "per_class": 5, "steps": 10}
PAPER: Settings = (
    BOOK
    | PAPER_TRAINING
    | {
        "side": 28,
        "images": 500,
        "test_images": 100,
        "methods": METHODS,
        "width": (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128),
    }
)
SWEEP = Sweep(
    "resnet-width",
    "Does a ResNet-18 with k channels, trained from scratch, peak as k grows?",
    ("width",),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {"dataset": word(NAMES), "methods": word(METHODS, column="method"), "side": whole(1)},
)
