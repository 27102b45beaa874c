"""The sweep of rates and penalties as its page reads it: what was run, and which runs stand for which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks.statistics import Interval
from manytasks.studies.dynamics import flatness_runs
from manytasks.studies.dynamics.flatness_answers import answer, smallest_product
from manytasks.studies.dynamics.flatness_runs import ADDITIVE, Cell, Way


@dataclass(frozen=True)
class FlatnessSweep:
    """A table of the sweep gradient-regularization."""

    table: pd.DataFrame
    runs: pd.DataFrame  # what ``flatness_runs.by_run`` makes of it

    @classmethod
    def of(cls, table: pd.DataFrame) -> FlatnessSweep:
        """Read a table.

        Returns:
            It, and its runs.
        """
        return cls(table, flatness_runs.by_run(table))

    @property
    def rates(self) -> list[float]:
        """Rates, in order; the first is the finest."""
        return [round(float(rate), 6) for rate in sorted(self.table.rate.unique())]

    @property
    def cells(self) -> list[Cell]:
        """Number of tasks and training loss, in order."""
        return flatness_runs.cells(self.runs)

    @property
    def seeds(self) -> int:
        """Number of seeds."""
        return int(self.table.seed.nunique())

    @property
    def implicit(self) -> dict[float, Way]:
        """Runs without a penalty by h + λ, the finest left out."""
        return {rate: (rate, 0.0) for rate in self.rates[1:]}

    @property
    def explicit(self) -> dict[float, Way]:
        """Runs of the finest rate with a penalty by h + λ."""
        finest = self.rates[0]
        return {
            round(finest + p, 6): (finest, float(p)) for p in sorted(self.table.penalty.unique()) if p > 0
        }

    def change(self, tasks: int, way: Way, measure: str) -> Interval:
        """Return the mean paired change against the finest rate, where the loss has fallen farthest above 0.

        Args:
            tasks: number of tasks.
            way: rate and penalty.
            measure: one of ``flatness_runs.MEASURES``.

        Returns:
            Change of the logarithm, difference for ``ADDITIVE``, at the highest level of the training loss.
        """
        return flatness_runs.change(self.runs, (tasks, float(self.table.level.max())), way, measure)

    def in_hundreds(self, tasks: int, way: Way, measure: str) -> Interval:
        """Return that change in percent, of a share in points.

        Returns:
            A hundred times the relative change, or the difference.
        """
        scale = (lambda v: v) if measure in ADDITIVE else np.expm1
        return self.change(tasks, way, measure).map(lambda v: 100 * scale(v))

    def reached(self, rate: float) -> int:
        """Return in how many seeds the test loss of a rate and of its penalty can be compared in every cell.

        Args:
            rate: of the run without a penalty.

        Returns:
            The least number of pairs.
        """
        ways = (self.implicit[rate], self.explicit[rate])
        pairs = [
            flatness_runs.paired(self.runs, cell, way, "test_loss") for cell in self.cells for way in ways
        ]
        return min(map(len, pairs))

    def answers(self, measure: str, most: float, alpha: float) -> pd.DataFrame:
        """Ask what a rate does, and the next one, which is twice as large.

        Args:
            measure: one of ``flatness_runs.MEASURES``.
            most: the rate.
            alpha: probability with which any end of one of them errs.

        Returns:
            Columns "rate" and "found".
        """
        rates = [most, 2 * most]
        found = [answer(self.runs, rate, measure, alpha) for rate in rates]
        return pd.DataFrame({"rate": rates, "found": found})

    def products(self, level: float) -> pd.DataFrame:
        """Return the smallest mean of rate times largest curvature over the cells, by rate.

        Args:
            level: probability with which each interval covers.

        Returns:
            Columns "rate" and "found".
        """
        found = [smallest_product(self.runs, rate, level) for rate in self.rates]
        return pd.DataFrame({"rate": self.rates, "found": found})
