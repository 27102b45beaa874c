"""A page wears one badge a claim: the verdict of all its checks, which lie folded below.

A check beyond the first keeps a line where it ran, with its numbers; the badge leads to it and it leads back.
"""

from __future__ import annotations

import html
import json
from typing import Any

from manytasks.claims import registry
from manytasks.evidence import KEY, Evidence, verdict_class, verdicts


def one_badge(notebook: bytes) -> bytes:
    """Gather the badges of each claim into the first; a notebook without need of it stays as it is."""
    content = json.loads(notebook)
    shown: dict[str, list[tuple[Evidence, dict[str, Any]]]] = {}
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            if recorded := output.get("metadata", {}).get(KEY):
                shown.setdefault(recorded["claim"], []).append((Evidence(**recorded), output["data"]))
    several = [checks for checks in shown.values() if len(checks) > 1]
    for checks in several:
        rows = [row for row, _ in checks]
        checks[0][1]["text/html"] = badge(rows)
        for row, data in checks[1:]:
            data["text/html"] = line(row, rows[0])
    return json.dumps(content).encode() if several else notebook


def badge(rows: list[Evidence]) -> str:
    """Return one claim's badge: what it says, the verdict of its checks on this page, the checks folded."""
    first = rows[0]
    verdict = verdicts(rows)[first.claim]
    known = registry().get(first.claim)
    said = f" {html.escape(known.short)}:" if known and known.short else ":"
    items = "".join(
        f'<li><a href="#{row.anchor}">{html.escape(row.check)}</a>: {html.escape(row.verdict)}'
        f"<span>{html.escape(row.numbers)}</span></li>"
        for row in rows
    )
    return (
        f'<div class="evidence {verdict_class(verdict)}" id="{first.anchor}">'
        f'<a href="../../book/claims.html#{first.claim}">{first.claim}</a>{said}'
        f" <strong>{html.escape(verdict)}</strong>"
        f"<details><summary>{len(rows)} checks on this page</summary><ul>{items}</ul></details></div>"
    )


def line(row: Evidence, first: Evidence) -> str:
    """Return what stands where a later check of the claim ran."""
    return (
        f'<p class="check" id="{row.anchor}">'
        f'<a href="#{first.anchor}">{row.claim}</a>, {html.escape(row.check)}: {html.escape(row.numbers)}</p>'
    )
