"""Finished cells on the disk: rows in one small table, their digest and provenance beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manytasks.deep.sweeps.blocks import Block
from manytasks.deep.sweeps.provenance import Provenance, sound
from manytasks.deep.sweeps.table import digest, read_json, read_table, write_json, write_table


@dataclass(frozen=True)
class Cell:
    """Hold what a cell file says.

    Args:
        block: its rows and who made them.
        merged: whether the table has them already.
    """

    block: Block
    merged: bool


def write_cell(path: Path, rows: list[dict[str, Any]], made: Provenance) -> None:
    """Put a finished cell on the disk.

    Args:
        path: of its table.
        rows: what was measured.
        made: its provenance, with the values it ``varied``.
    """
    write_table(path, rows)
    read = read_table(path)
    write_json(path.with_suffix(".json"), {"rows": len(read), "sha256": digest(read), "merged": False} | made)


def read_cell(path: Path) -> Cell:
    """Read a finished cell and check it.

    Args:
        path: of its table.

    Returns:
        The cell.

    Raises:
        ValueError: naming the file that is damaged: cut short, edited, or without the other.
    """
    beside = path.with_suffix(".json")
    if not (path.is_file() and beside.is_file()):
        raise ValueError(f"{path} is damaged: {path.name} and {beside.name} belong together")
    said, rows = read_json(beside), read_table(path)
    if said.get("rows") != len(rows) or said.get("sha256") != digest(rows):
        raise ValueError(f"{path} is damaged: its rows are not those that were measured")
    if not sound(said):
        raise ValueError(f"{beside} is damaged: it does not say when, how long and for which seeds")
    made = {name: value for name, value in said.items() if name not in ("rows", "sha256", "merged")}
    return Cell(Block(rows, [made]), bool(said.get("merged")))


def mark_merged(path: Path) -> None:
    """Note that the table has the rows of a cell: from now on the table counts, and the file only fills gaps.

    Args:
        path: of its table.
    """
    beside = path.with_suffix(".json")
    write_json(beside, read_json(beside) | {"merged": True})


def remove_cell(path: Path) -> None:
    """Forget a cell.

    Args:
        path: of its table.
    """
    path.unlink(missing_ok=True)
    path.with_suffix(".json").unlink(missing_ok=True)
