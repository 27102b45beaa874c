"""The two pages made from the build itself: every claim with its evidence, and what a rebuild costs."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from pathlib import Path

from manytasks.evidence import UNTESTED, Claim, Evidence, registry, verdict_class, verdicts

PARTS = {
    "Paper A": "Paper A: multi-task and replay theory",
    "Paper B": "Paper B: backward error analysis",
    "Ours": "Ours: beyond the papers",
}
WORDS = {"holds": "hold", "conditional": "hold under a stated condition", "fails": "fail", "open": "are open"}


def claims_page(evidence: list[Evidence]) -> str:
    """Return the claims page: one card a claim, each check linked to the cell that ran it."""
    found, claims = verdicts(evidence), registry().values()
    count = Counter(verdict_class(found.get(claim.id, UNTESTED)) for claim in claims)
    judged = ", ".join(f"{count[kind]} {text}" for kind, text in WORDS.items() if count[kind])
    lines = [
        "# What holds, what fails, what is open?",
        "",
        f"Of {len(claims)} claims, {judged or 'none is judged'}; {count[UNTESTED]} are untested so far.",
        "Every verdict below was computed by the notebooks when this book was built.",
        "A link leads to the cell that decided.",
        "A build whose evidence contradicts a committed verdict fails.",
        "",
    ]
    for source, title in PARTS.items():
        lines += [f"## {title}", ""]
        for claim in claims:
            if claim.source.startswith(source):
                checks = [row for row in evidence if row.claim == claim.id]
                lines += [_card(claim, found.get(claim.id, UNTESTED), checks), ""]
    return "\n".join(lines)


def _card(claim: Claim, verdict: str, checks: list[Evidence]) -> str:
    """Return one claim as HTML without blank lines, which would end the block in Markdown."""
    rows = "".join(_row(row) for row in checks)
    return (
        f'<section class="claim" id="{claim.id}">\n'
        f'<h3>{claim.id} <span class="verdict {verdict_class(verdict)}">{escape(verdict)}</span></h3>\n'
        f"<p>{escape(claim.statement)}</p>\n"
        f'<p class="how">{escape(claim.kind.capitalize())}; {escape(claim.source)}.'
        f" Judged by: {escape(claim.how)}.</p>\n" + (f"<ul>{rows}</ul>\n" if rows else "") + "</section>"
    )


def _row(row: Evidence) -> str:
    return (
        f'<li><a href="../notebooks/{row.notebook}.html#{row.anchor}">{escape(row.check)}</a>: '
        f"{escape(row.verdict)} ({escape(row.statistic)} = {row.value:.3g}, threshold {row.threshold:.3g}, "
        f"n = {escape(row.n)}; {escape(row.profile)} profile)</li>"
    )


def cost_page(folder: Path, executed: list[Path], profile: str) -> str:
    """Return the page that says how many seconds each chapter took in the last build."""
    seconds = {
        str(path.relative_to(folder).with_suffix("")): json.loads(path.read_text())["metadata"]["papermill"][
            "duration"
        ]
        for path in executed
    }
    lines = [
        "# What does it cost to rebuild?",
        "",
        f"Seconds that each chapter took when it last ran, in the {profile} profile.",
        "Chapters run in parallel.",
        "Only those whose source, package code, data or parameters changed run again.",
        "",
        "| chapter | seconds |",
        "|---|--:|",
        *(f"| {{doc}}`../notebooks/{name}` | {value:.1f} |" for name, value in seconds.items()),
        f"| all, one after another | {sum(seconds.values()):.1f} |",
    ]
    return "\n".join(lines) + "\n"
