"""Where networks come to fit their samples: in parameters per sample, or between two widths of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks.studies.networks.peaks import FITTED, by_width, peak_of_each


@dataclass(frozen=True)
class Gap:
    """Two neighbouring widths between which the threshold lies: no width of the grid stands at it.

    Attributes:
        below: largest width that leaves more unfitted than a network at the threshold.
        above: the next width, which leaves less.
        unfitted_below: training error at the first, in [0, 1].
        unfitted_above: at the second.
    """

    below: int
    above: int
    unfitted_below: float
    unfitted_above: float


def fitting_gap(rows: pd.DataFrame, choose: Sequence[int]) -> Gap:
    """Find the widths between which networks come to fit, where the grid has none at the threshold.

    Args:
        rows: of one method and one noise; one row per seed, task and width, with ``train_error``.
        choose: seeds whose mean training error counts, as in ``find_peak``.

    Returns:
        The last width with a training error above 10 % and the first with one below 0.1 %.

    Raises:
        ValueError: if a width stands at the threshold, or all widths stand on one side of it, or the training
            error comes back above 10 % after it.

    Example:
        >>> rows = pd.DataFrame({
        ...     "seed": 0, "task": 0, "width": [2, 4, 8, 16], "train_error": [0.5, 0.25, 0.0005, 0.0],
        ... })
        >>> fitting_gap(rows, [0])
        Gap(below=4, above=8, unfitted_below=0.25, unfitted_above=0.0005)
    """
    unfitted = by_width(rows, "train_error").loc[list(choose)].mean()
    least, most = FITTED
    above = np.flatnonzero(unfitted < least)
    if not len(above) or not above[0] or not (unfitted.iloc[: above[0]] > most).all():
        raise ValueError("the grid has a width at the threshold, or lies on one side of it")
    if (unfitted.iloc[above[0] :] > most).any():
        raise ValueError("the training error comes back after the threshold")
    low, high = unfitted.iloc[above[0] - 1], unfitted.iloc[above[0]]
    widths = unfitted.index
    return Gap(int(widths[above[0] - 1]), int(widths[above[0]]), float(low), float(high))


def losses_per_sample(table: pd.DataFrame, measure: str, samples: int) -> pd.DataFrame:
    """Lay curves over widths on an axis of parameters per training sample.

    Args:
        table: of one method; one row per noise, seed, task and width, with ``parameters`` and the measure.
        measure: column.
        samples: that one network is trained on, at least 1.

    Returns:
        Means over seeds and tasks: one row per width, indexed by parameters per sample, one column per noise.

    Raises:
        ValueError: if networks of one width differ in size.

    Example:
        >>> rows = pd.DataFrame({
        ...     "noise": 0.0, "seed": [0, 0, 1, 1], "task": 0, "width": [4, 8, 4, 8],
        ...     "parameters": [50, 200, 50, 200], "test_loss": [1.0, 1.5, 2.0, 2.5],
        ... })
        >>> losses_per_sample(rows, "test_loss", 100)[0.0].to_dict()
        {0.5: 1.5, 2.0: 2.0}
    """
    curves = {noise: by_width(rows, measure).mean() for noise, rows in table.groupby("noise")}
    return pd.DataFrame(curves).set_axis(_per_sample(table, samples).rename("ratio"), axis=0)


def peaks_per_sample(table: pd.DataFrame, measure: str, samples: int, choose: Sequence[int]) -> pd.DataFrame:
    """Find the peak of every noise, as ``peak_of_each`` does, and how many parameters a sample has there.

    Args:
        table: of one method; one row per noise, seed, task and width, with ``parameters``, ``train_error``
            and the measure.
        measure: column.
        samples: that one network is trained on, at least 1.
        choose: seeds that choose the places.

    Returns:
        By noise: what ``peak_of_each`` gives, and ``ratio``, nan where there is no place.

    Raises:
        ValueError: if networks of one width differ in size.

    Example:
        >>> rows = pd.DataFrame({
        ...     "noise": 0.0, "seed": [0, 0, 1, 1], "task": 0, "width": [4, 8, 4, 8],
        ...     "parameters": [50, 200, 50, 200], "train_error": [0.3, 0.02, 0.3, 0.02],
        ...     "test_loss": [1.0, 1.5, 1.0, 1.25],
        ... })
        >>> peaks_per_sample(rows, "test_loss", 100, [0])[["place", "rise", "ratio"]].loc[0.0].tolist()
        [8.0, 0.25, 2.0]
    """
    found = peak_of_each(table, ["noise"], measure, choose)
    return found.assign(ratio=_per_sample(table, samples).reindex(found["place"]).to_numpy())


def _per_sample(table: pd.DataFrame, samples: int) -> pd.Series:
    sizes = table.groupby("width")["parameters"]
    if (sizes.nunique() > 1).any():
        raise ValueError("networks of one width differ in their number of parameters")
    return sizes.first() / samples
