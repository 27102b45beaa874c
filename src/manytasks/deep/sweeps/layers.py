"""Which layers hold the difference between two tasks? Figure 4 of Paper A."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import torch

from manytasks.deep.measures import weight_cosine, weight_distance
from manytasks.deep.networks import Architecture, Recipe, draw_weights
from manytasks.deep.sweeps.private_layers import copy_layers, layer_of, train_partly_shared
from manytasks.deep.sweeps.settings import whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.sweeps.task_pairs import CLASSES, DIALS, OTHER, SIDE, task_pair
from manytasks.streams import stream

NOTHING = "no layer"
EVERY = "every layer"
SAME = "none"  # both tasks are the same; they differ in their samples only


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Train two tasks with one layer private, or all of them, and compare the private weights.

    Args:
        settings: one cell; ``dial`` is a dial of ``task_pair``, turned up fully, or "none"; ``private`` is
            the number of a layer, the head's last, or "no layer" or "every layer".
        device: where to train.

    Yields:
        One row per seed and layer: inner product, cosine and squared distance between the weights of the two
        tasks in that layer, the cosine of what training added to the common start, and the mean test loss
        and error of the network over both tasks. In a shared layer the two tasks have the same weights.
    """
    seeds, depth = settings["seeds"], settings["depth"]
    dial, strength = ("pixels", 0.0) if settings["dial"] == SAME else (settings["dial"], 1.0)
    streams = {
        seed: task_pair(settings["dataset"], dial, strength, settings["per_class"], seed) for seed in seeds
    }
    table = torch.from_numpy(np.stack([tasks.features for tasks in streams.values()])).to(device)
    shape = Architecture(SIDE**2, settings["width"], depth, 1, CLASSES)
    layers = range(depth + 1)
    named: dict[str, Collection[int]] = {NOTHING: (), EVERY: layers}
    private = named[settings["private"]] if settings["private"] in named else (int(settings["private"]),)
    weights = [draw_weights(shape, stream(seed, "weights")) for seed in seeds]
    theta, start = (
        {name: value.to(table) for name, value in copy_layers(weights, 2, depth, private).items()}
        for _ in range(2)
    )
    recipe = Recipe(settings["steps"], settings["batch"], settings["rate"])
    risks = train_partly_shared(theta, table, streams, recipe, private)
    for member, seed in enumerate(seeds):
        for layer in layers:
            first, second, origin = (
                {
                    name: value[member, task % value.shape[1]].detach()
                    for name, value in source.items()
                    if layer_of(name, depth) == layer and name.endswith("weight")
                    if not name.startswith("norm")
                }
                for source, task in ((theta, 0), (theta, 1), (start, 0))
            )
            cosine = float(weight_cosine(first, second))
            norms = [float(next(iter(each.values())).norm()) for each in (first, second)]
            yield {
                "seed": seed,
                "layer": layer,
                "inner_product": cosine * norms[0] * norms[1],
                "cosine": cosine,
                "movement_cosine": float(weight_cosine(first, second, origin)),
                "distance": float(weight_distance(first, second)),
                "test_loss": float(risks[member, 0]),
                "test_error": float(risks[member, 1]),
            }


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Operations of the training steps of all seeds; sharing a layer saves none.
    """
    shape = Architecture(SIDE**2, settings["width"], settings["depth"], 1, CLASSES)
    return float(2 * shape.flops(settings["batch"]) * settings["steps"] * len(settings["seeds"]))


BOOK: Settings = {
    "dataset": "glyphs",
    "dial": (SAME, "pixels", "labels", "classes"),
    "private": (NOTHING, "0", "1", "2", "3", EVERY),
    "width": (4, 8, 16, 32, 64),
    "per_class": 20,
    "depth": 3,
    "seeds": tuple(range(6)),
    "steps": 300,
    "batch": 25,
    "rate": 0.02,
}
SMOKE: Settings = BOOK | {"dial": ("pixels",), "width": (8,), "seeds": (0, 1), "steps": 20}
PAPER: Settings = BOOK | {"width": tuple(2**i for i in range(14)), "seeds": tuple(range(20)), "steps": 9800}
SWEEP = Sweep(
    "layers",
    "Which layers hold the difference between two tasks: the inner products of task-optimal weights?",
    ("dial", "private", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {
        "dataset": word(OTHER),
        "depth": whole(1, 9),
        "dial": word((SAME, *DIALS)),
        "private": word((NOTHING, EVERY, *map(str, range(10)))),
    },
)
