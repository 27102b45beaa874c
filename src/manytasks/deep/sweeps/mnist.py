"""The book's grids on the papers' own data: permuted MNIST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from manytasks.deep.data.official import OFFICIAL
from manytasks.deep.sweeps import bracket_forgetting, replay_budget, similarity
from manytasks.deep.sweeps.frozen import load_once
from manytasks.deep.sweeps.joint import PAPER_TRAINING, joint_rows
from manytasks.deep.sweeps.replay_width import drawn
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import permuted_pixels

FILE = OFFICIAL["mnist"][0].members[0].digest.removeprefix("md5:")[:12]  # which training images they were


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train on tasks that permute a fraction of the pixels each.

    Args:
        settings: one cell.
        device: where to train.

    Returns:
        Rows of ``joint_rows``.
    """
    dataset = load_once(settings["dataset"])
    streams = {
        seed: permuted_pixels(
            drawn(dataset, settings, seed),
            settings["tasks"],
            settings["per_class"],
            settings["fraction"],
            seed,
        )
        for seed in settings["seeds"]
    }
    return joint_rows(streams, settings, device)


BOOK: Settings = similarity.BOOK | {
    "dataset": "mnist",
    "data": FILE,
    "test_images": 30,
    "per_class": 13,
    "fraction": (0.0, 0.25, 0.5, 1.0),
    "methods": ("multi-task",),
    "width": (2, 3, 4, 6, 8, 12, 16, 32),
    "seeds": tuple(range(12)),
    "steps": 500,
}
SIMILARITY = Sweep(
    "similarity-mnist",
    "Do dissimilar tasks raise the peak of one shared network on permuted MNIST?",
    similarity.SWEEP.axes,
    {
        "smoke": BOOK | {"width": (4, 16), "fraction": (0.0, 1.0), "seeds": (0,), "steps": 20},
        "book": BOOK,
        "paper": BOOK
        | PAPER_TRAINING
        | {"test_images": 800, "width": tuple(2**i for i in range(14)), "seeds": tuple(range(10))},
    },
    measure,
    similarity.flops,
    similarity.SWEEP.settings,
)

BUDGET_BOOK: Settings = replay_budget.BOOK | {
    "data": FILE,
    "stream": ("mnist", "mnist-shared"),
    "budget": (64_000, 128_000, 256_000),
    "share": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "seeds": tuple(range(20)),
}
REPLAY_BUDGET = Sweep(
    "replay-budget-mnist",
    "A fixed number of bytes for network and replay buffer: how should it be divided on permuted MNIST?",
    replay_budget.SWEEP.axes,
    {
        "smoke": BUDGET_BOOK | {"budget": (64_000,), "share": (0.0, 0.4, 1.0), "seeds": (0,), "steps": 5},
        "book": BUDGET_BOOK,
        "paper": replay_budget.PAPER
        | {
            "data": FILE,
            "stream": ("mnist", "mnist-shared"),
            "share": BUDGET_BOOK["share"],
            "seeds": tuple(range(20)),
        },
    },
    replay_budget.measure,
    replay_budget.flops,
    replay_budget.SWEEP.settings,
)

BRACKET_BOOK: Settings = bracket_forgetting.BOOK | {
    "dataset": "mnist",
    "data": FILE,
    "seeds": tuple(range(10)),
}
BRACKET = replace(
    bracket_forgetting.SWEEP,
    name="bracket-forgetting-mnist",
    question="Does the bracket at the end of task 1 predict forgetting on permuted MNIST?",
    profiles={
        "smoke": BRACKET_BOOK | {"width": (4,), "seeds": (0, 1), "steps": 10, "long": 5, "probes": 4},
        "book": BRACKET_BOOK,
        "paper": bracket_forgetting.PAPER | {"data": FILE},
    },
)

SWEEPS = (SIMILARITY, REPLAY_BUDGET, BRACKET)
