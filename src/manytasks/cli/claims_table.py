"""The claims as one table: what each was judged before and is judged now, by which number, and how surely."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence

from manytasks import evidence, strict_yaml
from manytasks.checkout import ROOT
from manytasks.evidence.overturning import deciding
from manytasks.replication import Replicated

HEAD = (
    "claim",
    "verdict before",
    "verdict now",
    "statistic",
    "would notice",
    "seeds",
    "drawn again",
    "overturned by",
)
FILE = "src/manytasks/claims.yml"


def verdicts_at(commit: str) -> dict[str, str]:
    """Read the verdicts that ``claims.yml`` had in a commit.

    Args:
        commit: as git names it.

    Returns:
        By claim; claims that were not there yet are missing.

    Raises:
        ValueError: if git does not know the commit, or it has no claims.
    """
    command = ["git", "-C", str(ROOT), "show", f"{commit}:{FILE}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{commit}: {done.stderr.strip() or 'git cannot show its claims'}")
    rows = strict_yaml.load(done.stdout, FILE)
    return {row["id"]: row.get("verdict", evidence.UNTESTED) for row in rows}


def table(
    found: Iterable[evidence.Evidence],
    verdicts: Mapping[str, str],
    before: Mapping[str, str],
    replications: Mapping[str, Replicated],
) -> str:
    """Write a Markdown table with a row for each claim.

    Args:
        found: the checks of a build.
        verdicts: theirs together, by claim.
        before: earlier verdicts, by claim.
        replications: how each claim came out for other seeds.

    Returns:
        The table; its number is that of the check nearest to its limit.
    """
    by_claim: dict[str, list[evidence.Evidence]] = {}
    for row in found:
        by_claim.setdefault(row.claim, []).append(row)
    lines = [HEAD, ("---",) * len(HEAD)]
    for claim in evidence.registry().values():
        now = verdicts.get(claim.id, evidence.UNTESTED)
        instead = f": {claim.instead}" if claim.instead and now == "fails" else ""
        checks = by_claim.get(claim.id, [])
        again = str(replications.get(claim.id, "not drawn yet"))
        overturned = evidence.what_overturns(checks, now) if checks else "–"
        earlier = before.get(claim.id, "no such row")
        lines.append((claim.id, earlier, now + instead, *_numbers(checks, now), again, overturned))
    return "\n".join("| " + " | ".join(cell.replace("|", "∣") for cell in line) + " |" for line in lines)


def _numbers(checks: Sequence[evidence.Evidence], verdict: str) -> tuple[str, str, str]:
    if not checks:
        return "–", "–", "–"
    row = deciding(checks, verdict)
    level = "" if row.level is None else f", error rate {row.level:.0e}"
    seeds = "–" if row.seeds is None else str(row.seeds)
    notices = row.detects or ("its interval" if row.low is not None else "exact" if "exact" in row.n else "–")
    return f"{row.check}: {row.statistic}: {row.comparison} (n = {row.n}{level})", notices, seeds
