"""Where a curve over widths peaks, and how high: places from some seeds, heights from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

FITTED = (0.001, 0.1)  # training error of a network that has just learned to fit its samples


@dataclass(frozen=True)
class Peak:
    """A peak at the threshold.

    Attributes:
        place: width at the threshold with the highest value.
        valley: width below it with the lowest value.
        rise: by seed, value at the peak minus that at the valley.
        fall: by seed, value at the peak minus that at the largest width.
    """

    place: int
    valley: int
    rise: pd.Series
    fall: pd.Series


def by_width(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Average over tasks: networks of one seed share their data and count once.

    Args:
        rows: of one method and one noise; one row per seed, width and task.
        measure: column.

    Returns:
        One row per seed, one column per width.

    Raises:
        ValueError: if a seed lacks a width.

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0], "width": [4, 4], "task": [0, 1], "test_loss": [1.0, 2.0]})
        >>> by_width(rows, "test_loss").loc[0, 4]
        np.float64(1.5)
    """
    wide = rows.pivot_table(measure, index="seed", columns="width", aggfunc="mean")
    if wide.isna().any(axis=None):
        raise ValueError(f"{measure}: not every seed was trained at every width")
    return wide


def find_peak(rows: pd.DataFrame, measure: str, choose: Sequence[int]) -> Peak | None:
    """Find the peak where networks have just learned to fit their samples.

    Args:
        rows: of one method and one noise, with ``train_error`` and the measure.
        measure: "test_loss" or "test_error".
        choose: seeds that choose the places; heights are given for all seeds.

    Returns:
        The peak; None if no width has a training error, mean over tasks and choosing seeds, of .001 to .1
        and a smaller width beside it.

    Example:
        >>> rows = pd.DataFrame({
        ...     "seed": 0, "task": 0, "width": [2, 4, 8, 16], "train_error": [0.3, 0.2, 0.02, 0.0],
        ...     "test_loss": [2.0, 1.0, 1.5, 1.2],
        ... })
        >>> peak = find_peak(rows, "test_loss", [0])
        >>> peak.place, peak.valley, peak.rise[0], round(peak.fall[0], 1)
        (8, 4, np.float64(0.5), np.float64(0.3))
    """
    values, trained = (by_width(rows, column) for column in (measure, "train_error"))
    mean, error = (wide.loc[list(choose)].mean() for wide in (values, trained))
    threshold = mean[error.between(*FITTED) & (mean.index > mean.index[0])]
    if threshold.empty:
        return None
    place = threshold.idxmax()
    valley = mean[mean.index < place].idxmin()
    top = values[place]
    return Peak(int(place), int(valley), top - values[valley], top - values[values.columns[-1]])
