"""Cells of the paper's size, the most decisive seconds first, as long as there is time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from manytasks.deep import find_sweep, run_sweep
from manytasks.deep.sweeps.sweep import Sweep

# Sweep, what differs from its paper profile, and how many verdicts a cell helps to decide.
PLAN: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("multitask-width-cifar100", {"noises": (0.2,)}, 3),
    ("replay-budget-cifar100", {}, 2),
    ("multitask-width-cifar100", {"noises": (0.0, 0.1)}, 2),
    ("depth-cifar100", {"methods": ("multi-task",)}, 1),
    ("resnet-width-cifar100", {"methods": ("multi-task",)}, 1),
    ("replay-width-cifar100", {}, 1),
)
SURE = 1.3  # an estimate leaves out testing


def cells(
    device: str, tiny: bool, rates: list[dict[str, Any]], out: Path, end: float
) -> Iterator[dict[str, Any]]:
    """Compute cells whose estimate fits into what is left.

    Args:
        device: "cuda" or "cpu".
        tiny: cells of the smoke profile, for a rehearsal.
        rates: what was measured; estimates rest on it.
        out: folder of the tables.
        end: time that no cell should pass.

    Yields:
        Sweep, cell, estimate, seconds and rows; or why it was left out.
    """
    profile = "smoke" if tiny else "paper"
    waiting = {}
    for name, changes, verdicts in PLAN:
        sweep = find_sweep(name)
        kept = {key: value for key, value in changes.items() if key == "methods" or not tiny}
        for cell in sweep.cells(profile, kept):
            place = {axis: cell[axis] for axis in sweep.axes} | kept
            waiting[f"{name} {place}"] = (name, place, _estimate(sweep, cell, rates), verdicts)
    fixed: dict[str, float] = {}  # seconds of a sweep's cell that computes next to nothing: steps one by one
    slower = 1.0  # of the others, against their estimates
    for name, place, estimate, _ in sorted(waiting.values(), key=lambda row: row[2] / row[3]):
        expected = fixed.get(name, 0.0) + estimate * slower
        about = {"sweep": name, "cell": place, "expected": round(expected, 2)}
        left = end - time.time()
        if expected * SURE > left:
            yield about | {"left out": f"would take {expected:.0f} s of {max(left, 0):.0f} s"}
            continue
        begun = time.time()
        axes = find_sweep(name).axes
        one = {key: (value,) if key in axes else value for key, value in place.items()}
        try:
            result = run_sweep(name, profile, device, out, progress=False, changes=one)
        except (FileNotFoundError, ValueError) as error:
            yield about | {"left out": str(error)}
            return  # no data for one, none for the others
        took = time.time() - begun
        if estimate < took / 2:
            fixed[name] = took
        else:
            slower = max(slower, (took - fixed.get(name, 0.0)) / estimate)
        yield about | {"seconds": round(took, 2), "rows": result.rows[1]}


def line(cell: dict[str, Any]) -> str:
    """Say what became of a cell.

    Args:
        cell: from ``cells``.

    Returns:
        One line.
    """
    words = ", ".join(f"{name} {value}" for name, value in cell["cell"].items())
    if "left out" in cell:
        return f"{cell['sweep']} ({words}): left out, {cell['left out']}"
    return f"{cell['sweep']} ({words}): {cell['seconds']} s, {cell['expected']} expected; {cell['rows']} rows"


def _estimate(sweep: Sweep, cell: dict[str, Any], rates: list[dict[str, Any]]) -> float:
    """Divide the operations of a cell by the rate that was measured at the nearest width.

    Returns:
        Seconds; infinite if nothing like it was measured.
    """
    if sweep.name.startswith("resnet"):
        found = [rate["value"] * rate["flops"] for rate in rates if rate.get("resnet")]
        return sweep.flops(cell) / max(found) if found else math.inf
    width = cell.get("width", 1024)
    measured = [rate for rate in rates if "members" in rate]
    if not measured:
        return math.inf
    nearest = min(abs(math.log(rate["width"] / width)) for rate in measured)
    operations = [
        rate["value"] * (1 if rate["unit"] == "FLOP/s" else rate["flops"])
        for rate in measured
        if abs(math.log(rate["width"] / width)) == nearest
    ]
    return sweep.flops(cell) / max(operations)
