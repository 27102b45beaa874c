"""Which cells of a sweep are there already, and which of them were made elsewhere or by other code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from manytasks.deep.sweeps.blocks import Block, Key
from manytasks.deep.sweeps.cells import read_cell
from manytasks.deep.sweeps.store import Blocks, Store
from manytasks.deep.sweeps.sweep import Settings
from manytasks.deep.sweeps.table import TextRow


@dataclass(frozen=True)
class Here:
    """Say by what this call computes.

    Args:
        device: "cpu" or "cuda".
        torch: version of torch.
        code: digest of the code; empty if it is not known.
    """

    device: str
    torch: str
    code: str = ""

    def __str__(self) -> str:
        """Return both in words."""
        return f"{self.device}, torch {self.torch}"


@dataclass(frozen=True)
class Survey:
    """Say what is there.

    Args:
        rows: of each cell; none where it is not finished.
        notes: lines about what was found and does not count.
        before: rows of the table, those of other settings included.
    """

    rows: list[list[TextRow]]
    notes: list[str]
    before: int


def survey(store: Store, cells: Sequence[Settings], here: Here, keep: bool = False) -> Survey:
    """Look for cells in the table and among the cell files.

    Args:
        store: where.
        cells: settings.
        here: by what they are to be computed.
        keep: whether cells of another device, version of torch or code count as finished.

    Returns:
        What is there.
    """
    blocks, layout = store.blocks(), store.layout
    elsewhere: dict[Key, list[Key]] = {}
    for key in blocks:
        elsewhere.setdefault(key[2:], []).append(key)
    found: list[list[TextRow]] = []
    notes: list[str] = []
    others: Counter[str] = Counter()
    for cell in cells:
        key = layout.cell_key(cell, here.device, here.torch)
        block, damage = _block(store, blocks, key, cell, here)
        rows = layout.find(block, cell)
        if damage:
            notes.append(f"{damage}; computed anew")
            rows = []
        elif rows:
            codes = {made.get("code", "") for made in block.made if layout.concerns(made, cell)} - {""}
            if here.code and codes - {here.code}:
                others["by other code"] += 1
                rows = rows if keep else []
        else:
            for other in elsewhere.get(key[2:], []):
                if theirs := layout.find(blocks[other], cell):
                    others[f"by {Here(*other[:2])}"] += 1
                    rows = theirs if keep else []
                    break
        found.append(rows)
    what = "they count as finished" if keep else "computed anew; --others keep takes them as finished"
    notes += [
        f"{count} of {len(cells)} cells were made {made}, here it is {here}: {what}"
        for made, count in others.items()
    ]
    return Survey(found, notes, sum(len(block.rows) for block in blocks.values()))


def _block(store: Store, blocks: Blocks, key: Key, cell: Settings, here: Here) -> tuple[Block, str]:
    """Take the rows of a cell from the table, or from its file while the table lacks them.

    Returns:
        The rows, and what is damaged.
    """
    path = store.cell(cell, here.device, here.torch)
    there = blocks.get(key, Block([]))
    if path.exists():
        try:
            own = read_cell(path)
        except ValueError as error:
            return there, str(error)
        if not own.merged or not there.rows or there.damaged:
            return own.block, ""
        there = store.layout.fill(there, own.block)
    if there.damaged:
        return there, f"{store.table}: the rows of {store.layout.label(cell)} are not those that were written"
    return there, ""
