"""What would overturn a verdict: the check that came nearest to its limit, found on the other side."""

from __future__ import annotations

from collections.abc import Sequence

from manytasks.evidence.badge import SHOWN, Evidence

OTHER = {"<": "≥", "<=": ">", ">": "≤", ">=": "<", "==": "≠"}


def what_overturns(checks: Sequence[Evidence], verdict: str) -> str:
    """Say in a sentence what would overturn the verdict of a claim.

    Args:
        checks: all that judged it, at least one.
        verdict: theirs together, of ``verdicts``.

    Returns:
        For a claim that holds: which check came nearest to its limit, and what it would have to find. For one
        that fails: what the failing checks would have to find. For an open one: what would decide it.

    Example:
        >>> row = Evidence("A.T1", "simulation", "largest |z|", 1.9, "<", 4.2, "9", "holds")
        >>> what_overturns([row], "holds")
        'Overturned if its check, simulation, found largest |z| ≥ 4.2; it found 1.9.'
    """
    kind, rows = _kind(verdict), _deciding(checks, verdict)
    row = max(rows, key=nearness)
    if kind == "open":
        return f"Decided if {_which(rows, 'open check')}, {row.check}, found {_whole(row)}; {_found(row)}."
    if kind == "holds":
        return f"Overturned if {_which(rows, 'check')}, {row.check}, found {_otherwise(row)}; {_found(row)}."
    others = "" if len(rows) == 1 else f", and the other {len(rows) - 1} likewise"
    return (
        f"Overturned if {_which(rows, 'failing check')}, {row.check}, found {_as_claimed(row)}{others}; "
        f"{_found(row)}."
    )


def deciding(checks: Sequence[Evidence], verdict: str) -> Evidence:
    """Return the check that a verdict hangs on: of those that say so, the nearest to its limit.

    Args:
        checks: all that judged a claim, at least one.
        verdict: theirs together, of ``verdicts``.

    Example:
        >>> near, far = (Evidence("A.T1", f"{z}", "|z|", z, "<", 4.2, "9", "holds") for z in (3, 1))
        >>> deciding([far, near], "holds").check
        '3'
    """
    return max(_deciding(checks, verdict), key=nearness)


def nearness(row: Evidence) -> float:
    """Measure how near a check came to its limit.

    Args:
        row: a check.

    Returns:
        Of an interval, half its width over the distance of its middle from the limit: 1 where an end meets
        the limit. Of a number, the smaller of number and limit in size over the larger. Neither has a unit.
        0 for ``==``: what is exact has no margin to use up.

    Example:
        >>> row = Evidence("A.T1", "simulation", "largest |z|", 2.0, "<", 4.0, "9", "holds")
        >>> nearness(row)
        0.5
    """
    if row.sign == "==":
        return 0.0
    if row.low is not None and row.high is not None:
        distance = abs(row.value - row.limit)
        half = (row.high - row.low) / 2
        return half / distance if distance else float("inf")
    sizes = sorted((abs(row.value), abs(row.limit)))
    return sizes[0] / sizes[1] if sizes[1] else 1.0


def _kind(verdict: str) -> str:
    return verdict if verdict in ("fails", "open") else "holds"


def _deciding(checks: Sequence[Evidence], verdict: str) -> list[Evidence]:
    return [row for row in checks if row.verdict.split()[0] == _kind(verdict)] or list(checks)


def _which(rows: Sequence[Evidence], word: str) -> str:
    return f"its {word}" if len(rows) == 1 else f"the nearest of its {len(rows)} {word}s"


def _otherwise(row: Evidence) -> str:
    if row.margin is not None:
        return f"{row.statistic} within {row.margin:.3g} of {_number(row.limit)}"
    return f"{row.statistic} {OTHER[row.sign]} {_number(row.limit)}"


def _as_claimed(row: Evidence) -> str:
    if row.margin is not None:
        return f"{row.statistic} away from {_number(row.limit)}"
    return f"{row.statistic} {SHOWN[row.sign]} {_number(row.limit)}"


def _whole(row: Evidence) -> str:
    if row.low is None:  # nothing is in doubt; there are too few to compare
        return _as_claimed(row)
    return f"{row.statistic} on one side of {_number(row.limit)} with its whole interval"


def _found(row: Evidence) -> str:
    ends = "" if row.low is None else f" ({_number(row.low)} to {_number(row.high)})"
    return f"it found {_number(row.value)}{ends}"


def _number(value: float | None) -> str:
    return f"{value:.3g}".replace("-", "−")
