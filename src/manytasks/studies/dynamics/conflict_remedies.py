"""Remedies against conflict in a committed sweep: log losses against those of plain descent, seed by seed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import pandas as pd

from manytasks.statistics import Interval

Cell: TypeAlias = tuple[int, float]  # number of tasks; fraction of the pixels that each permutes

PLAIN = ("sum", 0.0)  # method and penalty in the table
METHODS = {
    "PCGrad": ("PCGrad", 0.0),
    "UPGrad": ("UPGrad", 0.0),
    "CAGrad": ("CAGrad", 0.0),
    "PCGrad, kept length": ("PCGrad, kept length", 0.0),
    "CAGrad, kept length": ("CAGrad, kept length", 0.0),
    "λ = −5h/2": ("penalty", -5.0),
    "λ = −h/2": ("penalty", -1.0),
    "λ = +h/2": ("penalty", 1.0),
    "λ = +5h/2": ("penalty", 5.0),
    "in order": ("in order", 0.0),
    "random order": ("random order", 0.0),
    "palindromic order": ("palindromic order", 0.0),
}
MEASURES = ("train_loss", "test_loss")


def cells(table: pd.DataFrame) -> list[Cell]:
    """Return the settings of the sweep.

    Args:
        table: of the sweep conflict-remedies.

    Returns:
        Number of tasks and fraction, in order.

    Example:
        >>> cells(pd.DataFrame({"tasks": [4, 2, 4], "fraction": [0.0, 1.0, 0.0]}))
        [(2, 1.0), (4, 0.0)]
    """
    return sorted(set(zip(table["tasks"], table["fraction"], strict=True)))


def log_changes(table: pd.DataFrame, names: Iterable[str] = METHODS) -> pd.DataFrame:
    """Compare methods with plain descent on the sum after the last round.

    Args:
        table: of the sweep conflict-remedies; one row per task, seed, method, step and setting.
        names: keys of ``METHODS``.

    Returns:
        One row per seed; columns (measure, method, tasks, fraction): the logarithm of the mean loss over that
        of plain descent with the same seed.

    Raises:
        KeyError: if a method is not in the table.

    Example:
        >>> rows = pd.DataFrame({"tasks": 2, "fraction": 0.0, "step": 9, "seed": [0, 0], "penalty": 0.0,
        ...     "method": ["sum", "PCGrad"], "train_loss": [2.0, 1.0], "test_loss": [1.0, 1.0]})
        >>> log_changes(rows, ["PCGrad"]).round(3).iloc[0].tolist()
        [-0.693, 0.0]
    """
    last = table[table["step"] == table["step"].max()]
    keys = ["tasks", "fraction", "method", "penalty", "seed"]
    means = last.groupby(keys)[list(MEASURES)].mean()
    found = {}
    for measure in MEASURES:
        for name in names:
            for cell in cells(last):
                one, base = (means.loc[(*cell, *which)][measure] for which in (METHODS[name], PLAIN))
                found[(measure, name, *cell)] = np.log(one / base)
    return pd.DataFrame(found)


def worth_as_rate(table: pd.DataFrame, gains: dict[Cell, float]) -> dict[Cell, float]:
    """Say which larger rate of plain descent would gain as much, read off its own curve.

    Args:
        table: of the sweep conflict-remedies; a rate larger by a factor is taken for as many more rounds.
        gains: by setting, change of the logarithm of the training loss.

    Returns:
        By setting, the relative increase of the rate; below zero for a loss that grew.

    Example:
        >>> rows = pd.DataFrame({"tasks": 2, "fraction": 0.0, "step": [50, 100], "method": "sum"})
        >>> found = worth_as_rate(rows.assign(train_loss=[2.0, 1.0]), {(2, 0.0): -0.01})
        >>> round(found[2, 0.0], 4)  # the loss falls as one over the rounds
        0.0101
    """
    curve = (
        table[table["method"] == PLAIN[0]]
        .groupby(["tasks", "fraction", "step"])["train_loss"]
        .apply(lambda losses: np.log(losses).mean())
        .unstack("step")
    )
    before, after = curve.columns[[-2, -1]]
    slope = (curve[after] - curve[before]) / np.log(after / before)
    return {cell: float(np.expm1(gain / slope.loc[cell])) for cell, gain in gains.items()}


def gain_words(change: Interval, margin: float) -> str:
    """Say what an interval of a change excludes, whichever it is.

    Args:
        change: of the logarithm of a loss; a gain is below 0.
        margin: the smallest gain that counts, above 0.

    Returns:
        What is sure of a gain, to stand behind "there".

    Raises:
        ValueError: if the margin is not above 0.

    Example:
        >>> gain_words(Interval(-0.001, -0.004, 0.002), margin=0.01)
        'a gain of 1% is excluded'
    """
    if not margin > 0:
        raise ValueError(f"margin must be above 0; got {margin}")
    size = f"{margin:.0%}"
    if change.high < -margin:
        return f"a gain of more than {size} is sure"
    if change.high < 0:
        return f"a gain is sure, and {'less' if change.low > -margin else 'perhaps more'} than {size}"
    if change.low > -margin:
        return f"a gain of {size} is excluded"
    return f"neither no gain nor a gain of {size} is excluded"
