"""By how much curves over widths lie above one another, and how much one network changes along an axis."""

from __future__ import annotations

import pandas as pd


def largest_change(rows: pd.DataFrame, measure: str, along: str) -> float:
    """Say how much one network changes along an axis that should do nothing to it.

    Args:
        rows: of one depth; one row per noise, seed, task and place on the axis.
        measure: column.
        along: the axis, such as "width" for networks without a hidden layer.

    Returns:
        Largest difference between two places within a noise, seed and task, at least 0.

    Example:
        >>> rows = pd.DataFrame({
        ...     "noise": 0.0, "seed": [0, 0, 1, 1], "task": 0, "width": [4, 8] * 2,
        ...     "test_loss": [1.0, 1.5, 9.0, 9.25],
        ... })
        >>> largest_change(rows, "test_loss", "width")
        0.5
    """
    wide = rows.pivot(index=["noise", "seed", "task"], columns=along, values=measure)
    return float((wide.max(axis=1) - wide.min(axis=1)).max())


def least_lift(rows: pd.DataFrame, measure: str, case: str) -> float:
    """Say by how much at least each curve lies above the one before it, at every width.

    Args:
        rows: one row per noise, seed, task, width and case.
        measure: column.
        case: column that names a curve, such as "depth" or "fraction"; at least two values.

    Returns:
        Smallest step from case to case, in their order, of the means over seeds and tasks; negative where a
        curve lies below the one before.

    Raises:
        ValueError: if a curve lacks a width, or there is one curve only.

    Example:
        >>> rows = pd.DataFrame({
        ...     "depth": [1, 1, 2, 2], "noise": 0.0, "seed": 0, "task": 0, "width": [4, 8] * 2,
        ...     "test_loss": [1.0, 0.5, 1.25, 2.0],
        ... })
        >>> least_lift(rows, "test_loss", "depth")
        0.25
    """
    curves = rows.pivot_table(measure, index=["noise", "width"], columns=case)
    if curves.shape[1] < 2 or curves.isna().any(axis=None):
        raise ValueError(f"curves of two or more values of {case} must have the same widths")
    return float(curves.diff(axis=1).iloc[:, 1:].min(axis=None))
