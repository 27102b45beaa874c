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


def flat_bottoms(lost: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Say where each line is best, and how far from there one may go.

    Args:
        lost: error above the best of its line: one row per line, one column per share.
        tolerance: error that may be lost.

    Returns:
        By line, shares: ``best``, and ``low`` and ``high``, the lowest and the highest within the tolerance.

    Example:
        >>> flat_bottoms(pd.DataFrame([[0.3, 0.0, 0.005]], columns=[0.0, 0.5, 1.0]), 0.01).loc[0].to_dict()
        {'best': 0.5, 'low': 0.5, 'high': 1.0}
    """
    shares = pd.DataFrame([lost.columns] * len(lost), index=lost.index, columns=lost.columns)
    good = shares.where(lost <= tolerance)
    return pd.DataFrame({"best": lost.idxmin(axis=1), "low": good.min(axis=1), "high": good.max(axis=1)})


def given_up(lines: Lines) -> pd.Series:
    """Return what the allocation costs that forgets least accuracy.

    Args:
        lines: of ``read_lines``.

    Returns:
        By line, mean error at the share where least is forgotten in the mean, above that at the best share.
    """
    forgotten = lines.learners["forgotten_error"].unstack("share").groupby(LINE).mean()
    least = forgotten.idxmin(axis=1)
    return pd.Series({line: lines.lost.loc[line, share] for line, share in least.items()}, dtype=float)


def own_against(own: pd.Series, stream: str, other: str) -> list[tuple[pd.Series, pd.Series]]:
    """Pair the lines of two streams that store samples alike and have the same budget.

    Args:
        own: best shares by line and seed, as ``read_lines`` gives them.
        stream: of the first; its lines count.
        other: of the second.

    Returns:
        Best shares by seed of both, a pair for each line; the first is named, such as "uint8, 64 kB".

    Example:
        >>> lines = [("a", "uint8", 64_000, 0), ("b", "uint8", 64_000, 0)]
        >>> own = pd.Series([0.2, 0.6], pd.MultiIndex.from_tuples(lines, names=[*LINE, "seed"]))
        >>> [(one.name, one[0], two[0]) for one, two in own_against(own, "a", "b")]
        [('uint8, 64 kB', np.float64(0.2), np.float64(0.6))]
    """
    return [
        (each.droplevel([0, 1]).rename(f"{stored}, {budget // 1000} kB"), own.loc[other, stored, budget])
        for (stored, budget), each in own.loc[stream].groupby(level=["stored", "budget"])
    ]
