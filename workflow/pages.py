"""Fill the pages that a build makes of itself: the templates ``book/*.md.jinja``."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cells import chapter_content
from dependencies import chapters
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from manytasks.evidence import UNTESTED, Claim, Evidence, registry, verdict_class, verdicts
from manytasks.levels import BOOK
from manytasks.replication import Replicated, least_probability, load_replication, summary


@dataclass(frozen=True)
class Judged:
    """A claim with the verdict of this build and the checks behind it."""

    claim: Claim
    verdict: str
    checks: list[Evidence]
    replicated: Replicated | None = None

    @property
    def kind(self) -> str:
        """Kind of the verdict: holds, conditional, fails, open or untested."""
        return verdict_class(self.verdict)

    def check(self, name: str) -> Evidence:
        """Return one check by its name; an unknown one raises a ValueError that names those there are."""
        for row in self.checks:
            if row.check == name:
                return row
        there = ", ".join(repr(row.check) for row in self.checks)
        raise ValueError(f"claim {self.claim.id} has no check {name!r}; its checks are {there or 'none'}")


def generated_pages(book: Path, names: list[str], facts: dict[str, Any]) -> dict[Path, str]:
    """Fill the templates of the pages that the table of contents names.

    Args:
        book: folder of the templates.
        names: pages, without suffix; those without a template are not ours.
        facts: what the templates may use; a name that is not there raises an error.

    Returns:
        Text by path in ``book``.
    """
    environment = Environment(
        loader=FileSystemLoader(book), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates = {name: book / f"{name}.md.jinja" for name in names}
    return {
        Path(f"book/{name}.md"): environment.get_template(path.name).render(facts)
        for name, path in templates.items()
        if path.is_file()
    }


def build_facts(evidence: list[Evidence], folder: Path, executed: list[Path], profile: str) -> dict[str, Any]:
    """Gather what a build knows about itself.

    Args:
        evidence: the checks of all chapters.
        folder: folder of the executed notebooks.
        executed: their paths.
        profile: its name.

    Returns:
        ``profile``; ``claims``, a ``Judged`` by id in the order of the registry; ``count`` of claims by kind
        of verdict; ``level``, the book's error rate; ``replication``, what the committed one found, at which
        commit, and the chapters that changed since, or None; ``seconds`` by chapter; ``figure``, a function
        that returns a drawing of the book by the name of its figure, as a link to it.
    """
    found = verdicts(evidence)
    replications, origin = load_replication()
    claims = {
        claim.id: Judged(
            claim,
            found.get(claim.id, UNTESTED),
            [row for row in evidence if row.claim == claim.id],
            replications.get(claim.id),
        )
        for claim in registry().values()
    }
    notebooks = {
        str(path.relative_to(folder).with_suffix("")): json.loads(path.read_text()) for path in executed
    }
    figures = {
        name: (chapter, panels)
        for chapter, notebook in notebooks.items()
        for name, panels in _figures(notebook)
    }

    def figure(name: str, panel: int = 0) -> str:
        if name not in figures:
            raise ValueError(f"no chapter has a figure {name!r}; there are {', '.join(sorted(figures))}")
        chapter, panels = figures[name]
        return f'<a href="../notebooks/{chapter}.html#figure-{name}">{panels[panel]}</a>'

    return {
        "profile": profile,
        "claims": claims,
        "count": Counter(judged.kind for judged in claims.values()),
        "level": BOOK,
        "replication": {
            "summary": summary(replications),
            "bounds": {same: least_probability(same, 20) for same in (20, 19)},
            "profile": origin["profile"],
            "commits": [commit[:10] for commit in origin["commit"]],
            "changed": changed_since(origin["content"]),
        }
        if origin
        else None,
        "seconds": {
            name: notebook["metadata"]["papermill"]["duration"] for name, notebook in notebooks.items()
        },
        "figure": figure,
    }


def changed_since(content: dict[str, str]) -> list[str]:
    """Return the chapters whose code or tables are no longer those of the committed replication."""
    return [name for name in chapters() if not chapter_content(name).startswith(content.get(name, "none"))]


def _figures(notebook: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return name and drawings of every figure that ``manytasks.figures.show`` put into a notebook."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    return [
        (found[1], re.findall(r'<div class="panel".*?</svg>\s*</div>', page, re.DOTALL))
        for page in pages
        if (found := re.search(r'<figure class="panels" id="figure-([a-z0-9-]+)"', page))
    ]
