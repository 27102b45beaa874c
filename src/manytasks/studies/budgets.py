"""Where the best division of a budget lies: shares chosen on some seeds, differences judged on others."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

LINE = ["stored", "budget"]


def final_by_share(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Average over all tasks after the last one.

    Args:
        rows: of one stream and method; one row per line, share, seed, task and time.
        measure: column.

    Returns:
        One row per way to store, budget and seed; one column per share.

    Example:
        >>> rows = pd.DataFrame({"stored": "uint8", "budget": 64, "share": [0.0, 1.0], "seed": 0, "task": 0,
        ...     "after": 1, "test_error": [0.4, 0.6]})
        >>> final_by_share(rows, "test_error").loc[("uint8", 64, 0)].to_dict()
        {0.0: 0.4, 1.0: 0.6}
    """
    last = rows[rows["after"] == rows["after"].max()]
    return last.groupby([*LINE, "seed", "share"])[measure].mean().unstack("share")


def ends_above_inside(rows: pd.DataFrame, measure: str, choose: Sequence[int]) -> pd.DataFrame:
    """Compare both ends of every budget line with the inner share that is best on the choosing seeds.

    Args:
        rows: of one stream and method; one row per line, share, seed, task and time.
        measure: "test_error" or "test_loss".
        choose: seeds that choose the inner share; differences are given for all seeds.

    Returns:
        Two rows a line: ``stored``, ``budget``, ``end`` (share 0 or 1), ``best`` (the inner share) and
        ``above``, the value at the end minus that at the inner share, by seed.

    Example:
        >>> rows = pd.DataFrame({"stored": "uint8", "budget": 64, "share": [0.0, 0.5, 1.0], "seed": 0,
        ...     "task": 0, "after": 1, "test_error": [0.4, 0.3, 0.6]})
        >>> found = ends_above_inside(rows, "test_error", [0])
        >>> [(row.end, row.best, round(float(row.above[0]), 1)) for row in found.itertuples()]
        [(0.0, 0.5, 0.1), (1.0, 0.5, 0.3)]
    """
    found = []
    for (stored, budget), line in final_by_share(rows, measure).groupby(level=LINE):
        values = line.droplevel(LINE)
        nothing, *inner, everything = values.columns
        best = values.loc[list(choose), inner].mean().idxmin()
        for end in (nothing, everything):
            above = values[end] - values[best]
            found.append({"stored": stored, "budget": budget, "end": end, "best": best, "above": above})
    return pd.DataFrame(found)
