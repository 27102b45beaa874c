"""Where the results of a sweep are: its table, and the finished cells that wait to be put into it."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from manytasks.deep.data.files import regular
from manytasks.deep.sweeps.blocks import Block, Key, Layout, natural
from manytasks.deep.sweeps.cells import Cell, mark_merged, read_cell, remove_cell
from manytasks.deep.sweeps.claims import claimed
from manytasks.deep.sweeps.provenance import SUMMARY, sound, summarise
from manytasks.deep.sweeps.sweep import Settings, Sweep, fingerprint
from manytasks.deep.sweeps.table import (
    PACKED,
    TextRow,
    beside_table,
    read_json,
    read_table,
    table_text,
    write_json,
    write_table,
)

Blocks = dict[Key, Block]

LARGEST = 1_500_000  # characters of a table that stays plain text: a repository is to hold no file over 2 MB


@dataclass(frozen=True)
class Store:
    """Name the files of one sweep and profile in a folder.

    Args:
        sweep: the sweep.
        profile: its profile.
        out: the folder.
    """

    sweep: Sweep
    profile: str
    out: Path

    @cached_property
    def layout(self) -> Layout:
        """Which columns say what."""
        return Layout(self.sweep, self.profile)

    @property
    def table(self) -> Path:
        """The table, packed once it has grown too large for a repository; its provenance is beside it."""
        plain = self.out / f"{self.sweep.name}-{self.profile}.csv"
        packed = plain.with_name(plain.name + PACKED)
        return packed if packed.exists() else plain

    @property
    def cells(self) -> Path:
        """The folder of the finished cells."""
        return self.out / ".cells" / self.sweep.name / self.profile

    def cell(self, cell: Settings, device: str, torch: str) -> Path:
        """Return the file of a cell.

        Args:
            cell: settings.
            device: "cpu" or "cuda".
            torch: version of torch.

        Returns:
            Path of its table.
        """
        return self.cells / f"{fingerprint(cell | {'device': device, 'torch': torch})}.csv"

    def prepare(self) -> None:
        """Make the folders before anything is computed.

        Raises:
            NotADirectoryError: if a file is in the place of one.
            IsADirectoryError: if a folder is in the place of the table.
            ValueError: if a pipe or a device is.
        """
        for folder in (self.out, self.out / ".cells", self.cells.parent, self.cells):
            if folder.exists() and not folder.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "a sweep needs a folder of this name", str(folder))
        if self.table.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder is in the place of the table", str(self.table))
        for path in (self.table, beside_table(self.table)):
            if path.exists():
                regular(path)  # a pipe would keep every reader waiting
        self.cells.mkdir(parents=True, exist_ok=True)

    def blocks(self) -> Blocks:
        """Read the table.

        Returns:
            Its rows by cell, in its order, with what is known of their making; none if there is no table.

        Raises:
            ValueError: in one line, if the file is not the table of this sweep and profile.
        """
        if not self.table.exists():
            return {}
        rows: dict[Key, list[TextRow]] = {}
        for row in read_table(self.table):
            if (row.get("sweep"), row.get("profile")) != (self.sweep.name, self.profile):
                raise ValueError(
                    f"{self.table} is not a table of sweep {self.sweep.name}, profile {self.profile}: "
                    f"it holds {','.join(row.values())[:80]!r}"
                )
            rows.setdefault(self.layout.key(row), []).append(row)
        ledger = self.beside().get("ledger", {})
        entries = {key: ledger.get(self._id(part[0]), {}) for key, part in rows.items()}
        return {
            key: Block(part, entries[key].get("made", []), entries[key].get("sha256", ""))
            for key, part in rows.items()
        }

    def beside(self) -> dict[str, Any]:
        """Read what stands beside the table.

        Returns:
            Its provenance, with a ``ledger`` that has rows, digest and provenance of each cell; empty if
            there is none.

        Raises:
            ValueError: if it is damaged.
        """
        path = beside_table(self.table)
        content = read_json(path) if path.exists() else {}
        ledger = content.get("ledger", {})
        entries = list(ledger.values()) if isinstance(ledger, dict) else [None]
        if not all(
            isinstance(entry, dict) and all(map(sound, entry.get("made", [None]))) for entry in entries
        ):
            raise ValueError(f"{path} is damaged: its ledger does not say who made the cells")
        return content

    def finished(self) -> tuple[dict[Path, Cell], list[str]]:
        """Read the finished cells.

        Returns:
            Those that are whole, by file, and what is wrong with the others.
        """
        found, damage = {}, []
        for path in sorted(self.cells.glob("*.csv")):
            try:
                found[path] = read_cell(path)
            except ValueError as error:
                damage.append(str(error))
        return found, damage

    def merge(self, replacing: Collection[Path] = ()) -> None:
        """Put the finished cells into the table.

        Args:
            replacing: see ``union``.

        Raises:
            ValueError: if the table would lose rows unasked.
        """
        with claimed(self.cells / "table", wait=True):
            old, (cells, _) = self.blocks(), self.finished()  # the call of a damaged cell names it
            self.write(old, self.union(old, cells, replacing))
            keys = {path: self.layout.key(cell.block.rows[0]) for path, cell in cells.items()}
            replaced = {keys[path] for path in replacing if path in keys}
            for path, cell in cells.items():
                if keys[path] in replaced and path not in replacing:
                    remove_cell(path)  # or it would fill the gap with the next call
                elif not cell.merged:
                    mark_merged(path)

    def union(self, blocks: Blocks, cells: Mapping[Path, Cell], replacing: Collection[Path] = ()) -> Blocks:
        """Join rows of the table and of finished cells: new rows replace old ones of the same key.

        Args:
            blocks: of the table.
            cells: by file. Those that were merged before fill gaps only: from then on the table counts.
            replacing: files of the cells that replace all rows of their key, also those that they lack.

        Returns:
            Both.

        Raises:
            ValueError: if the table would lose rows unasked.
        """
        blocks = dict(blocks)
        for path in sorted(cells, key=lambda path: (path in replacing, path)):
            block, merged = cells[path].block, cells[path].merged
            key = self.layout.key(block.rows[0])
            there = blocks.get(key)
            if there is None or there.damaged or path in replacing:
                blocks[key] = block
            elif merged:
                blocks[key] = self.layout.fill(there, block)
            elif lost := self.layout.lost(there, block):
                raise ValueError(
                    f"{self.table} would lose {lost} of the {len(there.rows)} rows of "
                    f"{self.layout.label(block.rows[0])}: the cell now has {len(block.rows)}; "
                    "--replace (replace=True) puts these in their place"
                )
            else:
                blocks[key] = self.layout.join(there, block)
        return blocks

    def write(self, old: Blocks, blocks: Blocks) -> None:
        """Write the table and what stands beside it, unless nothing changed.

        Args:
            old: what the table holds.
            blocks: what it shall hold.
        """
        changed = {key for key in blocks if key not in old or blocks[key] != old[key]}
        if not changed and blocks.keys() == old.keys():
            return
        ordered = [blocks[key] for key in sorted(blocks, key=self._order())]
        columns = dict.fromkeys(
            name for block in (*old.values(), *ordered) for row in block.rows for name in row
        )
        rows = [{name: row.get(name, "") for name in columns} for block in ordered for row in block.rows]
        table = self.table
        large = table.suffix != PACKED and len(table_text(rows)) > LARGEST
        write_table(table.with_name(table.name + PACKED) if large else table, rows)
        if large:
            table.unlink(missing_ok=True)  # from the moment both were there the packed one has counted
        beside = self.beside()
        ledger = {
            self._id(block.rows[0]): {
                "rows": len(block.rows),
                "sha256": block.said or block.digest,
                "made": block.made,
            }
            for block in ordered
            if block.made
        }
        earlier = beside.get("earlier", {} if "ledger" in beside else beside)
        if len(ledger) == len(ordered):
            earlier = {}
        made = [one for block in ordered for one in block.made]
        content = summarise(len(ordered), made, earlier)
        content |= {name: beside[name] for name in beside.keys() - {*SUMMARY, "earlier"}}
        if earlier:
            content["earlier"] = {name: earlier[name] for name in SUMMARY if name in earlier}
        write_json(beside_table(table), content | {"ledger": ledger})

    def _order(self) -> Callable[[Key], Any]:
        """Return what sorts keys: cells of the profile as its grid does, whoever made them, then others."""
        grid = {
            self.layout.cell_key(cell, "", "")[2:]: place
            for place, cell in enumerate(self.sweep.cells(self.profile))
        }
        return lambda key: (grid.get(key[2:], len(grid)), natural(key[:2]), natural(key[2:]))

    def _id(self, row: TextRow) -> str:
        """Return a short name of a row's key, which stays when a sweep gains a setting."""
        told = ("device", "torch", *self.layout.constants)
        settings = {name: row[name] for name in told if row.get(name)}
        return hashlib.sha256(repr(sorted(settings.items())).encode()).hexdigest()[:12]
