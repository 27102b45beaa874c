"""What rate and penalty do at equal training loss, at its largest over all cells of the sweep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from manytasks.statistics import Interval, highest, mean_interval
from manytasks.studies.dynamics.flatness_runs import Way, cells, change, paired


def largest_change(
    runs: pd.DataFrame, ways: Sequence[Way], measures: Sequence[str], alpha: float
) -> Interval:
    """Return the largest change of all cells, ways and measures.

    Args:
        runs: what ``by_run`` returned.
        ways: rates and penalties.
        measures: of ``MEASURES``.
        alpha: probability with which any of the upper ends errs, shared out among all.

    Returns:
        Change of the logarithm.
    """
    tried = [(cell, way, measure) for cell in cells(runs) for way in ways for measure in measures]
    return highest(change(runs, *each, 1 - 2 * alpha / len(tried)) for each in tried)


def answer(runs: pd.DataFrame, rate: float, measure: str, alpha: float) -> Interval:
    """Say what a rate does, over all cells: the size of its change, or for the curvature how it differs.

    Args:
        runs: what ``by_run`` returned.
        rate: of the run without a penalty.
        measure: one of ``MEASURES``.
        alpha: probability with which any of the ends errs, shared out among the cells.

    Returns:
        The largest size of a change. For "sharpness": by how much rate and the penalty of equal sum differ,
        less a fifth of what that penalty changes.
    """
    plain = runs.index.get_level_values("rate").min()
    penalty, level, found = (plain, round(rate - plain, 6)), 1 - alpha / len(cells(runs)), []
    for cell in cells(runs):
        if measure == "sharpness":
            apart = np.abs(paired(runs, cell, (rate, 0.0), measure, against=penalty))
            fifth = 0.2 * np.abs(paired(runs, cell, penalty, measure).mean())
            found.append(mean_interval(apart - fifth, level))
        else:
            found.append(change(runs, cell, (rate, 0.0), measure, level).absolute())
    return highest(found)


def smallest_product(runs: pd.DataFrame, rate: float, level: float) -> Interval:
    """Return the smallest mean of rate times largest curvature over all cells.

    Args:
        runs: what ``by_run`` returned.
        rate: of runs without a penalty.
        level: probability with which each interval covers.

    Returns:
        The interval with the smallest lower end.
    """
    means = [
        mean_interval(rate * runs.loc[(*cell, rate, 0.0)]["sharpness"].dropna(), level)
        for cell in cells(runs)
    ]
    return min(means, key=lambda found: float(found.low))
