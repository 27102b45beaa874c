"""Join the results of several folders: parts of a sweep that were made in different places."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from manytasks.deep.sweeps.claims import claimed
from manytasks.deep.sweeps.limits import folder
from manytasks.deep.sweeps.registry import SWEEPS
from manytasks.deep.sweeps.store import Blocks, Store


@dataclass(frozen=True)
class Merged:
    """Say what became of a table.

    Args:
        table: its path.
        rows: before and after.
        finished: cells of the profile's grid that are there, whoever made them.
        total: cells of the grid.
        notes: cell files that are damaged and were left out.
    """

    table: Path
    rows: tuple[int, int]
    finished: int
    total: int
    notes: tuple[str, ...] = ()


def merge_folders(
    sources: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str] = "data", replace: bool = False
) -> list[Merged]:
    """Add tables and finished cells of some folders to the tables of another.

    Args:
        sources: folders that ``run_sweep`` filled; what is no result of a sweep is left alone.
        out: folder of the tables that grow.
        replace: let rows of the sources take the place of other rows of the same settings, device and
            version of torch; the last source counts.

    Returns:
        What became of each table.

    Raises:
        ValueError: if a source holds no result, if rows are damaged, or if both sides have measured the same
            and differ.

    Example:
        >>> merge_folders(["nowhere"])
        Traceback (most recent call last):
        ValueError: nowhere holds no table and no cell of a sweep
    """
    merged: dict[Path, Merged] = {}
    for source in [folder(source, "a source") for source in sources]:
        stores = [Store(sweep, profile, source) for sweep in SWEEPS.values() for profile in sweep.profiles]
        stores = [store for store in stores if store.table.is_file() or any(store.cells.glob("*.csv"))]
        if not stores:
            raise ValueError(f"{source} holds no table and no cell of a sweep")
        for store in stores:
            one = _add(store, Store(store.sweep, store.profile, folder(out, "out")), replace)
            before = merged.get(one.table, one)
            notes = one.notes if before is one else before.notes + one.notes
            merged[one.table] = dataclasses.replace(one, rows=(before.rows[0], one.rows[1]), notes=notes)
    return list(merged.values())


def _add(source: Store, target: Store, replace: bool) -> Merged:
    target.prepare()
    cells, damage = source.finished()
    theirs = source.union(source.blocks(), cells)
    with claimed(target.cells / "table", wait=True):
        old = target.blocks()
        both, layout = dict(old), target.layout
        _refuse(source, theirs, old, replace)
        for key, block in theirs.items():
            add = layout.join if replace else layout.fill
            both[key] = add(old[key], block) if key in old else block
        target.write(old, both)
    if source.cells.exists() and source.cells.samefile(target.cells):
        target.merge()  # which remembers that it has these cells
    grid = target.sweep.cells(target.profile)
    makers = {key[:2] for key in both}
    finished = sum(
        any(layout.find(both.get(layout.cell_key(cell, *maker)), cell) for maker in makers) for cell in grid
    )
    before, after = (sum(len(block.rows) for block in blocks.values()) for blocks in (old, both))
    return Merged(target.table, (before, after), finished, len(grid), tuple(damage))


def _refuse(source: Store, theirs: Blocks, ours: Blocks, replace: bool) -> None:
    layout = source.layout
    if damaged := [block for block in theirs.values() if block.damaged]:
        raise ValueError(
            f"{source.table}: the rows of {layout.label(damaged[0].rows[0])} are not those that were written"
        )
    differ = [key for key in theirs if key in ours and layout.differ(ours[key], theirs[key])]
    if differ and not replace:
        raise ValueError(
            f"{source.table}: {len(differ)} cells differ from those that are there, the first is "
            f"{layout.label(theirs[differ[0]].rows[0])}; --replace (replace=True) takes these"
        )
