"""Where the best division of a budget lies, and what each line loses elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from manytasks.statistics import z_scores

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


def sides_by_line(ends: pd.DataFrame, words: Mapping[str, str]) -> dict[str, list[pd.Series]]:
    """Gather what must be positive on each line: what both of its ends lie above the inside.

    Args:
        ends: of ``ends_above_inside``.
        words: for each way to store.

    Returns:
        Two series by seed for each line, under names such as "64 kB as images".

    Example:
        >>> ends = pd.DataFrame({"stored": "uint8", "budget": 64_000, "end": [0.0, 1.0], "best": 0.5,
        ...     "above": [pd.Series([0.1]), pd.Series([0.3])]})
        >>> {name: len(sides) for name, sides in sides_by_line(ends, {"uint8": "images"}).items()}
        {'64 kB as images': 2}
    """
    return {
        f"{budget // 1000} kB as {words[stored]}": list(above)
        for (stored, budget), above in ends.groupby(LINE, sort=False)["above"]
    }


def smallest_fall(values: pd.DataFrame) -> float:
    """Score how surely a line falls from both of its ends to the inner share that is best in the mean.

    Args:
        values: one row per seed (at least 2), one column per share (at least 3).

    Returns:
        The smaller t of the two falls, paired by seed; 0 for an end that does not differ at all. The place
        was chosen on the same seeds: use a critical value for as many comparisons as there are inner shares.

    Example:
        >>> values = pd.DataFrame({0.0: [0.4, 0.6], 0.5: [0.3, 0.4], 1.0: [0.9, 0.8]})
        >>> round(smallest_fall(values), 2)
        3.0
    """
    nothing, *inner, everything = values.columns
    best = values[values[inner].mean().idxmin()]
    falls = [values[end] - best for end in (nothing, everything)]
    return float(min(z_scores(fall, 0.0) if fall.any() else 0.0 for fall in falls))


def cost_of_others_share(lost: pd.DataFrame) -> pd.Series:
    """Return what each line loses at the one share that is safest on the lines of all other streams.

    Args:
        lost: error above the best of its line: one row per ``stream`` (two or more) and whatever else names a
            line, one column per share.

    Returns:
        By line.

    Example:
        >>> lines = pd.MultiIndex.from_tuples([("a", 64), ("b", 64)], names=["stream", "budget"])
        >>> lost = pd.DataFrame([[0.0, 0.1], [0.3, 0.0]], index=lines, columns=[0.2, 0.6])
        >>> cost_of_others_share(lost).to_dict()
        {('a', 64): 0.1, ('b', 64): 0.3}
    """
    parts = []
    for stream, rows in lost.groupby(level="stream"):
        others = lost.drop(stream, level="stream")
        parts.append(rows[others.max().idxmin()])
    return pd.concat(parts)
