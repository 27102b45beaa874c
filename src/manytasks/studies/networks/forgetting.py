"""What networks that learn tasks in turn know and forget: a row for each, and how rows move along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd

from manytasks import theory

MEASURES = ("loss", "error")
Values = TypeVar("Values", pd.Series, pd.DataFrame)


def by_learner(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Read every learner's error matrix: what it has forgotten, and what it knows at the end.

    Args:
        rows: a sweep over sequences of T >= 2 tasks; one row per learner, task and time, with ``test_loss``,
            ``test_error`` and ``train_error``. Rows of tasks not yet learned may be missing.
        keys: columns that name a learner, the seed among them.

    Returns:
        One row per learner. ``forgotten_loss``, ``forgotten_error`` (share of wrong answers): forgetting of
        all tasks but the last. ``final_loss``, ``final_error``: mean over tasks after the last one.
        ``learned_error``: test error on each task right after it, mean over all but the last; ``unfitted``:
        its training error then, mean over all.

    Raises:
        ValueError: if a learner lacks a task or a time.

    Example:
        >>> rows = pd.DataFrame({
        ...     "seed": 0, "after": [0, 1, 1], "task": [0, 0, 1], "test_loss": [1.0, 3.0, 2.0],
        ...     "test_error": [0.2, 0.5, 0.3], "train_error": [0.0, 0.4, 0.1],
        ... })
        >>> found = by_learner(rows, ["seed"]).loc[0]
        >>> found.round(2).to_dict()  # doctest: +NORMALIZE_WHITESPACE
        {'forgotten_loss': 2.0, 'final_loss': 2.5, 'forgotten_error': 0.3, 'final_error': 0.4,
         'learned_error': 0.2, 'unfitted': 0.05}
    """
    names, count = list(keys), int(rows["task"].max()) + 1
    diagonal = rows[rows["after"] == rows["task"]]
    learned = diagonal.groupby(names)
    last = rows[rows["after"] == count - 1].groupby(names)
    if len(diagonal) != count * learned.ngroups or (last.size() != count).any():
        raise ValueError(f"a learner of {', '.join(names)} lacks one of {count} tasks, or comes twice")
    earlier = diagonal["task"] < count - 1
    found = {}
    for measure in MEASURES:
        matrices = rows.pivot(index=[*names, "after"], columns="task", values=f"test_{measure}")
        index = matrices.index.droplevel("after").unique()
        square = matrices.to_numpy().reshape(len(index), count, count)
        found[f"forgotten_{measure}"] = pd.Series(theory.forgetting(square), index=index)
        found[f"final_{measure}"] = last[f"test_{measure}"].mean()
    found["learned_error"] = diagonal[earlier].groupby(names)["test_error"].mean()
    found["unfitted"] = learned["train_error"].mean()
    return pd.DataFrame(found)


def change(values: Values, axis: str, start: float, end: float) -> Values:
    """Subtract what was measured at one place of an axis from what was measured at another.

    Args:
        values: one measure or several, indexed by the axis and whatever else names a learner.
        axis: level of the index, such as "width".
        start: a place on it.
        end: another.

    Returns:
        Value at the end minus that at the start, for all that is left of the index.

    Example:
        >>> index = pd.MultiIndex.from_product([[8, 256], [0, 1]], names=["width", "seed"])
        >>> change(pd.Series([3.0, 4.0, 1.0, 1.5], index), "width", 8, 256).to_dict()
        {0: -2.0, 1: -2.5}
    """
    return values.xs(end, level=axis) - values.xs(start, level=axis)


def saved(forgotten: pd.Series, memory: int, share: bool = False) -> pd.Series:
    """Return what a buffer saves: forgetting without one minus with it.

    Args:
        forgotten: indexed by ``memory`` (0 included) and whatever else names a learner.
        memory: samples a class that the buffer keeps.
        share: whether to divide by the forgetting without a buffer, learner by learner.

    Returns:
        Indexed as before, without ``memory``.

    Example:
        >>> index = pd.MultiIndex.from_product([[0, 15], [0, 1]], names=["memory", "seed"])
        >>> forgotten = pd.Series([4.0, 2.0, 1.0, 1.0], index)
        >>> saved(forgotten, 15).to_dict(), saved(forgotten, 15, share=True).to_dict()
        ({0: 3.0, 1: 1.0}, {0: 0.75, 1: 0.5})
    """
    less = change(forgotten, "memory", memory, 0)
    return less / forgotten.xs(0, level="memory") if share else less


def savings(forgotten: pd.Series, memories: Sequence[int]) -> pd.DataFrame:
    """Lay what buffers save beside the share that they save, as a tidy table.

    Args:
        forgotten: indexed by ``memory`` (0 included) and whatever else names a learner.
        memories: samples a class that the buffers keep.

    Returns:
        One row per kind ("loss" or "share"), buffer and learner, with the column "saved" of ``saved``.

    Example:
        >>> index = pd.MultiIndex.from_product([[0, 15], [0, 1]], names=["memory", "seed"])
        >>> savings(pd.Series([4.0, 2.0, 1.0, 1.0], index), [15]).to_dict("list")
        {'kind': ['loss', 'loss', 'share', 'share'], 'memory': [15, 15, 15, 15], 'seed': [0, 1, 0, 1],
         'saved': [3.0, 1.0, 0.75, 0.5]}
    """
    parts = {
        (kind, memory): saved(forgotten, memory, kind == "share")
        for kind in ("loss", "share")
        for memory in memories
    }
    return pd.concat(parts, names=["kind", "memory"]).rename("saved").reset_index()
