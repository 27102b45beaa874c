"""Learners along lines of constant bytes: what each division ends at, and what it loses against the best."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manytasks.studies.networks.forgetting import by_learner

LINE = ["stream", "stored", "budget"]


class Lines(NamedTuple):
    """What a table of divisions says; a line is a stream, a way to store samples and a budget."""

    learners: pd.DataFrame
    """One row per line, share and seed: what was forgotten and what is known at the end."""
    error: pd.DataFrame
    """Test error at the end: one row per line and seed, one column per share."""
    mean: pd.DataFrame
    """The same, mean over seeds."""
    own: pd.Series
    """The share that is best on a seed, by line and seed."""
    lost: pd.DataFrame
    """Mean error above that of the best share of the line."""


def read_lines(rows: pd.DataFrame) -> Lines:
    """Read a table of the sweep ``replay-budget``, or of several.

    Args:
        rows: one row per line, share, seed, task and time.

    Returns:
        The lines.

    Example:
        >>> cell = {"stream": "toy", "stored": "uint8", "budget": 64, "seed": 0, "test_loss": 1.0}
        >>> errors = {0.0: [0.1, 0.5, 0.3], 1.0: [0.1, 0.2, 0.2]}  # of the first task twice, of the second
        >>> rows = pd.DataFrame(
        ...     cell | {"share": share, "after": after, "task": task, "test_error": e, "train_error": 0.0}
        ...     for share, row in errors.items() for after, task, e in zip((0, 1, 1), (0, 0, 1), row)
        ... )
        >>> read_lines(rows).lost.iloc[0].round(2).to_dict()
        {0.0: 0.2, 1.0: 0.0}
    """
    learners = by_learner(rows, [*LINE, "share", "seed"])
    error = learners["final_error"].unstack("share")
    mean = error.groupby(LINE).mean()
    return Lines(learners, error, mean, error.idxmin(axis=1), mean.sub(mean.min(axis=1), axis=0))


def bought(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what each division buys.

    Args:
        rows: a table of the sweep ``replay-budget``.

    Returns:
        ``width`` of the network and ``memory``, samples per class, by line and share.

    Example:
        >>> cell = {"stream": "toy", "stored": "uint8", "budget": 64, "share": 0.5, "width": 4, "memory": 1.5}
        >>> bought(pd.DataFrame([cell, cell])).loc["toy", "uint8", 64, 0.5].to_dict()
        {'width': 4.0, 'memory': 1.5}
    """
    return rows.groupby([*LINE, "share"])[["width", "memory"]].first()
