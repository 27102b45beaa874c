"""The sweep of remedies as its page reads it: each method against plain descent, by setting and measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from manytasks.statistics import Interval, mean_interval
from manytasks.studies.dynamics import conflict_remedies
from manytasks.studies.dynamics.conflict_remedies import MEASURES, METHODS, Cell

LONGER_STEPS, DIVERGING = ("PCGrad", "UPGrad", "CAGrad"), ("λ = −5h/2",)
INSIDE = [name for name in METHODS if name not in LONGER_STEPS + DIVERGING]  # what one axis can show
EXPLICIT = [name for name in METHODS if "λ" in name]
KEPT = "PCGrad, kept length"


@dataclass(frozen=True)
class RemediesSweep:
    """A table of the sweep conflict-remedies, and its log losses against plain descent, a row per seed."""

    table: pd.DataFrame
    logs: pd.DataFrame
    cells: list[Cell]

    @classmethod
    def of(cls, table: pd.DataFrame, names: Iterable[str] = METHODS) -> RemediesSweep:
        """Read a table.

        Args:
            table: of the sweep conflict-remedies.
            names: keys of ``METHODS``.

        Returns:
            Changes by measure, method and cell.
        """
        return cls(table, conflict_remedies.log_changes(table, names), conflict_remedies.cells(table))

    def change(self, cell: Cell, name: str, measure: str, level: float = 0.95) -> Interval:
        """Return the mean logarithm of a loss over that of plain descent, paired by seed.

        Args:
            cell: number of tasks and fraction of permuted pixels.
            name: key of ``METHODS``.
            measure: one of ``MEASURES``.
            level: probability with which the interval covers.

        Returns:
            The change with its interval.
        """
        return mean_interval(self.logs[(measure, name, *cell)], level)

    def equal_lengths(self, level: float) -> pd.DataFrame:
        """Return the changes by PCGrad with steps as long as those of plain descent.

        Args:
            level: probability with which each interval covers.

        Returns:
            Columns "T", the number of tasks, "measure" and "change", for each measure and cell.
        """
        rows = [
            (cell[0], measure, self.change(cell, KEPT, measure, level))
            for measure in MEASURES
            for cell in self.cells
        ]
        return pd.DataFrame(rows, columns=["T", "measure", "change"])

    def explicit(self, level: float = 0.95) -> dict[tuple[Cell, str], Interval]:
        """Return the changes of the test loss by every explicit conflict term.

        Args:
            level: probability with which each interval covers.

        Returns:
            Changes by cell and term.
        """
        choices = [(cell, name) for cell in self.cells for name in EXPLICIT]
        return {choice: self.change(*choice, "test_loss", level) for choice in choices}

    def worth_as_rate(self) -> dict[Cell, float]:
        """Return by how much a larger rate of plain descent would gain what PCGrad gains at equal length.

        Returns:
            Relative increase of the rate, by cell.
        """
        gains = {cell: float(self.change(cell, KEPT, "train_loss").value) for cell in self.cells}
        return conflict_remedies.worth_as_rate(self.table, gains)
