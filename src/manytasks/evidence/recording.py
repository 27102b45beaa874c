"""What a page says about a claim: one number, one sign, one limit. The verdict follows."""

from __future__ import annotations

import difflib
from typing import Any

from manytasks.claims import registry
from manytasks.evidence.badge import Evidence, anchor
from manytasks.evidence.comparison import Sign, ends, outcome
from manytasks.evidence.condition import Assumed, Tested
from manytasks.evidence.display import running_cell, show
from manytasks.levels import spent
from manytasks.readers import count, real
from manytasks.statistics import Interval

NOT_TRIED = "condition assumed, not tried outside"
BEYOND = {"holds": "which meets the limit too", "fails": "which misses the limit", "open": "undecided"}
_recorded: dict[tuple[str, str], tuple[int, str]] = {}  # which cell recorded what


def record(
    claim: str,
    check: str,
    statistic: str,
    value: float | Interval,
    sign: Sign,
    limit: float,
    *,
    n: str | int,
    seeds: int | None = None,
    level: float | None = None,
    detects: str = "",
    when: Tested | Assumed | None = None,
    margin: float | None = None,
) -> None:
    """Record in a notebook what a check says about a claim, and show it as a badge.

    One record is one number and one limit. Several conditions are several records: a claim holds if all its
    records hold. A condition that was tried on both sides must be needed: where the statistic surely meets
    the limit beyond it as well, the record says "holds" without it, and the build names a verdict that
    changed.

    Args:
        claim: id of a registered claim.
        check: what was done, in a few words ("derivation", "simulation"); with the claim it names the badge.
        statistic: name of the number that decides, with its unit or direction if not obvious.
        value: the number from this run, or its interval at the record's level.
        sign: what it must be to the limit: ``<``, ``<=``, ``>``, ``>=``; ``==`` for whole and exact numbers;
            ``<>`` for either side of it.
        limit: what it is compared with, fixed before the value was known.
        n: size of the data behind the number.
        seeds: number of independent seeds behind it, where that is the size that counts.
        level: error rate that it spends; the share that the page asked for with ``level`` if not given.
        detects: the smallest departure that it would have noticed, such as "errors wrong by 2 %".
        when: the condition under which it holds: what ``tested`` returned, with the value inside, or
            ``Assumed`` words where nothing beyond the condition was tried.
        margin: for ``<>``, how near to the limit is no difference.

    Raises:
        ValueError: if the claim is not registered, the page has recorded this check of it already, a number
            is not finite, ``n`` is empty, or the condition was tested on another number.

    Example:
        >>> record("A.T1", "doctest", "|z|", 1.2, "<", 3.5, n=100)
        A.T1, doctest: holds (|z|: 1.2 < 3.5, n = 100)
        >>> share = Interval(0.6, 0.4, 0.8)
        >>> record("A.M1", "doctest", "share that rises", share, ">", 0.5, n="30 networks")
        A.M1, doctest: open (share that rises: 0.6 (0.4 to 0.8) not surely > 0.5, n = 30 networks)
        >>> record("A.B1", "doctest", "ratio", 1.4, ">", 1, n=3, when=Assumed("p > N"))
        A.B1, doctest: holds when p > N (ratio: 1.4 > 1, n = 3; condition assumed, not tried outside)
    """
    _check_names(claim, check, n)
    _check_lines(f"{claim}, {check}", statistic=statistic, detects=detects)
    if seeds is not None:
        seeds = count(seeds, "seeds", least=1)
    if level is not None:
        level = real(level, "level", low=0, high=1, above=True)
    verdict, beyond = _judged(f"{claim}, {check}", value, sign, limit, margin, when)
    low, high = ends(value) if isinstance(value, Interval) else (None, None)
    middle = real(value.value if isinstance(value, Interval) else value, "value")
    level = spent(claim, check) if level is None else level
    row = Evidence(
        claim,
        check,
        statistic,
        middle,
        sign,
        real(limit, "limit"),
        str(n),
        verdict,
        level=level,
        low=low,
        high=high,
        seeds=seeds,
        detects=detects,
        condition=beyond,
        margin=margin,
    )
    _put(row)


def leave_open(claim: str, check: str, missing: str, *, found: int, least: int, n: str | int) -> None:
    """Record a check that cannot be made, because what it compares is not there: the claim is open.

    Args:
        claim: id of a registered claim.
        check: name of the check.
        missing: what there would have to be.
        found: how many there are.
        least: how many the check needs, more than there are.
        n: size of the data that was searched.

    Raises:
        ValueError: if there are enough, so that the check can be made; or as ``record`` does.

    Example:
        >>> leave_open("A.M1", "search", "peaks", found=0, least=1, n="6 widths")
        A.M1, search: open (peaks: 0 not ≥ 1, n = 6 widths)
    """
    if not 0 <= found < least:
        raise ValueError(f"{claim}, {check}: {found} of {least} are there; only what lacks some stays open")
    _check_names(claim, check, n)
    _check_lines(f"{claim}, {check}", missing=missing)
    level = spent(claim, check)
    _put(Evidence(claim, check, missing, float(found), ">=", float(least), str(n), "open", level=level))


def _put(row: Evidence) -> None:
    _recorded[row.claim, row.check] = running_cell()
    show(row)


def _judged(
    name: str,
    value: float | Interval,
    sign: Sign,
    limit: float,
    margin: float | None,
    when: Tested | Assumed | None,
) -> tuple[str, str]:
    """Return the verdict, and what was found beyond the condition.

    Raises:
        ValueError: if the condition is none, or was tested on another number.
    """
    verdict = outcome(value, sign, limit, margin)
    if when is None:
        return verdict, ""
    if not isinstance(when, Tested | Assumed):
        raise ValueError(
            f"{name}: when must be what evidence.tested returns, or evidence.Assumed; got {when!r}"
        )
    words = when.words
    if not isinstance(words, str) or not words.strip(" ;") or len(words.splitlines()) > 1:
        raise ValueError(f"{name}: a condition must be one line of words; got {words!r}")
    conditional = f"holds when {when.words}" if verdict == "holds" else verdict
    if isinstance(when, Assumed):
        return conditional, NOT_TRIED
    if when.inside != value:
        raise ValueError(
            f"{name}: the value must be the one inside of {when.words!r}, {when.inside}; got {value}"
        )
    outside = outcome(when.outside, sign, limit, margin)
    if verdict == outside == "holds":
        conditional = "holds"
    return conditional, f"outside the condition: {_words(when.outside)}, {BEYOND[outside]}"


def _check_names(claim: str, check: str, n: Any) -> None:
    if claim not in registry():
        near = ", ".join(difflib.get_close_matches(claim, registry(), n=3, cutoff=0.3))
        raise ValueError(f"claim {claim!r} is not in claims.yml; the nearest ids are {near}")
    if not n or not str(n).strip():
        raise ValueError(f"{claim}, {check}: n is empty; say how much data is behind the number")
    _check_lines(claim, check=check, n=str(n))
    number, cell = running_cell()
    place = anchor(claim, check)
    for other in _recorded:
        if other != (claim, check) and anchor(*other) == place:
            raise ValueError(f"{claim}: the checks {check!r} and {other[1]!r} would have one anchor, {place}")
    before = _recorded.get((claim, check))
    # Whoever runs a cell again records again; the same cell has another number and the same text.
    if before and (before[0] == number or before[1] != cell):
        raise ValueError(
            f"{claim}, {check}: recorded already on this page; give each check a name of its own"
            " (after editing the cell: restart the kernel)"
        )


def _check_lines(name: str, **texts: Any) -> None:
    """Refuse texts of several lines: on a page of Markdown an empty one ends the block they stand in.

    Raises:
        ValueError: naming the text.
    """
    for key, value in texts.items():
        if not isinstance(value, str) or len(value.splitlines()) > 1:
            raise ValueError(f"{name}: {key} must be one line of text; got {value!r}")


def _words(value: float | Interval) -> str:
    return value.words(".3g") if isinstance(value, Interval) else f"{value:.3g}".replace("-", "−")
