"""Do bigger networks forget less, with every size of buffer?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import torch

from manytasks.deep.data import Dataset, draw_images
from manytasks.deep.sweeps.frozen import frozen_features, load_once
from manytasks.deep.sweeps.sequence import Learner, sequence_flops, sequence_rows
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import TaskStream, class_split, permuted_pixels

PERMUTED = ("digits", "mnist")  # every task has all classes, and a permutation of the pixels of its own


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Learn class splits with a head each, or permuted pixels with one shared head.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``sequence_rows``.
    """
    return sequence_rows(streams(settings), learners(settings), settings, device)


def streams(settings: Settings) -> dict[int, TaskStream]:
    """Make the tasks of every seed.

    Args:
        settings: one cell; the scenario "task" splits the classes of glyphs, "domain" permutes all the
            pixels of digits (similar tasks could share a head, these cannot).

    Returns:
        A task stream per seed.
    """
    return task_streams("digits" if settings["scenario"] == "domain" else "glyphs", settings)


def task_streams(dataset: str, settings: Settings) -> dict[int, TaskStream]:
    """Make the tasks of every seed from a data set.

    Args:
        dataset: those in ``PERMUTED`` give all classes to every task and permute all pixels; of any other,
            each task takes a tenth of the classes, seen through the ``frozen_features`` of that name.
        settings: ``tasks``, ``per_class``, ``seeds``; ``components``, ``images``, ``test_images`` of frozen
            features.

    Returns:
        A task stream per seed.
    """
    if dataset in PERMUTED:
        whole = load_once(dataset)
        return {
            seed: permuted_pixels(
                whole if dataset == "digits" else drawn(whole, settings, seed),
                settings["tasks"],
                settings["per_class"],
                1.0,
                seed,
            )
            for seed in settings["seeds"]
        }
    whole, train, test = frozen_features(
        dataset, settings["components"], settings["images"], settings["test_images"]
    )
    streams = {}
    for seed in settings["seeds"]:
        tasks = class_split(whole, 10, settings["per_class"], seed, train, test)
        kept = slice(settings["tasks"])
        streams[seed] = TaskStream(tasks.features, tasks.train[kept], tasks.test[kept], tasks.classes)
    return streams


def drawn(whole: Dataset, settings: Settings, seed: int) -> Dataset:
    """Draw the images of a run: the permuted views of all of MNIST would take gigabytes.

    Args:
        whole: a data set.
        settings: ``tasks``, ``per_class``, ``test_images``.
        seed: seed of the run.

    Returns:
        As many training images as all tasks need, and the first test images of each class.
    """
    return draw_images(whole, settings["tasks"] * settings["per_class"], settings["test_images"], seed)


def learners(settings: Settings) -> list[Learner]:
    """List the learners of a cell.

    Args:
        settings: one cell.

    Returns:
        One per seed, buffer size and noise.
    """
    choices = product(settings["seeds"], settings["memories"], settings["noises"])
    return [Learner(*choice) for choice in choices]


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    return sequence_flops(settings, len(learners(settings)), settings["tasks"], 64, classes=10)


BOOK: Settings = {
    "components": 64,
    "images": 100,
    "test_images": 30,
    "tasks": 5,
    "per_class": 50,
    "scenario": ("task", "domain"),
    "depth": 3,
    "width": (4, 8, 16, 32, 64, 128, 256),
    "memories": (0, 2, 5, 15, 50),
    "noises": (0.0,),
    "seeds": tuple(range(20)),
    "steps": 300,
    "batch": 125,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"width": (4, 32), "memories": (0, 5), "seeds": (0,), "steps": 20}
PAPER: Settings = BOOK | {
    "images": 500,
    "test_images": 100,
    "tasks": 10,
    "per_class": 80,  # of 500; digits have 117 training images in the smallest class
    "width": tuple(2**i for i in range(15)),
    "memories": (0, 5, 20, 80),
    "steps": 1000,
    "batch": 512,
    "rate": 0.01,
}
SWEEP = Sweep(
    "replay-width",
    "Do bigger networks and bigger buffers forget less: with a head per task, and with one shared head?",
    ("scenario", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
)
