"""Run a sweep cell by cell: what is finished is on the disk, what is not is done by the next call."""

from __future__ import annotations

import os
import re
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from manytasks.deep.sweeps.provenance import cell_provenance, table_provenance
from manytasks.deep.sweeps.registry import find_sweep
from manytasks.deep.sweeps.sweep import Settings, Sweep, fingerprint
from manytasks.deep.sweeps.table import read_table, write_json, write_table

UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class SweepResult:
    """Say what a call of ``run_sweep`` left behind.

    Args:
        table: the CSV of all finished cells, in the order of the grid; None if there is none yet.
        finished: finished cells, earlier calls included.
        total: cells of the sweep.
        seconds: wall time of this call.
    """

    table: Path | None
    finished: int
    total: int
    seconds: float


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
) -> SweepResult:
    """Run a sweep and write its table.

    Every finished cell is one small file under ``out/.cells``, put there in one step; the table
    ``out/<name>-<profile>.csv`` is made anew from these files at the end, also after Ctrl-C, and beside it
    ``out/<name>-<profile>.json`` says when, where and from which commit they came. A process killed at any
    moment therefore loses the running cell at most, and shards may share a folder.

    Args:
        name: a sweep of ``sweep_names()``.
        profile: "smoke", "book" or "paper".
        device: "auto" (a GPU if there is one), "cpu" or "cuda".
        out: folder of the table.
        time_limit: seconds, or a text such as "90s", "9m", "2h"; no cell is begun that, by the time that
            the earlier ones took, would end later. The first one always runs.
        resume: keep the cells that are already there; otherwise compute all of this shard anew.
        shard: (i, n): every n-th cell, from the i-th on.
        progress: show a progress bar with the remaining time.
        changes: settings to use instead of the profile's, such as ``{"dataset": "cifar100"}`` or
            ``{"width": (8, 16)}``; the changed cells stand beside the others and never replace them.

    Returns:
        Where the table is and how much of it is there.

    Raises:
        ValueError: if the shard is impossible.
    """
    started = time.monotonic()
    sweep, limit = find_sweep(name), seconds(time_limit)
    index, shards = shard
    if not 0 <= index < shards:
        raise ValueError(f"shard must be (i, n) with 0 <= i < n; got {shard}")
    cells, where = sweep.cells(profile, changes), _device(device)
    files = [_cell_file(sweep, profile, cell, Path(out)) for cell in cells]
    todo = [i for i in range(index, len(cells), shards) if not (resume and files[i].exists())]
    made_by = {"sweep": name, "profile": profile, "device": where.type, "torch": torch.__version__}
    spent = counted = 0.0
    try:
        with _bar(f"{name} ({profile})", sum(sweep.flops(cells[i]) for i in todo), progress) as bar:
            for i in todo:
                expected = spent / counted * sweep.flops(cells[i]) if counted else 0.0
                if limit is not None and counted and time.monotonic() - started + expected > limit:
                    break
                begun = time.monotonic()
                constants = {key: value for key, value in cells[i].items() if not isinstance(value, tuple)}
                rows = [made_by | constants | row for row in sweep.measure(cells[i], where)]
                elapsed = time.monotonic() - begun
                write_json(files[i].with_suffix(".json"), cell_provenance(where, elapsed))
                write_table(files[i], rows)  # last: it is what says that the cell is finished
                spent += elapsed
                counted += sweep.flops(cells[i])
                bar.update(sweep.flops(cells[i]))
    finally:
        table = _merge(files, Path(out) / f"{name}-{profile}.csv")
    finished = sum(file.exists() for file in files)
    return SweepResult(table, finished, len(cells), time.monotonic() - started)


def plan_sweep(
    name: str, profile: str = "book", device: str = "auto", changes: Settings | None = None
) -> list[dict[str, Any]]:
    """List the cells of a sweep without running them: the dry run.

    Args:
        name: a sweep of ``sweep_names()``.
        profile: "smoke", "book" or "paper".
        device: where it would run; its speed is measured for a moment.
        changes: settings to use instead of the profile's.

    Returns:
        One row per cell: its place on the axes, ``flops``, and ``seconds``, an estimate from the measured
        matrix rate that leaves out everything but matrix products.

    Example:
        >>> sorted(plan_sweep("random-features", "smoke", "cpu")[0])
        ['features', 'flops', 'seconds']
    """
    sweep = find_sweep(name)
    rate = _matrix_rate(_device(device))
    rows = []
    for cell in sweep.cells(profile, changes):
        flops = sweep.flops(cell)
        rows.append({axis: cell[axis] for axis in sweep.axes} | {"flops": flops, "seconds": flops / rate})
    return rows


def seconds(duration: str | float | None) -> float | None:
    """Read a duration.

    Args:
        duration: a number of seconds, or a text such as "90s", "9m" or "1.5h"; None is no limit.

    Returns:
        Seconds, or None.

    Raises:
        ValueError: if the text is no duration.

    Example:
        >>> seconds("9m")
        540.0
    """
    if duration is None or isinstance(duration, int | float):
        return duration
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", duration.strip())
    if match is None:
        raise ValueError(f"time limit must look like 90s, 9m or 2h; got {duration!r}")
    return float(match[1]) * UNITS[match[2] or "s"]


def _bar(description: str, flops: float, progress: bool) -> Any:
    """Return a progress bar with the remaining time, or a silent one on a node that lacks tqdm."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return nullcontext(SimpleNamespace(update=lambda flops: None))
    return tqdm(total=flops, desc=description, unit="FLOP", unit_scale=True, disable=not progress)


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.split(":")[0] not in ("cpu", "cuda"):
        raise ValueError(f"device must be auto, cpu or cuda; got {name!r}")
    return torch.device(name)


def _cell_file(sweep: Sweep, profile: str, cell: Settings, out: Path) -> Path:
    return out / ".cells" / sweep.name / profile / f"{fingerprint(cell)}.csv"


def _merge(files: list[Path], table: Path) -> Path | None:
    rows = [row for file in files if file.exists() for row in read_table(file)]
    if not rows:
        return None
    write_json(table.with_suffix(".json"), table_provenance(file.with_suffix(".json") for file in files))
    write_table(table, rows)
    return table


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
