"""What tasks gain from one network, as it was declared: by seed, mean over tasks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def transfer(rows: pd.DataFrame, measure: str, width: int, own_width: int | None = None) -> pd.Series:
    """Return the error of the tasks' own networks minus that of the common one, on the same samples.

    Args:
        rows: of one noise; one row per seed, method, width and task.
        measure: "test_loss" or "test_error".
        width: of the common network.
        own_width: of the tasks' own networks; the same if left out.

    Returns:
        By seed, mean over tasks; positive where the common network is better.

    Raises:
        ValueError: if a seed or task lacks one of the two networks.

    Example:
        >>> rows = pd.DataFrame({
        ...     "seed": 0, "task": [0, 0], "width": 8, "method": ["single-task", "multi-task"],
        ...     "test_error": [0.5, 0.4],
        ... })
        >>> transfer(rows, "test_error", 8).round(2).to_dict()
        {0: 0.1}
    """
    own, common = (
        rows[(rows["method"] == method) & (rows["width"] == size)].set_index(["seed", "task"])[measure]
        for method, size in (("single-task", own_width or width), ("multi-task", width))
    )
    if own.empty or not own.index.sort_values().equals(common.index.sort_values()):
        raise ValueError(
            f"{measure}: width {width} needs the own and the common network of each seed and task"
        )
    return (own - common).groupby("seed").mean()


def transfers(rows: pd.DataFrame, measures: Sequence[str], by: str) -> pd.DataFrame:
    """Return the transfer of every width and every value of a column, as a tidy table.

    Args:
        rows: of one noise; one row per seed, method, width, task and value of the column.
        measures: among "test_loss" and "test_error".
        by: column, such as "fraction".

    Returns:
        One row per seed, width, value and measure, with the column "transfer" of ``transfer``.

    Example:
        >>> rows = pd.DataFrame({
        ...     "seed": 0, "task": [0, 0], "width": 8, "method": ["single-task", "multi-task"],
        ...     "fraction": 0.5, "test_error": [0.5, 0.4],
        ... })
        >>> transfers(rows, ["test_error"], "fraction").round(2).to_dict("records")
        [{'seed': 0, 'fraction': 0.5, 'width': 8, 'measure': 'test_error', 'transfer': 0.1}]
    """
    parts = [
        transfer(group, measure, width)
        .rename("transfer")
        .reset_index()
        .assign(**{by: value, "width": width, "measure": measure})
        for measure in measures
        for (value, width), group in rows.groupby([by, "width"])
    ]
    return pd.concat(parts, ignore_index=True)[["seed", by, "width", "measure", "transfer"]]


def slope_by_seed(values: pd.DataFrame) -> pd.Series:
    """Fit a straight line to every seed by least squares.

    Args:
        values: one row per seed, one column per place.

    Returns:
        Slopes by seed.

    Example:
        >>> slope_by_seed(pd.DataFrame([[1.0, 0.5, 0.0]], columns=[0.0, 0.5, 1.0])).round(2).to_dict()
        {0: -1.0}
    """
    places = np.asarray(values.columns, dtype=float)
    centred = places - places.mean()
    return values @ pd.Series(centred, index=values.columns) / np.square(centred).sum()
