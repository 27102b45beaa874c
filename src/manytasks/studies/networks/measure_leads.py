"""How far one measure of similarity leads another: within a dial, and over dials that two tables share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from manytasks.statistics import Interval, mean_interval
from manytasks.studies.networks.pairs import distinct, lead_by_seed


def leads_of_tables(
    tables: Mapping[str, pd.DataFrame],
    target: str,
    groups: Sequence[str],
    better: str,
    worse: str,
    shared: Sequence[str],
) -> dict[str, dict[str, Interval]]:
    """Compare two measures in every table, by the pairs that are compared with one another.

    Args:
        tables: by name, one row per seed and pair, as for ``order_by_seed``.
        target: column that is to be ordered.
        groups: columns that name a group.
        better: a key of ``pairs.MEASURES``.
        worse: another.
        shared: dials of all tables.

    Returns:
        "within a dial", "over " and the shared dials, "over all dials"; in each, by table, the mean lead in
        rank correlation with its 95 % interval over seeds.

    Raises:
        ValueError: if a table lacks one of the shared dials.

    Example:
        >>> rows = pd.DataFrame({"seed": [0] * 3 + [1] * 3, "dial": "a", "strength": 1.0, "size": 1})
        >>> rows = rows.assign(cross_risk=[1, 2, 3] * 2, gain=[0.3, 0.2, 0.1] * 2, feature_cka=[1, 2, 3] * 2)
        >>> found = leads_of_tables(
        ...     {"toy": rows}, "gain", ["size"], "cross-task risk", "feature CKA", ["a"]
        ... )
        >>> {over: float(lead["toy"].value) for over, lead in found.items()}
        {'within a dial': 2.0, 'over a': 2.0, 'over all dials': 2.0}
    """
    for name, rows in tables.items():
        if missing := set(shared) - set(rows["dial"]):
            raise ValueError(f"{name} lacks the dial {min(missing)!r}")

    def lead(rows: pd.DataFrame, *within: str) -> Interval:
        return mean_interval(lead_by_seed(rows, target, [*groups, *within], better, worse))

    return {
        "within a dial": {name: lead(rows, "dial") for name, rows in tables.items()},
        f"over {', '.join(shared)}": {
            name: lead(distinct(rows[rows["dial"].isin(shared)])) for name, rows in tables.items()
        },
        "over all dials": {name: lead(distinct(rows)) for name, rows in tables.items()},
    }
