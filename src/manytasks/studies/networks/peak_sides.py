"""What must be positive where several curves peak, and what each measures at its peak."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from manytasks.declarations import Declaration
from manytasks.studies.networks.peaks import by_width, find_peak, near_the_top, sides


def sides_of_curves(
    rows: pd.DataFrame, case: str, measure: str, choose: Sequence[int]
) -> list[pd.Series] | None:
    """Gather rises and falls of curves that must all peak.

    Args:
        rows: one row per case, seed, task and width, with ``train_error`` and the measure.
        case: column that names a curve, such as "noise".
        measure: "test_loss" or "test_error".
        choose: seeds that choose the places.

    Returns:
        Two series for each curve, by seed, as ``sides`` gives them; None if a curve has no place, or nothing
        was measured beyond it.

    Example:
        >>> rows = pd.DataFrame({
        ...     "noise": 0.2, "seed": 0, "task": 0, "width": [2, 4, 8, 16],
        ...     "train_error": [0.3, 0.2, 0.02, 0.0], "test_loss": [2.0, 1.0, 1.5, 1.25],
        ... })
        >>> [side.tolist() for side in sides_of_curves(rows, "noise", "test_loss", [0])]
        [[0.5], [0.25]]
    """
    return sides(*(find_peak(each, measure, choose) for _, each in rows.groupby(case)))


def values_at_peaks(table: pd.DataFrame, entry: Declaration, case: str) -> dict[float, pd.Series]:
    """Measure each curve of a declaration at its own peak.

    Args:
        table: of the declaration's sweep; one row per seed, task and width of a curve.
        entry: with one value for each column of its rows but the case.
        case: column that names a curve, such as "fraction".

    Returns:
        Value of the declared measure at the peak, by case and seed, mean over tasks.

    Raises:
        ValueError: if a curve has no peak.

    Example:
        >>> from manytasks.declarations import declarations
        >>> entry = declarations()["A.F2, CIFAR-100, peak in loss, clean labels"]
        >>> rows = pd.DataFrame({
        ...     "noise": 0.0, "seed": [0, 0, 1, 1], "task": 0, "width": [4, 8, 4, 8],
        ...     "train_error": [0.3, 0.02, 0.3, 0.02], "test_loss": [1.0, 1.5, 1.0, 1.25],
        ... })
        >>> values_at_peaks(rows, entry, "noise")[0.0].tolist()
        [1.5, 1.25]
    """
    table = table[table[list(entry.rows)].isin(entry.rows).all(axis=1)]
    measure, found = f"test_{entry.measure}", {}
    for value, rows in table.groupby(case):
        peak = find_peak(rows, measure, entry.choose)
        if peak is None:
            raise ValueError(f"{entry}: the curve of {case} = {value} has no peak")
        found[float(value)] = by_width(rows, measure)[peak.place]
    return found


def lifts_near_the_top(
    table: pd.DataFrame, measure: str, case: str, values: tuple[int, int], choose: Sequence[int]
) -> dict[str, pd.Series]:
    """Say by how much the last curve lies above another at the width where it is highest.

    Args:
        table: one row per method, case, seed, task and width.
        measure: column.
        case: column that names a curve, such as "depth".
        values: the other case, and the last.
        choose: seeds that choose the width.

    Returns:
        By method, the difference by seed, mean over tasks.

    Example:
        >>> rows = pd.DataFrame({
        ...     "method": "alone", "depth": [1] * 3 + [2] * 3, "seed": 0, "task": 0, "width": [2, 4, 8] * 2,
        ...     "test_loss": [1.0, 0.75, 0.5, 1.0, 2.25, 0.0],
        ... })
        >>> lifts_near_the_top(rows, "test_loss", "depth", (1, 2), [0])["alone"].tolist()
        [1.5]
    """
    low, high = values
    curves = {
        str(method): near_the_top(rows, measure, case, choose)[1] for method, rows in table.groupby("method")
    }
    return {method: at[high] - at[low] for method, at in curves.items()}
