"""The dry run: what a sweep would compute, what it would cost, and what is there already."""

from __future__ import annotations

import os
import time
from typing import Any, Literal

import torch

from manytasks.deep.sweeps.code import code_digest
from manytasks.deep.sweeps.limits import find_device, folder
from manytasks.deep.sweeps.registry import find_sweep
from manytasks.deep.sweeps.store import Store
from manytasks.deep.sweeps.survey import Here, survey
from manytasks.deep.sweeps.sweep import Settings


def plan_sweep(
    name: str,
    profile: str = "book",
    device: str = "auto",
    changes: Settings | None = None,
    out: str | os.PathLike[str] = "data",
    others: Literal["anew", "keep"] = "anew",
) -> list[dict[str, Any]]:
    """List the cells of a sweep without running them: the dry run.

    Args:
        name: a sweep of ``sweep_names()``.
        profile: "smoke", "book" or "paper".
        device: where it would run; its speed is measured for a moment.
        changes: settings to use instead of the profile's.
        out: folder of the table.
        others: what would become of cells that another device, version of torch or other code made.

    Returns:
        One row per cell: its place on the axes, ``flops``, ``seconds``, an estimate from the measured matrix
        rate that leaves out everything but matrix products, and ``there``, whether it is finished already.

    Example:
        >>> sorted(plan_sweep("random-features", "smoke", "cpu", out="nowhere")[0])
        ['features', 'flops', 'seconds', 'there']
    """
    sweep, where = find_sweep(name), find_device(device)
    cells = sweep.cells(profile, changes)
    here = Here(where.type, str(torch.__version__), code_digest(sweep.measure))
    found = survey(Store(sweep, profile, folder(out, "out")), cells, here, others == "keep").rows
    rate = _matrix_rate(where)
    rows = []
    for cell, finished in zip(cells, found, strict=True):
        flops = sweep.flops(cell)
        place = {axis: cell[axis] for axis in sweep.axes}
        rows.append(place | {"flops": flops, "seconds": flops / rate, "there": bool(finished)})
    return rows


def _matrix_rate(device: torch.device, side: int = 512) -> float:
    """Measure operations per second of a float32 matrix product.

    Returns:
        The best of five.
    """
    a = torch.randn(side, side, device=device)
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        float((a @ a)[0, 0])  # reading a number waits for a GPU
        best = min(best, time.perf_counter() - begun)
    return 2 * side**3 / best
