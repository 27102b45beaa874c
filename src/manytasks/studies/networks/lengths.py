"""What the length of training does to networks: first forgetting, dips, the peak over width, the best end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

NETWORK = ["width", "fraction", "noise", "seed"]


def risen(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return how far a measure has risen since the start, network by network.

    Args:
        rows: one learned task and anchor of the sweep.
        measure: column.

    Returns:
        A row for each network (width, fraction, noise, seed), a column for each time.
    """
    table = rows.pivot(index=NETWORK, columns="time", values=measure)
    return table.sub(table[0.0], axis=0)


def power(rise: pd.DataFrame, early: float, late: float) -> pd.Series | None:
    """Return the power of time with which something rises between two times.

    Args:
        rise: of ``risen``.
        early: a positive time.
        late: a later one.

    Returns:
        Power by seed, mean over all other networks; None if something does not rise.

    Example:
        >>> index = pd.MultiIndex.from_tuples([(4, 1.0, 0.0, 7)], names=NETWORK)
        >>> power(pd.DataFrame({0.5: [1.0], 1.0: [4.0]}, index), 0.5, 1.0).to_dict()
        {7: 2.0}
    """
    if (rise[[early, late]] <= 0).any(axis=None):
        return None
    powers = np.log(rise[late] / rise[early]) / np.log(late / early)
    return powers.groupby("seed").mean()


def foretold(rows: pd.DataFrame) -> pd.Series:
    """Say in how many networks the test loss of task 1 dips exactly where the gradients say so.

    Args:
        rows: task 2 learned from the end of task 1.

    Returns:
        Share by seed.
    """
    dips = risen(rows, "test_1").min(axis=1) < 0
    first = rows[rows["time"] == 0].set_index(NETWORK)["inner_test"] > 0
    return (dips == first.reindex(dips.index)).groupby("seed").mean()


def peak_and_valley(values: pd.DataFrame, places: Sequence[int], choose: Sequence[int]) -> tuple[int, int]:
    """Find where a measure is highest, and the best place below.

    Args:
        values: a row for each seed, a column for each width.
        places: widths that may be the peak; the smallest width is not one.
        choose: seeds that choose.

    Returns:
        Width of the peak and of the valley.

    Example:
        >>> peak_and_valley(pd.DataFrame({4: [1.0], 8: [2.0], 16: [3.0], 64: [9.0]}), [8, 16], [0])
        (16, 4)
    """
    means = values.loc[list(choose)].mean()
    peak = int(means[list(places)].idxmax())
    return peak, int(means[means.index < peak].idxmin())


class LatePeak(NamedTuple):
    """A peak over widths that an early time may not have."""

    peak: int
    """Width at which the late curve is highest."""
    valley: int
    """Width below it at which the late curve is lowest."""
    rise: pd.Series
    """By seed, late value at the peak minus that at the valley."""
    gain: pd.Series
    """By seed, that rise minus the early one between the same widths."""
    late: pd.DataFrame
    """The late curve: a row for each seed, a column for each width."""


def late_peak(
    rows: pd.DataFrame, measure: str, times: tuple[float, float], places: Sequence[int], choose: Sequence[int]
) -> LatePeak:
    """Ask whether a curve over widths has its peak only after a long training.

    Args:
        rows: one learned task, anchor and noise.
        measure: column.
        times: an early and a late one.
        places: widths that may be the peak; the smallest width is not one.
        choose: seeds that choose peak and valley; differences are given for all seeds.

    Returns:
        Places, rises and the late curve.

    Example:
        >>> rows = pd.DataFrame({"seed": 0, "time": [4.0] * 3 + [64.0] * 3, "width": [4, 8, 16] * 2,
        ...     "test_1": [1.0, 0.5, 0.5, 1.0, 1.25, 0.75]})
        >>> found = late_peak(rows, "test_1", (4.0, 64.0), [8, 16], [0])
        >>> found.peak, found.valley, found.rise.tolist(), found.gain.tolist()
        (8, 4, [0.25], [0.75])
    """
    early, late = (rows[rows["time"] == time].pivot_table(measure, "seed", "width") for time in times)
    peak, valley = peak_and_valley(late, places, choose)
    rise = late[peak] - late[valley]
    return LatePeak(peak, valley, rise, rise - (early[peak] - early[valley]), late)


def best_time(rows: pd.DataFrame, measure: str) -> pd.Series:
    """Return the binary logarithm of the time with the lowest value.

    Args:
        rows: one learned task and anchor.
        measure: column.

    Returns:
        Logarithm by width, fraction, noise and seed; time 0 does not count.
    """
    table = rows[rows["time"] > 0].pivot(index=NETWORK, columns="time", values=measure)
    return np.log2(table.idxmin(axis=1))
