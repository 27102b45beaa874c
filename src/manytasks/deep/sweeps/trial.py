"""A cell of a committed table that can be trained again, and the words when it does not come out the same."""

from __future__ import annotations

import platform
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import torch

from manytasks.checks import CheckFailed
from manytasks.deep.sweeps.checked import CHECKED, Checked
from manytasks.deep.sweeps.registry import find_sweep
from manytasks.deep.sweeps.results import CHECKOUT, load_results
from manytasks.deep.sweeps.sweep import Settings, Sweep
from manytasks.deep.witness import Watcher, watched

AGAIN = " again"  # ends the name of a column that was measured again


@dataclass(frozen=True, eq=False)
class Trial:
    """Hold a checked cell with its rows in the table.

    Args:
        sweep: of the table.
        which: name of the cell.
        profile: of the table.
        path: of the table.
        table: rows of the cell.
    """

    sweep: Sweep
    which: str
    profile: str
    path: Path
    table: pd.DataFrame

    @classmethod
    def of(cls, name: str, which: str, profile: str = "book", out: str | Path | None = None) -> Trial:
        """Find a cell and its rows.

        Args:
            name: a sweep of ``sweep_names()``.
            which: one of its checked cells.
            profile: of the table.
            out: folder of the table; without it the ``data`` folder of the checkout.

        Returns:
            The cell, nothing trained yet.

        Raises:
            ValueError: if the sweep has no such cell.
        """
        sweep, checked = find_sweep(name), CHECKED.get(name, {})
        if which not in checked:
            known = ", ".join(checked) or "none"
            raise ValueError(f"{name} has no checked cell {which!r}; its checked cells: {known}")
        table = load_results(name, profile, out)
        for axis in sweep.axes:
            table = table[table[axis] == checked[which].cell[axis]]
        folder = CHECKOUT / "data" if out is None else Path(out)
        return cls(sweep, which, profile, folder / f"{name}-{profile}.csv", table)

    @property
    def prints(self) -> Path:
        """Where the fingerprints are kept, beside the table."""
        return self.path.with_suffix(".prints.json")

    @property
    def checked(self) -> Checked:
        """What was declared about the cell."""
        return CHECKED[self.sweep.name][self.which]

    @property
    def settings(self) -> Settings:
        """Settings of the cell."""
        return self.sweep.profiles[self.profile] | self.checked.cell

    @property
    def cell(self) -> str:
        """The cell in words, with its seeds."""
        settings = self.checked.cell | {"seeds": self.seeds}
        words = [
            f"{name} {', '.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in settings.items()
        ]
        return "; ".join(words)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that are trained."""
        return tuple(self.settings["seeds"])

    @property
    def key(self) -> list[str]:
        """Columns that name a row."""
        return [*self.checked.network, *self.checked.rows]

    def train(self, watcher: Watcher | None = None, **changes: Any) -> pd.DataFrame:
        """Train the cell and measure it.

        Args:
            watcher: sees what is drawn.
            changes: settings to use instead of the cell's.

        Returns:
            One row per measured row of the sweep.
        """
        with watched(watcher) if watcher else nullcontext():
            return pd.DataFrame(self.sweep.measure(self.settings | changes, torch.device("cpu")))

    def beside(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Put rows that were measured again beside those of the table.

        Args:
            rows: from ``train``.

        Returns:
            The columns of the table, and the new ones with ``AGAIN`` behind their names.

        Raises:
            CheckFailed: if a row is not in the table.
        """
        both = self.table.merge(rows, on=self.key, suffixes=("", AGAIN), validate="one_to_one")
        if len(both) != len(rows):
            self.fail(f"{len(rows)} rows were measured, the table has {len(both)} of them")
        return both

    def fail(self, what: str) -> NoReturn:
        """Stop.

        Args:
            what: what was compared, both numbers, and what is allowed.

        Raises:
            CheckFailed: with the cell, that, the processor, and what to do.
        """
        anew = f"{self.sweep.name} --profile {self.profile}"
        raise CheckFailed(
            f"{self.path.name}, {self.which} ({self.cell}): {what}. This is {processor()}. "
            "If the code was changed on purpose, make the table and its fingerprints anew: "
            f"manytasks sweep {anew}; python -m manytasks.deep.sweeps.prints {anew}. If not, this is a fault."
        )


def processor() -> str:
    """Name what decides how numbers are rounded here.

    Returns:
        Machine, kernels of torch and of BLAS, threads.

    Example:
        >>> processor().endswith(("1 thread", "threads"))
        True
    """
    from threadpoolctl import threadpool_info

    kernels = sorted({row["architecture"] for row in threadpool_info() if "architecture" in row})
    threads = torch.get_num_threads()
    return (
        f"{platform.machine()}, torch {torch.__version__} ({torch.backends.cpu.get_cpu_capability()}), "
        f"BLAS for {' and '.join(kernels) or 'any processor'}, {threads} thread{'s' if threads > 1 else ''}"
    )
