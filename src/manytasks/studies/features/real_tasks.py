"""Linear theory on real tasks: what the tables of ridge fits say, seed by seed, as it was declared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

CELLS = ["grouping", "samples"]


def without_threshold(table: pd.DataFrame, samples: Sequence[int]) -> pd.DataFrame:
    """Leave out rows without ridge in which a fit lies beside its threshold: their means say little.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``.
        samples: numbers N at which it does.

    Returns:
        The other rows.

    Example:
        >>> table = pd.DataFrame({"samples": [240, 240, 480], "ridge": [0.0, 1.0, 0.0]})
        >>> without_threshold(table, [240])["samples"].tolist()
        [240, 480]
    """
    return table[~((table["ridge"] == 0) & table["samples"].isin(samples))]


def relative_error(table: pd.DataFrame, measured: str, predicted: str, cells: Sequence[str]) -> pd.DataFrame:
    """Compare a measured error with its prediction.

    Args:
        table: one row per seed and cell.
        measured: column.
        predicted: column.
        cells: columns that name a cell.

    Returns:
        One row per seed, one column per cell: measured over predicted, less 1.

    Example:
        >>> table = pd.DataFrame({"seed": [0, 1], "n": [8, 8], "got": [1.1, 0.9], "said": [1.0, 1.0]})
        >>> relative_error(table, "got", "said", ["n"]).round(2)[8].tolist()
        [0.1, -0.1]
    """
    ratio = table.assign(ratio=table[measured] / table[predicted] - 1)
    return ratio.pivot(index="seed", columns=list(cells), values="ratio")


def typical_error(errors: pd.DataFrame) -> pd.Series:
    """Return the median size over the cells, one number a seed.

    Args:
        errors: what ``relative_error`` returned.

    Returns:
        By seed.

    Example:
        >>> typical_error(pd.DataFrame([[0.1, -0.3, 0.2]])).tolist()
        [0.2]
    """
    return errors.abs().median(axis=1)


def transfers(table: pd.DataFrame) -> pd.DataFrame:
    """Return what a fit for all tasks gains over a fit for each.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``.

    Returns:
        Its rows with ``measured`` and ``predicted``, positive where together is better.
    """
    return table.assign(
        measured=table["alone_loss"] - table["together_loss"],
        predicted=table["alone_predicted"] - table["together_predicted"],
    )


def right_signs(table: pd.DataFrame, least: float) -> pd.Series:
    """Count how often transfer has the sign that was predicted.

    Args:
        table: what ``transfers`` returned.
        least: size of the predicted transfer, mean over seeds, below which a cell does not count.

    Returns:
        Share of the cells of grouping, samples and ridge, by seed.

    Example:
        >>> cell = {"grouping": "mixed", "samples": 30, "ridge": 0.0}
        >>> rows = [cell | {"seed": s, "measured": m, "predicted": 0.1} for s, m in ((0, 0.2), (1, -0.1))]
        >>> right_signs(pd.DataFrame(rows), 0.02).tolist()
        [1.0, 0.0]
    """
    cells = table.groupby([*CELLS, "ridge"])
    clear = table[cells["predicted"].transform("mean").abs() > least]
    return ((clear["measured"] > 0) == (clear["predicted"] > 0)).groupby(clear["seed"]).mean()


def price_of_predicted_ridge(table: pd.DataFrame, choose: Iterable[int], judge: Iterable[int]) -> pd.Series:
    """Say what it costs to take the ridge that the theory likes best.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``.
        choose: seeds that find the best ridge of the grid in each cell.
        judge: the others.

    Returns:
        Error at the predicted ridge over that at the best, less 1, mean over cells, by judging seed.

    Example:
        >>> rows = [
        ...     {"grouping": "mixed", "samples": 30, "seed": s, "ridge": r, "together_loss": e,
        ...      "together_predicted": p}
        ...     for s in (0, 1) for r, e, p in ((1.0, 0.5, 0.7), (10.0, 0.6, 0.65))
        ... ]
        >>> price_of_predicted_ridge(pd.DataFrame(rows), [0], [1]).round(2).to_dict()
        {1: 0.2}
    """
    prices = []
    for _, part in table.groupby(CELLS):
        got, said = (
            part.pivot(index="seed", columns="ridge", values=name)
            for name in ("together_loss", "together_predicted")
        )
        best = got.loc[list(choose)].mean().idxmin()
        judged = got.loc[list(judge)]
        taken = said.loc[list(judge)].idxmin(axis=1)
        at_taken = pd.Series({seed: judged.loc[seed, ridge] for seed, ridge in taken.items()})
        prices.append(at_taken / judged[best] - 1)
    return pd.concat(prices, axis=1).mean(axis=1)


def price_in_schools(table: pd.DataFrame, choose: Iterable[int], judge: Iterable[int]) -> pd.Series:
    """Say what it costs to take the ridge that noise and spread of the schools ask for.

    Args:
        table: one data set of the sweep ``ridge-schools``.
        choose: splits that find the best ridge of the grid.
        judge: the others.

    Returns:
        Error at the computed ridge over that at the best, less 1, by judging split.

    Example:
        >>> rows = [
        ...     {"seed": s, "ridge": r, "shared_loss": e, "best_ridge_loss": 0.55}
        ...     for s in (0, 1) for r, e in ((1.0, 0.5), (10.0, 0.6))
        ... ]
        >>> price_in_schools(pd.DataFrame(rows), [0], [1]).round(2).to_dict()
        {1: 0.1}
    """
    got = table.pivot(index="seed", columns="ridge", values="shared_loss")
    best = got.loc[list(choose)].mean().idxmin()
    taken = table.groupby("seed")["best_ridge_loss"].first()
    judged = list(judge)
    return taken.loc[judged] / got.loc[judged, best] - 1
