"""The rows of one cell in a table: how they are told from all others, and how old and new ones become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from manytasks.deep.sweeps.provenance import Provenance
from manytasks.deep.sweeps.settings import declared, number_text
from manytasks.deep.sweeps.sweep import Settings, Sweep
from manytasks.deep.sweeps.table import TextRow, digest

Key = tuple[str, ...]  # device, torch and the constants of a cell, as the table writes them
NOT_FINITE = {"nan", "inf", "-inf"}


@dataclass(frozen=True)
class Block:
    """Hold the rows of a table that share one key.

    Args:
        rows: as the table writes them.
        made: provenance of each call that made some of them, with the values it ``varied``; empty where
            nobody wrote it down.
        said: digest that was written down for them; empty where nobody did.
    """

    rows: list[TextRow]
    made: list[Provenance] = field(default_factory=list)
    said: str = ""

    @property
    def digest(self) -> str:
        """Digest of the rows as they are."""
        return digest(self.rows)

    @property
    def damaged(self) -> bool:
        """Whether the rows are others than those that were written."""
        return bool(self.said) and self.said != self.digest


@dataclass(frozen=True)
class Layout:
    """Say which columns of a sweep's table tell what a row is about; all others are measured.

    Args:
        sweep: the sweep.
        profile: its profile.
    """

    sweep: Sweep
    profile: str

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """Settings that are one value in a cell."""
        return self.sweep.constants(self.profile)

    @cached_property
    def varied(self) -> dict[str, str]:
        """Columns of the settings that are varied inside a cell."""
        return self.sweep.varied(self.profile)

    def key(self, row: TextRow) -> Key:
        """Return what a row shares with the others of its cell.

        Args:
            row: of the table; a column that it lacks counts as empty.

        Returns:
            Device, version of torch and constants.
        """
        return tuple(row.get(name, "") for name in ("device", "torch", *self.constants))

    def cell_key(self, cell: Settings, device: str, torch: str) -> Key:
        """Return the key of the rows that a cell makes.

        Args:
            cell: settings.
            device: "cpu" or "cuda".
            torch: version of torch.

        Returns:
            The key.
        """
        return (device, torch, *(number_text(cell[name]) for name in self.constants))

    def values(self, cell: Settings) -> dict[str, list[str]]:
        """Write what a cell varies inside.

        Args:
            cell: settings.

        Returns:
            Texts by setting.
        """
        return {name: [number_text(value) for value in cell[name]] for name in self.varied}

    def unit(self, row: TextRow) -> tuple[str, ...]:
        """Return what tells a row from the others of its cell as far as settings do.

        Args:
            row: of the table.

        Returns:
            A value for every setting that is varied inside a cell. All rows of a unit are made at once.
        """
        return tuple(row.get(column, "") for column in self.varied.values())

    def select(self, rows: Iterable[TextRow], cell: Settings) -> list[TextRow]:
        """Keep the rows that a cell asks for.

        Args:
            rows: of its key, perhaps with more seeds than it has.
            cell: settings.

        Returns:
            Those whose values the cell varies.
        """
        varied, usual = self.varied, self.sweep.usual(self.profile)
        wanted = {}
        for name, values in self.values(cell).items():
            idle = declared(name, usual[name], self.sweep.settings).idle
            wanted[varied[name]] = {*values, idle}
        return [row for row in rows if all(row.get(column, "") in wanted[column] for column in wanted)]

    def complete(self, rows: list[TextRow], cell: Settings) -> bool:
        """Say whether rows are all that a cell asks for.

        Args:
            rows: what ``select`` kept.
            cell: settings.

        Returns:
            Whether every value that the cell varies is there, every seed as often, with every task.
        """
        if not rows:
            return False
        for name, column in self.varied.items():
            if column not in rows[0]:
                continue  # varied, but not told
            counts = Counter(row[column] for row in rows)
            there = {counts[value] for value in self.values(cell)[name]}
            if 0 in there or (name == "seeds" and len(there) > 1):
                return False
        if "tasks" in cell and "task" in rows[0]:
            units = Counter(unit for unit, _ in {(self.unit(row), row["task"]) for row in rows})
            return set(units.values()) == {cell["tasks"]}
        return True

    def find(self, block: Block | None, cell: Settings) -> list[TextRow]:
        """Return the rows of a cell.

        Args:
            block: of its key.
            cell: settings.

        Returns:
            All that the cell asks for; none if some are missing or damaged.
        """
        if block is None or block.damaged:
            return []
        rows, wanted = self.select(block.rows, cell), {"varied": self.values(cell)}
        written = any(_covers(made, wanted) for made in block.made)  # as one call made them
        return rows if written or self.complete(rows, cell) else []

    def concerns(self, made: Provenance, cell: Settings) -> bool:
        """Say whether a call made some of the rows that a cell asks for.

        Args:
            made: its provenance.
            cell: settings.

        Returns:
            Whether it varied a value of the cell in every setting.
        """
        theirs = made.get("varied", {})
        return all(set(values) & set(theirs.get(name, values)) for name, values in self.values(cell).items())

    def finite(self, rows: Iterable[TextRow]) -> bool:
        """Say whether all measured numbers are finite.

        Args:
            rows: of the table.

        Returns:
            Whether no measured column holds nan or an infinity.
        """
        told = {"sweep", "profile", "device", "torch", *self.constants}
        return not any(value in NOT_FINITE for row in rows for name, value in row.items() if name not in told)

    def label(self, cell: Mapping[str, Any]) -> str:
        """Name a cell in a message.

        Args:
            cell: its settings, or one of its rows.

        Returns:
            Its place on the axes, as in "depth=2, width=16".
        """
        return ", ".join(f"{axis}={number_text(cell[axis])}" for axis in self.sweep.axes)

    def join(self, old: Block, new: Block) -> Block:
        """Put new rows of a key in place of old ones.

        Args:
            old: what is there.
            new: what comes in; replaces all rows of its units and no other.

        Returns:
            Both as one block, the rows in an order that does not depend on which came first.
        """
        units = {self.unit(row) for row in new.rows}
        kept = [row for row in old.rows if self.unit(row) not in units]
        if not kept:
            return new
        parts = sorted([kept, new.rows], key=lambda rows: natural(self.unit(rows[0])))
        stays = [made for made in old.made if not any(_covers(other, made) for other in new.made)]
        return Block([row for part in parts for row in part], stays + new.made)

    def fill(self, old: Block, new: Block) -> Block:
        """Add rows of a key where there are none.

        Args:
            old: what is there, and stays.
            new: what may be added, in units that are not there.

        Returns:
            Both as one block.
        """
        units = {self.unit(row) for row in old.rows}
        rows = [row for row in new.rows if self.unit(row) not in units]
        return self.join(old, Block(rows, new.made)) if rows else old

    def differ(self, old: Block, new: Block) -> bool:
        """Say whether two blocks contradict each other.

        Args:
            old: rows of a key.
            new: rows of the same key.

        Returns:
            Whether a unit that both have came out differently.
        """
        common = {self.unit(row) for row in old.rows} & {self.unit(row) for row in new.rows}
        parts = ([row for row in block.rows if self.unit(row) in common] for block in (old, new))
        return len({digest(sorted(part, key=self.unit)) for part in parts}) > 1

    def lost(self, old: Block, new: Block) -> int:
        """Count the rows that ``join`` would lose: a unit came out with fewer than it has.

        Args:
            old: what is there.
            new: what comes in.

        Returns:
            Rows.
        """
        before, after = (Counter(map(self.unit, block.rows)) for block in (old, new))
        return sum(max(before[unit] - count, 0) for unit, count in after.items())


def natural(texts: Iterable[str]) -> list[tuple[int, float, str]]:
    """Return what sorts texts by number where they are numbers.

    Args:
        texts: values of a table.

    Returns:
        A key for ``sorted``.

    Example:
        >>> sorted([("10",), ("9",), ("a",)], key=natural)
        [('9',), ('10',), ('a',)]
    """

    def one(text: str) -> tuple[int, float, str]:
        try:
            return (0, float(text), text)
        except ValueError:
            return (1, 0.0, text)

    return [one(text) for text in texts]


def _covers(more: Provenance, less: Provenance) -> bool:
    ours, theirs = more.get("varied", {}), less.get("varied", {})
    return all(set(values) <= set(ours.get(name, ())) for name, values in theirs.items())
