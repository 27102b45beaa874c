"""Do dissimilar tasks raise the peak of one shared network?"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from manytasks.deep.data import load_dataset
from manytasks.deep.sweeps.joint import PAPER_TRAINING, joint_flops, joint_rows
from manytasks.deep.sweeps.permuted import INPUTS
from manytasks.deep.sweeps.settings import word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import permuted_pixels


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train on tasks that permute a fraction of the pixels each.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``joint_rows``.
    """
    dataset = load_dataset(settings["dataset"])
    streams = {
        seed: permuted_pixels(dataset, settings["tasks"], settings["per_class"], settings["fraction"], seed)
        for seed in settings["seeds"]
    }
    return joint_rows(streams, settings, device)


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    inputs = INPUTS[settings["dataset"]]
    return joint_flops(settings, settings["tasks"], inputs, classes=10)


BOOK: Settings = {
    "dataset": "digits",
    "tasks": 10,
    "per_class": 11,  # ten tasks then share no sample
    "fraction": (0.0, 0.25, 0.5, 1.0),
    "scenario": "domain",
    "depth": 3,
    "width": (3, 6, 8, 12, 16, 32, 96),
    "noises": (0.0, 0.2),
    "seeds": tuple(range(20)),
    "steps": 800,
    "batch": 110,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"width": (4, 16), "fraction": (0.0, 1.0), "seeds": (0,), "steps": 40}
PAPER: Settings = BOOK | PAPER_TRAINING | {"dataset": "mnist", "width": tuple(2**i for i in range(14))}
SWEEP = Sweep(
    "similarity",
    "Do dissimilar tasks raise the peak of one shared network, and when do they cost transfer?",
    ("fraction", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {"dataset": word(INPUTS)},
)
