"""Records that were declared before their tables: ``declarations.yml`` has sign, limit, level and seeds."""

from __future__ import annotations

from typing import cast

from manytasks.declarations import Unit, declarations
from manytasks.evidence.comparison import Sign
from manytasks.evidence.recording import leave_open, record
from manytasks.levels import level
from manytasks.statistics import Interval


def decide(name: str, *units: Unit | None, statistic: str, n: str) -> Interval | None:
    """Record what was declared, by the seeds that were declared to judge.

    Args:
        name: "claim, check" of a declaration.
        *units: the statistic by seed; several if it is declared for several, all of which must hold. For
            ``<>`` one is enough, and the record names those that do by the names of their series. Two series
            in the place of one are compared with each other, by Welch's t. None stands for a statistic that
            cannot be computed, such as the height of a peak that has no place: the record is open.
        statistic: its name in a few words; the declaration has the whole of it.
        n: size of the data behind it.

    Returns:
        The interval that decided; of several the one that is nearest to the limit or farthest beyond it. None
        if a statistic is missing.

    Raises:
        KeyError: if there is no such declaration.

    Example:
        >>> import pandas as pd
        >>> units = pd.Series([0.02, 0.03] * 10)
        >>> found = decide(
        ...     "O.23, CIFAR-100 features, error of the prediction", units, statistic="error", n="20 deals"
        ... )
        O.23, CIFAR-100 features, error of the prediction: holds (error: 0.025 (0.0182 to 0.0318) < 0.05, ...)
    """
    entry = declarations()[name]
    there = [unit for unit in units if unit is not None]
    if len(there) < len(units):
        level(entry.claim, entry.check)  # spent, though it decides nothing
        missing = f"numbers there are for the {statistic}"
        leave_open(entry.claim, entry.check, missing, found=len(there), least=len(units), n=n)
        return None
    interval = entry.interval(*there)
    if len(there) > 1 and (apart := entry.apart(*there)):
        statistic += f" (leaves out {entry.limit:g}: {', '.join(apart)})"
    record(
        entry.claim,
        entry.check,
        statistic,
        interval,
        cast(Sign, entry.sign),
        entry.limit,
        n=n,
        seeds=len(entry.judge),
        margin=entry.margin,
    )
    return interval
