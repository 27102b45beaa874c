"""One fit for all tasks on CIFAR-100: mean errors of its cells, and how far the prediction is off."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from manytasks.studies.features.real_tasks import CELLS, relative_error, typical_error, without_threshold


def mean_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean error of one fit for all tasks in every cell, predicted and measured.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``.

    Returns:
        A row per grouping, samples and ridge: ``predicted``, ``error`` and ``gap``, measured over predicted,
        less 1.

    Example:
        >>> cell = {"grouping": "mixed", "samples": 30, "ridge": 0.0, "together_predicted": 1.0}
        >>> mean_cells(pd.DataFrame([cell | {"together_loss": loss} for loss in (1.0, 1.5)])).gap.tolist()
        [0.25]
    """
    names = {"together_predicted": "predicted", "together_loss": "error"}
    means = table.groupby([*CELLS, "ridge"])[list(names)].mean().rename(columns=names)
    return means.assign(gap=means["error"] / means["predicted"] - 1).reset_index()


def typical_together(table: pd.DataFrame, near: Sequence[int]) -> pd.Series:
    """Return the median size of the error of the prediction over cells, apart from the threshold.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``.
        near: numbers N of samples beside the threshold.

    Returns:
        By seed.

    Example:
        >>> row = {"grouping": "mixed", "seed": 0, "samples": 30, "ridge": 0.0}
        >>> rows = pd.DataFrame([row | {"together_loss": 1.25, "together_predicted": 1.0}])
        >>> typical_together(rows, []).tolist()
        [0.25]
    """
    told = without_threshold(table, near)
    cells = [*CELLS, "ridge"]
    return typical_error(relative_error(told, "together_loss", "together_predicted", cells))
