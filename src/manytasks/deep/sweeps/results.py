"""Find the committed result of a sweep; a chapter judges a whole table only."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from manytasks.deep.sweeps.limits import folder
from manytasks.deep.sweeps.registry import find_sweep
from manytasks.deep.sweeps.store import Store
from manytasks.deep.sweeps.sweep import Settings
from manytasks.deep.sweeps.table import TextRow, table_text

CHECKOUT = Path(__file__).resolve().parents[4]


def load_results(
    name: str,
    profile: str = "book",
    out: str | Path | None = None,
    changes: Settings | None = None,
    device: str | None = None,
    torch: str | None = None,
) -> pd.DataFrame:
    """Read the rows that a sweep's grid asks for.

    The table may hold more: rows of other settings, of another device or version of torch. If several of
    these have made the whole grid, one must be named.

    Args:
        name: a sweep of ``sweep_names()``.
        profile: "smoke", "book" or "paper".
        out: folder of the table; without it the ``data`` folder of the checkout.
        changes: settings to use instead of the profile's, as ``run_sweep`` takes them.
        device: leave out rows of any other device.
        torch: leave out rows of any other version of torch.

    Returns:
        One row per cell, member, task and time; the columns name every setting.

    Raises:
        FileNotFoundError: if the sweep has not been run; the message holds the command that runs it.
        ValueError: if cells of the grid are missing or damaged, with the command that goes on; or if the file
            is no table of this sweep.

    Example:
        >>> load_results("depth", "paper", out="nowhere")
        Traceback (most recent call last):
        ...
        FileNotFoundError: nowhere/depth-paper.csv is not there; make it with
        manytasks sweep depth --profile paper --out nowhere
    """
    place = CHECKOUT / "data" if out is None else folder(out, "out")
    sweep = find_sweep(name)
    cells, store = sweep.cells(profile, changes), Store(sweep, profile, place)
    command = f"manytasks sweep {name} --profile {profile} --out {place}"
    if not store.table.is_file():
        raise FileNotFoundError(f"{store.table} is not there; make it with {command}")
    blocks, layout = store.blocks(), store.layout
    found: dict[tuple[str, ...], list[list[TextRow]]] = {}  # by device and torch: the rows of every cell
    for maker in sorted({key[:2] for key in blocks if device in (None, key[0]) and torch in (None, key[1])}):
        found[maker] = [layout.find(blocks.get(layout.cell_key(cell, *maker)), cell) for cell in cells]
    whole = [maker for maker, rows in found.items() if all(rows)]
    if len(whole) > 1:
        which = "; ".join(f"device={maker[0]!r}, torch={maker[1]!r}" for maker in whole)
        raise ValueError(f"{store.table} holds the grid {len(whole)} times; name one of {which}")
    # Without a whole one, cells of several may make one together: --others keep was asked for.
    rows = found[whole[0]] if whole else [_one(choices) for choices in zip(*found.values(), strict=True)]
    there = sum(map(bool, rows))
    if there < len(cells):
        raise ValueError(
            f"{store.table} has {there} of {len(cells)} cells of the {profile} grid; go on with {command}"
        )
    chosen = [row for part in rows for row in part]
    if chosen == [row for block in blocks.values() for row in block.rows]:
        return pd.read_csv(store.table)  # the usual case, and the fast one
    return pd.read_csv(io.StringIO(table_text(chosen)))


def _one(choices: tuple[list[TextRow], ...]) -> list[TextRow]:
    """Return the only rows of a cell; none if there are none or several."""
    rows = [rows for rows in choices if rows]
    return rows[0] if len(rows) == 1 else []
