"""Does the card compute what the processor computes, and is the data what we know?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from manytasks.deep.data import collection
from manytasks.deep.data.official import data_folders
from manytasks.deep.networks import Architecture, Pool, Recipe, draw_weights, train_members

SHAPE = Architecture(inputs=64, width=64, depth=3, heads=10, classes=10)
RECIPE = Recipe(steps=50, batch=200, rate=0.02)
MEMBERS = 4


def checks(device: str, end: float) -> Iterator[dict[str, Any]]:
    """Run the checks that decide whether cells are worth their seconds.

    Args:
        device: "cuda" or "cpu".
        end: time at which no further check is begun.

    Yields:
        Name, what was found, and whether it holds; None where there is nothing to hold.
    """
    for kind, limit in ((torch.float64, 1e-10), (torch.float32, 1e-4)):
        if time.time() > end:
            return
        here, there = (_trained(where, kind, range(MEMBERS)) for where in (device, "cpu"))
        name = f"{device} against cpu, {str(kind).removeprefix('torch.')}, {RECIPE.steps} steps"
        yield _within(name, _distance(here, there), limit)
        alone = _trained(device, kind, [MEMBERS - 1])
        yield _within(f"a member alone and in a stack, {kind}", _distance(here[-1:], alone), limit)
    same = torch.equal(*(_trained(device, torch.float32, range(MEMBERS)) for _ in range(2)))
    says = "equal to the bit" if same else "not equal to the bit: numbers of this card are distributional"
    yield {"name": "two runs", "says": says, "holds": None, "equal": same}
    yield _data()


def _trained(device: str, kind: torch.dtype, members: range | list[int]) -> torch.Tensor:
    """Train members of named streams on samples drawn for all.

    Returns:
        (members, parameters) weights after training, on the CPU.
    """
    rng = np.random.default_rng(0)
    table = torch.from_numpy(rng.standard_normal((2000, SHAPE.inputs))).to(device, kind)
    pool = Pool(np.arange(2000), rng.integers(10, size=2000), rng.integers(10, size=2000))
    weights = [draw_weights(SHAPE, np.random.default_rng(member)) for member in members]
    orders = [np.random.default_rng(100 + member) for member in members]
    (stack,) = train_members(SHAPE, weights, table, [pool] * len(weights), RECIPE, orders, size=len(weights))
    return torch.cat([value.flatten(1) for value in stack.parameters.values()], 1).detach().cpu()


def _distance(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).norm() / other.norm())


def _within(name: str, value: float, limit: float) -> dict[str, Any]:
    holds = value <= limit
    words = "within" if holds else "beyond"
    return {
        "name": name,
        "says": f"relative distance {value:.1e}, {words} {limit:.0e}",
        "holds": holds,
        "value": value,
        "limit": limit,
    }


def _data() -> dict[str, Any]:
    try:
        for name in collection.sums():
            collection.read_file(name, data_folders())
    except FileNotFoundError as error:
        return {"name": "data", "says": f"{error}; no cell can run", "holds": None}
    except ValueError as error:
        return {"name": "data", "says": str(error), "holds": False}
    return {"name": "data", "says": f"{len(collection.sums())} files are those we know", "holds": True}
