"""Where a curve over widths peaks, and how high: places from some seeds, heights from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks.declarations import Declaration

FITTED = (0.001, 0.1)  # training error of a network that has just learned to fit its samples


@dataclass(frozen=True)
class Peak:
    """A peak at the threshold.

    Attributes:
        place: width at the threshold with the highest value.
        valley: width below it with the lowest value.
        rise: by seed, value at the peak minus that at the valley.
        fall: by seed, value at the peak minus that at the largest width; None where the peak stands at the
            largest width, so that nothing beyond it was measured.
    """

    place: int
    valley: int
    rise: pd.Series
    fall: pd.Series | None


def sides(*peaks: Peak | None) -> list[pd.Series] | None:
    """List what must be positive where curves peak: their rises and their falls.

    Args:
        *peaks: one for each curve.

    Returns:
        Two series for each, by seed; None if a peak has no place, or nothing was measured beyond it.

    Example:
        >>> found = Peak(8, 4, pd.Series([0.5]), pd.Series([0.25]))
        >>> [each.tolist() for each in sides(found)], sides(found, None)
        ([[0.5], [0.25]], None)
    """
    found = [side for one in peaks for side in ((one.rise, one.fall) if one else (None,))]
    there = [side for side in found if side is not None]
    return there if len(there) == len(found) else None


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
    top, widest = values[place], values.columns[-1]
    fall = top - values[widest] if place < widest else None
    return Peak(int(place), int(valley), top - values[valley], fall)


def declared_peaks(table: pd.DataFrame, entry: Declaration) -> list[Peak | None]:
    """Find the peaks that a declaration speaks of, each at places of its own.

    Args:
        table: of the declaration's sweep.
        entry: with one value for each column of its rows, or two for one of them.

    Returns:
        The peak; or two, of the first value and of the second. None for one without a place.

    Raises:
        ValueError: if the declaration compares more than two.

    Example:
        >>> from manytasks.declarations import declarations
        >>> entry = declarations()["A.F2, CIFAR-100, peak in loss, clean labels"]
        >>> rows = pd.DataFrame({
        ...     "noise": 0.0, "seed": [0, 0, 1, 1], "task": 0, "width": [4, 8, 4, 8],
        ...     "train_error": [0.3, 0.02, 0.3, 0.02], "test_loss": [1.0, 1.5, 1.0, 1.25],
        ... })
        >>> [found.rise.tolist() for found in declared_peaks(rows, entry)]
        [[0.5, 0.25]]
    """
    compared = [(name, value) for name, values in entry.rows.items() if len(values) > 1 for value in values]
    if len(compared) not in (0, 2):
        raise ValueError(f"{entry}: one peak or two can be compared; its rows have {entry.rows}")
    table = table[table[list(entry.rows)].isin(entry.rows).all(axis=1)]
    parts = [table[table[name] == value] for name, value in compared] or [table]
    return [find_peak(rows, f"test_{entry.measure}", entry.choose) for rows in parts]


def peak_of_each(
    table: pd.DataFrame, cases: Sequence[str], measure: str, choose: Sequence[int]
) -> pd.DataFrame:
    """Find the peak of every curve, as ``find_peak`` does.

    Args:
        table: one row per case, seed, width and task, with ``train_error`` and the measure.
        cases: columns that name a curve.
        measure: "test_loss" or "test_error".
        choose: seeds that choose the places.

    Returns:
        By case: ``place`` and ``valley``, widths, and the means of ``rise`` and ``fall`` over the other
        seeds; nan where there is no place, or nothing beyond it.

    Example:
        >>> rows = pd.DataFrame({
        ...     "noise": 0.0, "seed": [0, 0, 1, 1], "task": 0, "width": [4, 8, 4, 8],
        ...     "train_error": [0.3, 0.02, 0.3, 0.02], "test_loss": [1.0, 1.5, 1.0, 1.25],
        ... })
        >>> peak_of_each(rows, ["noise"], "test_loss", [0]).loc[0.0].tolist()
        [8.0, 4.0, 0.25, nan]
    """
    found = {}
    for case, rows in table.groupby(list(cases)):
        one = find_peak(rows, measure, choose)
        found[case] = (
            {}
            if one is None
            else {
                "place": one.place,
                "valley": one.valley,
                "rise": one.rise.drop(list(choose)).mean(),
                "fall": np.nan if one.fall is None else one.fall.drop(list(choose)).mean(),
            }
        )
    index = pd.MultiIndex.from_tuples(list(found), names=list(cases))
    one_level = index.get_level_values(0) if len(cases) == 1 else index
    columns = ["place", "valley", "rise", "fall"]
    return pd.DataFrame(list(found.values()), index=one_level, columns=columns, dtype=float)


def raised(low: Peak | None, high: Peak | None) -> pd.Series | None:
    """Say how much more the second peak rises than the first.

    Args:
        low: first peak.
        high: second peak, of the same seeds.

    Returns:
        Rise minus rise, by seed; None if one of the peaks has no place.

    Example:
        >>> low, high = (Peak(8, 4, pd.Series([rise]), pd.Series([rise])) for rise in (0.25, 0.75))
        >>> raised(low, high).tolist(), raised(None, high)
        ([0.5], None)
    """
    return None if low is None or high is None else high.rise - low.rise


def near_the_top(
    rows: pd.DataFrame, measure: str, case: str, choose: Sequence[int]
) -> tuple[int, pd.DataFrame]:
    """Compare curves at one width: the inner one at which the curve of the last case is highest.

    Args:
        rows: of one method and one noise; one row per case, seed, task and width.
        measure: column.
        case: column that names a curve, such as "depth".
        choose: seeds that choose the width.

    Returns:
        The width, and the values there, mean over tasks: one row per seed, one column per case.

    Example:
        >>> rows = pd.DataFrame({
        ...     "depth": [1] * 3 + [2] * 3, "seed": 0, "task": 0, "width": [2, 4, 8] * 2,
        ...     "test_loss": [1.0, 0.75, 0.5, 1.0, 2.25, 0.0],
        ... })
        >>> width, values = near_the_top(rows, "test_loss", "depth", [0])
        >>> width, values.to_numpy()
        (4, array([[0.75, 2.25]]))
    """
    curves = {value: by_width(each, measure) for value, each in rows.groupby(case)}
    width = curves[max(curves)].loc[list(choose)].mean().iloc[1:-1].idxmax()
    return int(width), pd.DataFrame({value: each[width] for value, each in curves.items()})
