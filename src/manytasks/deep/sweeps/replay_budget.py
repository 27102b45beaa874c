"""A fixed number of bytes for network and replay buffer: how should it be divided?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import torch

from manytasks.deep.networks import Architecture
from manytasks.deep.sweeps.frozen import FROZEN, feature_count
from manytasks.deep.sweeps.replay_width import PERMUTED, task_streams
from manytasks.deep.sweeps.sequence import Learner, sequence_flops, sequence_rows
from manytasks.deep.sweeps.settings import real, whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import BufferMethod

NUMBER_BYTES = 4  # float32
LABEL_BYTES = 1
PIXELS = {
    "digits": 64,
    "glyphs": 784,
    "mnist": 784,
    "cifar100": 3072,
    "cub200": 150_528,
    "imagenet-r": 150_528,
}
SHARED = "-shared"  # ends the name of a stream whose tasks share one head

# Samples per class and width that Paper A's Table 1 compares, as its released code names them: MLPs on frozen
# features. Its fourth data set (permuted MNIST) has a ResNet there, whose widths are no MLP's.
TABLE_1 = {
    "cifar100": ((0, 3768), (10, 3354), (20, 2885), (30, 2329), (40, 1605), (50, 128)),
    "cub200": ((0, 8435), (1, 7520), (2, 6481), (3, 5249), (4, 3644), (5, 16)),
    "imagenet-r": ((0, 12028), (2, 10733), (4, 9263), (6, 7520), (8, 5249), (10, 32)),
}


@dataclass(frozen=True)
class Division:
    """One way to spend a budget.

    Args:
        width: of the network.
        memory: samples per class of each finished task.
        model_bytes: what the network takes, the running statistics of BatchNorm included.
        buffer_bytes: what the buffer takes while the last task is learned.
    """

    width: int
    memory: float
    model_bytes: int
    buffer_bytes: int


def divide(settings: Settings) -> Division:
    """Divide the budget of a cell.

    As in Table 1 of Paper A, a network of the least width is set aside and the buffer takes a share of
    the rest; what it leaves goes to the network.

    Args:
        settings: ``budget`` in bytes, ``share`` in [0, 1], ``stream``, ``stored``, ``tasks``, ``per_class``,
            ``components``, ``depth``, ``least_width``. With ``stored`` "table-1" the pair itself comes
            from Table 1 (the share says which of the six) and the budget is not used.

    Returns:
        The largest buffer within its share, at most all samples, and the widest network within the rest.

    Raises:
        ValueError: if the budget does not hold the least network.

    Example:
        >>> divide(BOOK | {"stream": "digits", "stored": "uint8", "budget": 32_000, "share": 0.4})
        Division(width=27, memory=4.5, model_bytes=19640, buffer_bytes=11700)
    """
    source, past = _source(settings), settings["tasks"] - 1
    price = sample_bytes(settings)
    if settings["stored"] == "table-1":
        memory, width = TABLE_1[source.images][round(5 * settings["share"])]
        return Division(width, memory, model_bytes(settings, width), price * past * source.classes * memory)
    budget, width = settings["budget"], settings["least_width"]
    free = budget - model_bytes(settings, width)
    if free < 0:
        raise ValueError(
            f"a network of width {width} takes {budget - free:,} bytes; the budget is {budget:,}"
        )
    kept = min(int(settings["share"] * free / price) // past, source.classes * settings["per_class"])
    spent = price * kept * past
    while model_bytes(settings, width + 1) <= budget - spent:
        width += 1
    return Division(width, kept / source.classes, model_bytes(settings, width), spent)


def sample_bytes(settings: Settings) -> int:
    """Return what a stored sample takes.

    Args:
        settings: ``stored``: "uint8", the image, a byte per pixel and channel; "float32" (or "table-1"), the
            numbers that the network reads. ``stream`` and ``components`` say how many these are.

    Returns:
        Bytes, one for the label included.

    Raises:
        ValueError: if ``stored`` is unknown.

    Example:
        >>> [sample_bytes(BOOK | {"stream": "glyphs", "stored": stored}) for stored in ("uint8", "float32")]
        [785, 257]
    """
    if settings["stored"] == "uint8":
        return PIXELS[_source(settings).images] + LABEL_BYTES
    if settings["stored"] in ("float32", "table-1"):
        return NUMBER_BYTES * _source(settings).inputs + LABEL_BYTES
    raise ValueError(f"stored must be uint8, float32 or table-1; got {settings['stored']!r}")


def model_bytes(settings: Settings, width: int) -> int:
    """Return what a network takes: float32 parameters and running statistics.

    Args:
        settings: ``stream``, ``tasks``, ``components``, ``depth``.
        width: of its hidden layers.

    Returns:
        Bytes.
    """
    source = _source(settings)
    heads = settings["tasks"] if source.scenario == "task" else 1
    shape = Architecture(source.inputs, width, settings["depth"], heads, source.classes)
    return NUMBER_BYTES * (shape.parameters + 2 * shape.depth * width)


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Learn the tasks with the network and the buffer that the budget buys.

    Args:
        settings: one cell.
        device: where to train.

    Yields:
        Rows of ``sequence_rows``, with the division.
    """
    source = _source(settings)
    division = divide(settings)
    learners = [Learner(seed, division.memory, 0.0) for seed in settings["seeds"]]
    cell = settings | {"width": division.width, "scenario": source.scenario}
    streams = task_streams(source.dataset, settings)
    for row in sequence_rows(streams, learners, cell, device, settings["method"]):
        yield {
            "width": division.width,
            "model_bytes": division.model_bytes,
            "buffer_bytes": division.buffer_bytes,
        } | row


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of its training steps.
    """
    source = _source(settings)
    cell = settings | {"width": divide(settings).width, "scenario": source.scenario}
    return sequence_flops(cell, len(settings["seeds"]), settings["tasks"], source.inputs, source.classes)


@dataclass(frozen=True)
class _Source:
    """What the name of a stream stands for."""

    dataset: str  # with its backbone, if it has one: "cub200+vit-b16"
    images: str  # without
    scenario: str
    inputs: int
    classes: int  # of every task


def _source(settings: Settings) -> _Source:
    dataset = settings["stream"].removesuffix(SHARED)
    images = dataset.partition("+")[0]
    return _Source(
        dataset,
        images,
        "task" if dataset == settings["stream"] else "domain",
        PIXELS[images] if images in PERMUTED else feature_count(dataset, settings["components"]),
        20 if images in ("cub200", "imagenet-r") else 10,
    )


BOOK: Settings = {
    "components": 64,
    "images": 100,
    "test_images": 30,
    "tasks": 5,
    "per_class": 50,
    "stream": ("glyphs", "digits", "digits-shared"),
    "stored": ("uint8", "float32"),
    "budget": (32_000, 64_000, 128_000),
    "method": ("random",),
    "share": (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 1.0),  # Table 1's six, and a few between
    "depth": 3,
    "least_width": 4,
    "seeds": (0, 1, 2, 3, 4),
    "steps": 250,
    "batch": 100,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"budget": (32_000,), "share": (0.0, 0.4, 1.0), "seeds": (0,), "steps": 5}
PAPER: Settings = BOOK | {
    "images": 500,
    "test_images": 100,
    "tasks": 10,
    "per_class": 80,  # of 500; digits have 117 training images in the smallest class
    "budget": (250_000, 1_000_000, 4_000_000),
    "method": ("random", "reservoir", "herding"),
    "steps": 1000,
    "batch": 512,
    "rate": 0.01,
}
SWEEP = Sweep(
    "replay-budget",
    "A fixed number of bytes for network and replay buffer: how should it be divided?",
    ("stream", "stored", "budget", "method", "share"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {
        "budget": whole(0),
        "least_width": whole(1),
        "method": word(get_args(BufferMethod)),
        "share": real(0, 1),
        "stored": word(("uint8", "float32", "table-1")),
        "stream": word(PIXELS, suffixes=(SHARED, *FROZEN, *(name + SHARED for name in FROZEN))),
    },
)
