"""Run a sweep cell by cell: what is finished is on the disk, what is not is done by the next call."""

from __future__ import annotations

import operator
import os
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import torch

from manytasks.deep.sweeps.cells import write_cell
from manytasks.deep.sweeps.claims import take_turns
from manytasks.deep.sweeps.code import code_digest
from manytasks.deep.sweeps.limits import find_device, folder, seconds, terminated_like_ctrl_c
from manytasks.deep.sweeps.provenance import cell_provenance
from manytasks.deep.sweeps.registry import find_sweep
from manytasks.deep.sweeps.store import Store
from manytasks.deep.sweeps.survey import Here, survey
from manytasks.deep.sweeps.sweep import Settings
from manytasks.readers import short


@dataclass(frozen=True)
class SweepResult:
    """Say what a call of ``run_sweep`` left behind.

    Args:
        table: the CSV of all finished cells, in the order of the grid; None if there is none yet.
        finished: finished cells, earlier calls included.
        total: cells of the sweep.
        seconds: wall time of this call.
        rows: rows of the table before and after this call, those of other settings included.
        not_finite: finished cells that hold nan or an infinity, each by its place on the axes.
        notes: what was found and does not count: damaged cells, cells that were made otherwise.
    """

    table: Path | None
    finished: int
    total: int
    seconds: float
    rows: tuple[int, int] = (0, 0)
    not_finite: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def run_sweep(
    name: str,
    profile: str = "book",
    device: str = "auto",
    out: str | os.PathLike[str] = "data",
    time_limit: str | float | None = None,
    resume: bool = True,
    shard: tuple[int, int] = (0, 1),
    progress: bool = True,
    changes: Settings | None = None,
    others: Literal["anew", "keep"] = "anew",
    retry: bool = False,
    replace: bool = False,
) -> SweepResult:
    """Run a sweep and add to its table.

    The table ``out/<name>-<profile>.csv`` is a union: this call replaces rows of its own cells and leaves
    those of other settings, devices and versions of torch where they are. What it holds counts as finished,
    so a fresh clone goes on where the committed table stands. Every cell that ends is one small file under
    ``out/.cells``, put there in one step, and is merged into the table at the end, also after Ctrl-C and
    SIGTERM; beside the table ``out/<name>-<profile>.json`` says when, where and by which code each cell was
    made, and how to know its rows again. A process killed at any moment therefore loses the running cell at
    most. Processes may share a folder; each cell is computed by one of them.

    Args:
        name: a sweep of ``sweep_names()``.
        profile: "smoke", "book" or "paper".
        device: "auto" (a GPU if there is one), "cpu" or "cuda".
        out: folder of the table.
        time_limit: seconds, or a text such as "90s", "9m", "1h30m"; no cell is begun that, by the time that
            the earlier ones took, would end later. The first one always runs.
        resume: keep the cells that are already there; otherwise compute all of this shard anew.
        shard: (i, n): every n-th cell, from the i-th on.
        progress: show a progress bar with the remaining time.
        changes: settings to use instead of the profile's, such as ``{"dataset": "cifar100"}`` or
            ``{"width": (8, 16)}``; the changed cells stand beside the others and never replace them.
        others: what to do with cells that another device, version of torch or other code made: "anew"
            computes them here, "keep" counts them as finished. Which they are is said in either case.
        retry: compute cells that hold nan or an infinity again.
        replace: let the cells of this call replace all rows of the same constants and axes, also of seeds
            that they do not have.

    Returns:
        Where the table is and how much of it is there.

    Raises:
        ValueError: if a setting, shard, device or time limit is impossible, if the file in the table's place
            is another, or if the table would lose rows.
    """
    started = time.monotonic()
    sweep, limit, where = find_sweep(name), seconds(time_limit), find_device(device)
    index, shards = shard_of(shard)
    if others not in ("anew", "keep"):
        raise ValueError(f"others must be anew or keep; got {short(others)}")
    cells, store = sweep.cells(profile, changes), Store(sweep, profile, folder(out, "out"))
    store.prepare()
    here = Here(where.type, str(torch.__version__), code_digest(sweep.measure))
    files = [store.cell(cell, here.device, here.torch) for cell in cells]
    made_by = {"sweep": name, "profile": profile, "device": here.device, "torch": here.torch}
    there = survey(store, cells, here, others == "keep")
    if resume:
        for note in there.notes:
            print(f"{name}: {note}", file=sys.stderr)

    def wanted(i: int) -> bool:
        again = retry and not store.layout.finite(there.rows[i])
        return not (resume and there.rows[i]) or again or (replace and not files[i].exists())

    def compute(i: int) -> float:
        begun = time.monotonic()
        constants = {key: value for key, value in cells[i].items() if not isinstance(value, tuple)}
        rows = [made_by | constants | row for row in sweep.measure(cells[i], where)]
        elapsed = time.monotonic() - begun
        made = cell_provenance(where, elapsed, here.code) | {"varied": store.layout.values(cells[i])}
        write_cell(files[i], rows, made)
        return elapsed

    todo = [i for i in range(index, len(cells), shards) if wanted(i)]
    deadline = None if limit is None else started + limit
    spent = counted = 0.0
    with terminated_like_ctrl_c():
        try:
            with _bar(f"{name} ({profile})", sum(sweep.flops(cells[i]) for i in todo), progress) as bar:
                for i in take_turns(files, todo, deadline):
                    cost = sweep.flops(cells[i])
                    expected = spent / counted * cost if counted else 0.0
                    if deadline is not None and counted and time.monotonic() + expected > deadline:
                        break
                    spent += compute(i)
                    counted += cost
                    bar.update(cost)
        finally:
            store.merge(files if replace else ())
    now = survey(store, cells, here, others == "keep")
    finished = [(cell, rows) for cell, rows in zip(cells, now.rows, strict=True) if rows]
    return SweepResult(
        store.table if store.table.exists() else None,
        len(finished),
        len(cells),
        time.monotonic() - started,
        (there.before, now.before),
        tuple(store.layout.label(cell) for cell, rows in finished if not store.layout.finite(rows)),
        tuple(there.notes),
    )


def shard_of(shard: tuple[int, int]) -> tuple[int, int]:
    """Read which part of the cells a call computes.

    Args:
        shard: (i, n): every n-th cell, from the i-th on.

    Returns:
        The same two numbers.

    Raises:
        ValueError: if they are not whole numbers with 0 <= i < n.

    Example:
        >>> shard_of((0, 4))
        (0, 4)
    """
    try:
        index, shards = map(operator.index, shard)
        whole = not any(isinstance(part, bool) for part in shard)
    except (TypeError, ValueError):
        whole = False
    if not whole or not 0 <= index < shards:
        raise ValueError(f"shard must be (i, n) with 0 <= i < n; got {short(shard)}")
    return index, shards


def _bar(description: str, flops: float, progress: bool) -> Any:
    """Return a progress bar with the remaining time, or a silent one on a node that lacks tqdm."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return nullcontext(SimpleNamespace(update=lambda flops: None))
    return tqdm(total=flops, desc=description, unit="FLOP", unit_scale=True, disable=not progress)
