"""All checks of a claim together: its verdict, and whether it is the one we committed to."""

from __future__ import annotations

from collections.abc import Iterable

from manytasks.claims import UNTESTED, registry
from manytasks.evidence.badge import UNJUDGED, Evidence
from manytasks.evidence.reading import Failure

CONDITIONAL = "holds when "


def verdicts(evidence: Iterable[Evidence], failures: Iterable[Failure] = ()) -> dict[str, str]:
    """Combine all checks of each claim: one failure fails it, conditions add up.

    Args:
        evidence: any number of checks.
        failures: chapters that stopped; a claim that one of them judges has no verdict.

    Returns:
        Verdict by claim id, only for claims with evidence and those that were not judged.

    Example:
        >>> from dataclasses import replace
        >>> row = Evidence("A.T1", "a", "z", 1, "<", 2, "9", "holds")
        >>> verdicts([row, replace(row, check="b", verdict="holds when p > N + 1")])
        {'A.T1': 'holds when p > N + 1'}
        >>> verdicts([row], [Failure("multitask/many-tasks", 3, "ValueError: no", ("A.T1",))])
        {'A.T1': 'not judged: the chapter failed'}
    """
    by_claim: dict[str, list[str]] = {}
    for row in evidence:
        by_claim.setdefault(row.claim, []).append(row.verdict)
    combined = {}
    for claim, parts in by_claim.items():
        # A semicolon joins conditions, also inside of one record: who needs x; y and who needs y need x; y.
        conditions = dict.fromkeys(
            one.strip()
            for part in parts
            if part.startswith(CONDITIONAL)
            for one in part.removeprefix(CONDITIONAL).split(";")
            if one.strip()
        )
        if "fails" in parts or "open" in parts:
            combined[claim] = "fails" if "fails" in parts else "open"
        else:
            combined[claim] = CONDITIONAL + "; ".join(conditions) if conditions else "holds"
    return combined | {claim: UNJUDGED for failure in failures for claim in failure.claims}


def changed(evidence: Iterable[Evidence], failures: Iterable[Failure] = ()) -> dict[str, str]:
    """Compare what the evidence says with the verdicts committed in the registry.

    A smoke build has too little data to decide everything: there, "open" contradicts nothing. A claim that
    was not judged contradicts nothing either; its chapter is what failed.

    Args:
        evidence: the checks of a whole build.
        failures: its chapters that stopped.

    Returns:
        One sentence for every claim whose verdict differs, by id; empty if none does.
    """
    rows = list(evidence)
    found = verdicts(rows, failures)
    undecided = {row.claim for row in rows if row.profile == "smoke" and row.verdict == "open"}
    return {
        claim.id: f"claim {claim.id}: claims.yml says {claim.verdict!r},"
        f" the notebooks say {verdict!r} ({claim.statement})"
        for claim in registry().values()
        if (verdict := found.get(claim.id, UNTESTED)) not in (claim.verdict, UNJUDGED)
        and not (verdict == "open" and claim.id in undecided)
    }
