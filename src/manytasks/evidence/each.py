"""Records declared for several comparisons at once: those for which it holds are named where some do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from manytasks.declarations import Declaration, declarations
from manytasks.evidence.comparison import Sign, outcome
from manytasks.evidence.condition import Assumed, Tested
from manytasks.evidence.recording import leave_open, record
from manytasks.levels import level
from manytasks.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd


def decide_each(
    name: str,
    units: Mapping[Any, pd.Series | Sequence[pd.Series] | None],
    *,
    statistic: str,
    n: str,
    words: str,
) -> list[Any]:
    """Record what was declared for several comparisons, by the seeds that were declared to judge.

    Where all hold, so does the record. Where some do, it holds when it is one of those, unless by the
    declaration one that surely does not makes it fail. Every interval has its part of the level, and one that
    only touches the limit is on neither side of it.

    Args:
        name: "claim, check" of a declaration; its sign is ``<`` or ``>``.
        units: the statistic by seed, by what names the comparison; several where all of them must hold, None
            where it cannot be computed, so that the comparison stays open.
        statistic: its name in a few words; the declaration has the whole of it.
        n: size of the data behind it.
        words: the condition, as it stands behind "holds when", with ``{}`` for the names.

    Returns:
        Names of those that hold.

    Raises:
        KeyError: if there is no such declaration.
        ValueError: if its sign is another.

    Example:
        >>> import pandas as pd
        >>> less, more = (pd.Series([size, size + 0.01] * 8) for size in (-1.0, 1.0))
        >>> found = decide_each(
        ...     "A.N3, CIFAR-100, wide networks forget less, a head per task, in loss",
        ...     {0: less, 2: less, 50: more},
        ...     statistic="change", n="16 seeds", words="the buffer keeps {} samples",
        ... )
        A.N3, CIFAR-100, wide networks forget less, a head per task, in loss: holds when the buffer keeps
        0 or 2 samples (change: −0.995 (−1 to −0.986) < 0, ...)
        >>> found
        [0, 2]
    """
    entry = declarations()[name]
    if entry.sign not in ("<", ">"):
        raise ValueError(f"{name}: each comparison must have one side; its sign is {entry.sign}")
    there = {key: each for key, each in units.items() if each is not None}
    series = {key: list(each) if isinstance(each, Sequence) else [each] for key, each in there.items()}
    among = sum(map(len, series.values()))
    missing = len(units) - len(there)
    if not there:
        level(entry.claim, entry.check)  # spent, though it decides nothing
        leave_open(
            entry.claim, entry.check, f"numbers there are for the {statistic}", found=0, least=missing, n=n
        )
        return []

    def interval(keys: Sequence[Any]) -> Interval:
        return entry.interval(*(each for key in keys for each in series[key]), among=among)

    sign, one = cast(Sign, entry.sign), {key: interval([key]) for key in series}
    when: Tested | Assumed | None = None
    held = [key for key in series if outcome(one[key], sign, entry.limit) == "holds"]
    rest = [key for key in series if key not in held]
    failed = [key for key in rest if _beyond(one[key], entry)]
    if failed and (not held or _one_is_enough(entry)):
        found = interval(failed)
    elif held:
        found = interval(held)
        condition = words.format(_either(held))
        if rest:
            when = Tested(condition, found, interval(rest))
        elif missing:
            when = Assumed(condition)
    else:  # undecided: all that they leave open
        found = Interval(interval(rest).value, min(one[k].low for k in rest), max(one[k].high for k in rest))
    record(
        entry.claim,
        entry.check,
        statistic,
        found,
        sign,
        entry.limit,
        n=n,
        seeds=len(entry.judge),
        when=when,
    )
    return held


def _beyond(found: Interval, entry: Declaration) -> bool:
    return bool(found.high < entry.limit if entry.sign == ">" else found.low > entry.limit)


def _one_is_enough(entry: Declaration) -> bool:
    # Whether one comparison that fails makes all fail: "no upper end … and" says that it does not.
    return not entry.fails.startswith("no ")


def _either(names: Sequence[Any]) -> str:
    *before, last = map(str, names)
    return f"{', '.join(before)} or {last}" if before else last
