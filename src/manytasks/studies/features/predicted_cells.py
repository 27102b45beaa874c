"""Cells of the tables of real tasks beside their predictions: curves, the worst, gains, best ridges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from manytasks.studies.features.real_tasks import CELLS


class Curve(NamedTuple):
    """One curve, measured and predicted."""

    drawn: pd.DataFrame
    """One row a seed, one column a place: what was measured."""
    said: pd.Series
    """By place: what was predicted, mean over seeds."""


def curve(rows: pd.DataFrame, x: str, measured: str, predicted: str) -> Curve:
    """Shape a measured and a predicted column into a curve.

    Args:
        rows: one row per seed and place.
        x: column of the places.
        measured: column.
        predicted: column.

    Returns:
        Both by place.

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 1], "n": [8, 8], "got": [1.0, 2.0], "said": [1.5, 2.5]})
        >>> found = curve(rows, "n", "got", "said")
        >>> found.drawn[8].tolist(), found.said.to_dict()
        ([1.0, 2.0], {8: 2.0})
    """
    drawn, said = (rows.pivot(index="seed", columns=x, values=name) for name in (measured, predicted))
    return Curve(drawn, said.mean())


def curves(
    rows: pd.DataFrame, by: str, values: Sequence[float], x: str, measured: str, predicted: str
) -> dict[float, Curve]:
    """Shape a measured and a predicted column into one curve for each value of another column.

    Args:
        rows: one row per seed, value and place.
        by: column.
        values: of it that are wanted, in this order.
        x: column of the places.
        measured: column.
        predicted: column.

    Returns:
        By value.

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0], "n": [8, 8], "ridge": [0, 1], "got": [1, 2], "said": [3, 4]})
        >>> found = curves(rows, "ridge", [1, 0], "n", "got", "said")
        >>> {ridge: float(each.said[8]) for ridge, each in found.items()}
        {1: 4.0, 0: 3.0}
    """
    return {value: curve(rows[rows[by] == value], x, measured, predicted) for value in values}


class Worst(NamedTuple):
    """Where a prediction errs most, in the mean over seeds."""

    size: float
    """Relative error of that cell, without its sign."""
    samples: int
    """Its N."""
    ridge: float
    """Its λ."""
    bias: float
    """Mean relative error of all cells, with its sign."""


def worst(errors: pd.DataFrame, beside: Iterable[int]) -> Worst:
    """Find the cell whose prediction errs most; those without ridge beside the threshold do not count.

    Args:
        errors: relative errors, one row a seed, one column a cell (grouping, samples, ridge).
        beside: numbers N of samples that lie beside the threshold.

    Returns:
        The cell and the mean of all.

    Example:
        >>> cells = pd.MultiIndex.from_tuples([("mixed", 30, 0.0), ("mixed", 60, 0.0), ("mixed", 60, 1.0)])
        >>> worst(pd.DataFrame([[0.125, 9.0, -0.25], [0.125, 9.0, -0.5]], columns=cells), beside=[60])
        Worst(size=0.375, samples=60, ridge=1.0, bias=-0.125)
    """
    means = errors.mean()
    samples, ridge = (means.index.get_level_values(level) for level in (1, 2))
    kept = means[~(samples.isin(list(beside)) & (ridge == 0))]
    _, N, strength = kept.abs().idxmax()
    return Worst(float(kept.abs().max()), int(N), float(strength), float(kept.mean()))


def clear_gains(moved: pd.DataFrame, least: float) -> pd.DataFrame:
    """Count the cells in which tasks gain by learning together, where a clear transfer is predicted.

    Args:
        moved: what ``real_tasks.transfers`` returned.
        least: size of the predicted transfer, mean over seeds, that a cell must exceed to count.

    Returns:
        By grouping, ``gain`` and ``clear``: cells with a measured gain, and cells that count.

    Example:
        >>> cell = {"grouping": "mixed", "samples": 30}
        >>> cells = ((0.0, 0.2), (1.0, -0.1))
        >>> rows = [cell | {"ridge": r, "measured": m, "predicted": 0.1} for r, m in cells]
        >>> clear_gains(pd.DataFrame(rows), 0.02).loc["mixed"].to_dict()
        {'gain': 1, 'clear': 2}
    """
    means = moved.groupby([*CELLS, "ridge"])[["measured", "predicted"]].mean()
    counted = means[means["predicted"].abs() > least]
    gains = (counted["measured"] > 0).groupby("grouping").agg(["sum", "size"])
    return gains.rename(columns={"sum": "gain", "size": "clear"})


def same_best_ridge(table: pd.DataFrame) -> pd.Series:
    """Say where the ridge with the lowest predicted error is the one with the lowest measured error.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``.

    Returns:
        True or false by grouping and samples; errors are means over seeds.

    Example:
        >>> table = pd.DataFrame({"grouping": "mixed", "samples": 30, "ridge": [1.0, 10.0],
        ...     "together_loss": [0.5, 0.6], "together_predicted": [0.7, 0.65]})
        >>> same_best_ridge(table).tolist()
        [False]
    """
    means = table.groupby([*CELLS, "ridge"])[["together_loss", "together_predicted"]].mean()
    measured, predicted = (means[name].groupby(CELLS).idxmin().map(lambda cell: cell[2]) for name in means)
    return measured == predicted
