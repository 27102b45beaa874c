"""Does the error of a network peak as it grows, with many tasks and with one?"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from manytasks.deep.sweeps.frozen import IMAGES, feature_count, frozen_features
from manytasks.deep.sweeps.joint import PAPER_TRAINING, joint_flops, joint_rows
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import TaskStream, class_split


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train on class splits of frozen features.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``joint_rows``.
    """
    return joint_rows(streams(settings), settings, device)


def streams(settings: Settings) -> dict[int, TaskStream]:
    """Split the classes anew for every seed.

    Args:
        settings: one cell.

    Returns:
        A task stream per seed.
    """
    dataset, train, test = frozen_features(
        settings["dataset"], settings["components"], settings["images"], settings["test_images"]
    )
    return {
        seed: class_split(dataset, settings["tasks"], settings["per_class"], seed, train, test)
        for seed in settings["seeds"]
    }


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    inputs = feature_count(settings["dataset"], settings["components"])
    return joint_flops(settings, settings["tasks"], inputs, classes=100 // settings["tasks"])


BOOK: Settings = {
    "dataset": "glyphs",  # or with a backbone's features, such as "cifar100+resnet50"
    "components": 64,
    "images": 100,  # of each class, from which a seed draws its training samples
    "test_images": 30,
    "tasks": 10,
    "per_class": 20,
    "scenario": "task",
    "depth": 3,
    "width": (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64),
    "noises": (0.0, 0.2, 0.4),
    "seeds": tuple(range(20)),
    "steps": 1200,
    "batch": 200,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"width": (2, 16), "noises": (0.0, 0.4), "seeds": (0,), "steps": 40}
PAPER: Settings = (
    BOOK | PAPER_TRAINING | {"images": 500, "test_images": 100, "width": tuple(2**i for i in range(14))}
)
SWEEP = Sweep(
    "multitask-width",
    "Does the error of a network peak as it grows, and does label noise raise the peak?",
    ("width",),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {"dataset": IMAGES},
)
