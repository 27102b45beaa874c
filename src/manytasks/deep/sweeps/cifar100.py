"""The book's grids on the papers' own data: CIFAR-100, seen through a frozen network trained on ImageNet.

A grid on other data is another sweep with a table of its own; what is measured is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from manytasks.deep.data.cifar100 import FEATURES, names
from manytasks.deep.data.collection import sums
from manytasks.deep.sweeps import (
    depth,
    feature_pairs,
    layers,
    multitask_width,
    replay_budget,
    replay_methods,
    replay_noise,
    replay_width,
    resnet_width,
    similarity_measures,
)
from manytasks.deep.sweeps.frozen import frozen_features
from manytasks.deep.sweeps.joint import PAPER_TRAINING, joint_flops, joint_rows
from manytasks.deep.sweeps.sequence import sequence_flops, sequence_rows
from manytasks.deep.sweeps.settings import whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import superclass_split

DATA: Settings = {
    "dataset": FEATURES,
    "data": sums()["cifar100/features.npz"].digest.removeprefix("sha256:")[:12],  # which file it was
    "images": 500,
    "test_images": 100,
}
POWERS = tuple(2**i for i in range(14))


def measure_classes(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train on tasks of ten classes each, together or alone.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``joint_rows``.
    """
    streams = {seed: tasks.compact() for seed, tasks in multitask_width.streams(settings).items()}
    return joint_rows(streams, settings, device)


def measure_superclasses(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train on tasks that have a class of every superclass each, and a share of its names for itself.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``joint_rows``.
    """
    dataset, train, test = frozen_features(
        settings["dataset"], settings["components"], settings["images"], settings["test_images"]
    )
    streams = {
        seed: superclass_split(
            dataset, names()[1], settings["per_class"], settings["fraction"], seed, train, test
        ).compact()
        for seed in settings["seeds"]
    }
    return joint_rows(streams, settings, device)


def measure_sequence(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Learn tasks of ten classes each one after the other.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``sequence_rows``.
    """
    streams = replay_width.task_streams(settings["dataset"], settings)
    compact = {seed: tasks.compact() for seed, tasks in streams.items()}
    return sequence_rows(compact, replay_width.learners(settings), settings, device)


def superclass_flops(settings: Settings) -> float:
    """Count the operations of a cell of ``measure_superclasses``.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    return joint_flops(settings, tasks=5, inputs=settings["components"], classes=20)


def sequence_cell_flops(settings: Settings) -> float:
    """Count the operations of a cell of ``measure_sequence``.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    learners = len(replay_width.learners(settings))
    return sequence_flops(settings, learners, settings["tasks"], settings["components"], classes=10)


PEAK_BOOK: Settings = (
    multitask_width.BOOK
    | DATA
    | {
        "methods": ("multi-task",),
        "width": (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128),
        "noises": (0.0, 0.1, 0.2),
        "seeds": tuple(range(40)),  # on clean labels the peak is small
        "steps": 800,
    }
)
PEAK_SMOKE: Settings = PEAK_BOOK | {"width": (2, 16), "noises": (0.0, 0.2), "seeds": (0,), "steps": 40}
PEAK_PAPER: Settings = (
    PEAK_BOOK | PAPER_TRAINING | {"components": 256, "width": POWERS, "seeds": tuple(range(10))}
)
PEAK = Sweep(
    "multitask-width-cifar100",
    "Does the error of a network peak as it grows, on CIFAR-100, and does label noise raise the peak?",
    ("width",),
    {"smoke": PEAK_SMOKE, "book": PEAK_BOOK, "paper": PEAK_PAPER},
    measure_classes,
    multitask_width.flops,
    multitask_width.SWEEP.settings,
)

MORE: Settings = {"per_class": 50, "steps": 1200, "noises": (0.0, 0.2)}
PEAK_50 = replace(
    PEAK,
    name="multitask-width-cifar100-50",
    question="Where is the peak on CIFAR-100 with 50 training images of each class instead of 20?",
    profiles={
        "smoke": PEAK_SMOKE | {"per_class": 50},
        "book": PEAK_BOOK | MORE | {"width": (4, 8, 16, 24, 32, 48, 64, 96, 128, 256)},
        "paper": PEAK_PAPER | {"per_class": 50},
    },
)

ALONE: Settings = {"methods": ("single-task",), "seeds": tuple(range(12))}
SINGLE = replace(
    PEAK,
    name="singletask-width-cifar100",
    question="What do the ten tasks of multitask-width-cifar100 reach alone, on the same samples?",
    profiles={
        "smoke": PEAK_SMOKE | {"methods": ("single-task",)},
        "book": PEAK_BOOK | ALONE,
        "paper": PEAK_PAPER | {"methods": ("single-task",)},
    },
)

DEPTH_BOOK: Settings = PEAK_BOOK | {
    "methods": ("multi-task", "single-task"),
    "depth": (0, 1, 2, 3, 4, 5),
    "width": (4, 8, 16, 32, 64, 128),
    "noises": (0.0, 0.2),
    "seeds": tuple(range(12)),
}
DEPTH = Sweep(
    "depth-cifar100",
    "What does depth do to the peak and to knowledge transfer on CIFAR-100?",
    depth.SWEEP.axes,
    {
        "smoke": DEPTH_BOOK | {"depth": (0, 2), "width": (4, 16), "seeds": (0,), "steps": 40},
        "book": DEPTH_BOOK,
        "paper": PEAK_PAPER | {"methods": ("multi-task", "single-task"), "depth": (0, 1, 2, 3, 4, 5)},
    },
    measure_classes,
    multitask_width.flops,
    multitask_width.SWEEP.settings,
)

SIMILARITY_BOOK: Settings = {key: PEAK_BOOK[key] for key in ("components", "depth", "batch", "rate")} | DATA
SIMILARITY_BOOK |= {
    "per_class": 20,
    "fraction": (0.0, 0.25, 0.5, 0.75, 1.0),
    "scenario": "domain",
    "width": (8, 16, 24, 32, 48, 64, 128, 256),
    "noises": (0.0, 0.2),
    "seeds": tuple(range(12)),
    "steps": 600,
}
SIMILARITY = Sweep(
    "similarity-cifar100",
    "Does it raise the peak, and cost transfer, if five tasks call their superclasses by other names?",
    ("fraction", "width"),
    {
        "smoke": SIMILARITY_BOOK
        | {"fraction": (0.0, 1.0), "width": (8, 16), "noises": (0.0,), "seeds": (0,), "steps": 20},
        "book": SIMILARITY_BOOK,
        "paper": SIMILARITY_BOOK
        | PAPER_TRAINING
        | {"components": 256, "per_class": 100, "width": POWERS, "seeds": tuple(range(10))},
    },
    measure_superclasses,
    superclass_flops,
    multitask_width.SWEEP.settings,
)

REPLAY_BOOK: Settings = replay_width.BOOK | DATA | {"tasks": 10, "seeds": tuple(range(16))}
REPLAY_PAPER: Settings = replay_width.PAPER | {
    **DATA,
    "components": 256,
    "per_class": 500,
    "memories": (0, 5, 100, 300, 500),
    "width": tuple(2**i for i in range(15)),
    "seeds": tuple(range(10)),
}
REPLAY = Sweep(
    "replay-width-cifar100",
    "Do bigger networks and bigger buffers forget less on CIFAR-100, with a head per task and with one?",
    ("scenario", "width"),
    {
        "smoke": REPLAY_BOOK | {"tasks": 3, "width": (4, 32), "memories": (0, 5), "seeds": (0,), "steps": 20},
        "book": REPLAY_BOOK,
        "paper": REPLAY_PAPER,
    },
    measure_sequence,
    sequence_cell_flops,
    multitask_width.SWEEP.settings,
)

NOISE: Settings = {"scenario": ("task",), "memories": (5,), "noises": (0.0, 0.1, 0.2)}
REPLAY_NOISE = replace(
    REPLAY,
    name="replay-noise-cifar100",
    question=replay_noise.SWEEP.question,
    profiles={
        "smoke": REPLAY.profiles["smoke"] | NOISE,
        "book": REPLAY_BOOK | NOISE,
        "paper": REPLAY_PAPER | NOISE | {"memories": (50,)},
    },
)

BUDGET: Settings = {
    "data": DATA["data"],
    "images": DATA["images"],
    "test_images": DATA["test_images"],
    "stream": (FEATURES,),
}
BUDGET_BOOK: Settings = (
    replay_budget.BOOK
    | BUDGET
    | {
        "budget": (64_000, 128_000, 256_000),
        "share": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
        "seeds": tuple(range(20)),
    }
)
REPLAY_BUDGET = Sweep(
    "replay-budget-cifar100",
    "A fixed number of bytes for network and replay buffer: how should it be divided on CIFAR-100?",
    replay_budget.SWEEP.axes,
    {
        "smoke": BUDGET_BOOK | {"budget": (64_000,), "share": (0.0, 0.4, 1.0), "seeds": (0,), "steps": 5},
        "book": BUDGET_BOOK,
        "paper": replay_budget.PAPER  # Paper A's six pairs of samples per class and width
        | BUDGET
        | {
            "components": 256,
            "stored": ("table-1",),
            "budget": (0,),
            "method": ("random",),
            "share": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
            "seeds": tuple(range(20)),
        },
    },
    replay_budget.measure,
    replay_budget.flops,
    replay_budget.SWEEP.settings,
)

METHODS: Settings = {
    "stored": ("float32",),  # one price for all methods
    "budget": (64_000,),
    "method": replay_methods.METHODS,
    "share": (0.2, 0.5, 0.8),
    "seeds": tuple(range(10)),
}
REPLAY_METHODS = replace(
    REPLAY_BUDGET,
    name="replay-methods-cifar100",
    question=replay_methods.SWEEP.question,
    profiles={
        "smoke": BUDGET_BOOK | METHODS | {"share": (0.5,), "seeds": (0,), "steps": 5},
        "book": BUDGET_BOOK | METHODS,
        "paper": replay_budget.PAPER | BUDGET | METHODS | {"components": 256, "budget": (1_000_000,)},
    },
)

RESNET_BOOK: Settings = (
    resnet_width.BOOK
    | {
        "dataset": "cifar100-15k",  # the images whose pixels are in the collection
        "data": sums()["cifar100/labels.npz"].digest.removeprefix("sha256:")[:12],
        "side": 16,
        "images": 100,
        "test_images": 50,
        "noises": (0.2,),
        "seeds": tuple(range(10)),
        "steps": 600,
    }
)
RESNET = replace(
    resnet_width.SWEEP,
    name="resnet-width-cifar100",
    question="Does a ResNet-18 with k channels, trained on the pixels of CIFAR-100, peak as k grows?",
    profiles={
        "smoke": RESNET_BOOK | {"width": (1, 2), "per_class": 5, "seeds": (0,), "steps": 10},
        "book": RESNET_BOOK,
        "paper": RESNET_BOOK
        | PAPER_TRAINING
        | {
            "per_class": 100,
            "side": 32,
            "width": resnet_width.PAPER["width"],
            "seeds": tuple(range(10)),
        },
    },
)

PAIR_DIALS = word((layers.SAME, *feature_pairs.DIALS))
MEASURES_BOOK: Settings = similarity_measures.BOOK | {
    "dataset": (FEATURES,),
    "data": DATA["data"],
    "dial": feature_pairs.DIALS,
    "seeds": tuple(range(20)),
}
MEASURES = replace(
    similarity_measures.SWEEP,
    name="similarity-measures-cifar100",
    profiles={
        "smoke": MEASURES_BOOK | {"width": (8,), "strengths": (0.0, 1.0), "seeds": (0, 1), "steps": 20},
        "book": MEASURES_BOOK,
        "paper": MEASURES_BOOK
        | {"per_class": 20, "width": similarity_measures.PAPER["width"], "steps": 2000},
    },
    settings={"dataset": word((FEATURES,)), "depth": whole(1), "dial": PAIR_DIALS},
)

LAYERS_BOOK: Settings = layers.BOOK | {
    "dataset": FEATURES,
    "data": DATA["data"],
    "dial": (layers.SAME, *feature_pairs.DIALS),
    "seeds": tuple(range(20)),
}
LAYERS = replace(
    layers.SWEEP,
    name="layers-cifar100",
    profiles={
        "smoke": LAYERS_BOOK
        | {"dial": ("pixels",), "private": ("0",), "width": (8,), "seeds": (0, 1), "steps": 20},
        "book": LAYERS_BOOK,
        "paper": LAYERS_BOOK | {"width": POWERS, "steps": 9800},
    },
    settings=layers.SWEEP.settings | {"dataset": word((FEATURES,)), "dial": PAIR_DIALS},
)

SWEEPS = (
    PEAK,
    PEAK_50,
    SINGLE,
    SIMILARITY,
    MEASURES,
    LAYERS,
    DEPTH,
    RESNET,
    REPLAY,
    REPLAY_NOISE,
    REPLAY_BUDGET,
    REPLAY_METHODS,
)
