"""Fill the pages that a build makes of itself: the templates ``book/*.md.jinja``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import environment  # noqa: F401 - manytasks is this tree's
from cells import chapter_content
from compare import Comparison, compared
from dependencies import chapters
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from licences import PARTS

from manytasks.changed import Earlier, earlier
from manytasks.claims import UNTESTED, Claim, registry
from manytasks.declarations import declarations
from manytasks.evidence import UNJUDGED, Evidence, Failure, verdict_class, verdicts, what_overturns
from manytasks.history import history
from manytasks.levels import BOOK
from manytasks.replication import Replicated, least_probability, load_replication, summary

ABSENT = "not available: the chapter failed"
# Statements hold or fail; a question is answered, an experiment or a check is done.
GROUPS = {"open question": "questions", "first experiment": "to do", "next check": "to do"}


@dataclass(frozen=True)
class Judged:
    """A claim with the verdict of this build and the checks behind it."""

    claim: Claim
    verdict: str
    checks: list[Evidence]
    replicated: Replicated | None = None
    changed: bool = False  # it is not the verdict that we committed to
    earlier: Earlier | None = None  # how it was judged before the papers' own data, if they judge it

    @property
    def kind(self) -> str:
        """Kind of the verdict: holds, conditional, fails, open, untested or unjudged."""
        return verdict_class(self.verdict)

    @property
    def group(self) -> str:
        """What can be said of a claim of its kind: "statements", "questions" or "to do"."""
        return GROUPS.get(self.claim.kind, "statements")

    @property
    def words(self) -> str:
        """The verdict in words that suit the kind: a question is answered, what was to be done is done."""
        condition = self.verdict.partition("holds when ")[2]
        found = self.claim.instead or "no"
        questions = {
            "holds": "answered",
            "conditional": f"answered in part: so it is when {condition}",
            "fails": f"answered: {found}",
            "open": "not decided",
        }
        to_do = {
            "holds": "done",
            "conditional": f"done; what it shows holds when {condition}",
            "fails": f"done; it shows the contrary: {found}",
            "open": "done; it does not decide",
        }
        told = {"questions": questions, "to do": to_do}.get(self.group, {})
        return told.get(self.kind, self.verdict)

    @property
    def word(self) -> str:
        """The kind of the verdict in one or two words that suit the kind of the claim."""
        questions = {
            "holds": "answered",
            "conditional": "in part",
            "fails": "answered: no",
            "open": "not decided",
        }
        to_do = {
            "holds": "done",
            "conditional": "done, if …",
            "fails": "done: contrary",
            "open": "done, undecided",
        }
        statements = {"holds": "holds", "conditional": "holds if …", "unjudged": "not judged"}
        told = {"questions": questions, "to do": to_do}.get(self.group, statements)
        return told.get(self.kind, self.kind)

    @property
    def overturned(self) -> str:
        """What would overturn the verdict, in a sentence; empty if nothing judged the claim."""
        judged = self.checks and self.verdict != UNJUDGED
        return what_overturns(self.checks, self.verdict) if judged else ""

    def number(self, name: str, form: str) -> str:
        """Return the value of a check as text, by the name of the check.

        One that a failed chapter owes is not available; an unknown one raises a ValueError that names those
        there are.
        """
        row = self._check(name)
        return form % row.value if row else ABSENT

    def decided(self, name: str) -> str:
        """Return the verdict of a check by its name, as ``number`` does its value."""
        row = self._check(name)
        return row.verdict if row else ABSENT

    def _check(self, name: str) -> Evidence | None:
        for row in self.checks:
            if row.check == name:
                return row
        if self.verdict == UNJUDGED:
            return None
        there = ", ".join(repr(row.check) for row in self.checks)
        raise ValueError(f"claim {self.claim.id} has no check {name!r}; its checks are {there or 'none'}")


def generated_pages(book: Path, names: list[str], facts: dict[str, Any]) -> dict[Path, str]:
    """Fill the templates of the pages that the table of contents names.

    Args:
        book: folder of the templates.
        names: pages, without suffix; those without a template are not ours.
        facts: what the templates may use.

    Returns:
        Text by path in ``book``.

    Raises:
        ValueError: if a template asks for what is not there; it names the template and what it wants.
    """
    return {
        Path(f"book/{name}.md"): fill(book, f"{name}.md.jinja", facts)
        for name in names
        if (book / f"{name}.md.jinja").is_file()
    }


def fill(book: Path, template: str, facts: Mapping[str, Any]) -> str:
    """Fill one template of a folder.

    Raises:
        ValueError: if it asks for what is not there; it names the template and what it wants.
    """
    found = Environment(
        loader=FileSystemLoader(book), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        return found.get_template(template).render(facts)
    except (ValueError, TemplateError) as error:
        raise ValueError(f"book/{template}: {error}") from error


def build_facts(
    evidence: list[Evidence],
    folder: Path,
    executed: list[Path],
    profile: str,
    failures: Sequence[Failure] = (),
    changed: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Gather what a build knows about itself.

    Args:
        evidence: the checks of all chapters.
        folder: folder of the executed notebooks.
        executed: their paths.
        profile: its name.
        failures: chapters that stopped.
        changed: what is to be said of claims whose verdict is not the committed one, by id.

    Returns:
        ``profile``; ``claims``, a ``Judged`` by id in the order of the registry; ``count`` of claims by kind
        of verdict, ``counts`` the same by group; ``level``, the book's error rate; ``replication``, what the
        committed one found, at which
        commit, and the chapters that changed since, or None; ``tables``, what ``data/datapackage.json`` says
        of each, by name, and its number of seeds; ``same``, this build beside the reference, or why it cannot
        be compared; ``beside``, a function that says it of one claim; ``parts``, what the pages carry of
        others; ``history``, how verdicts changed, by claim;
        ``grid``, a function that returns the settings of a sweep's book profile; ``declared``, the
        declarations by name; ``card``, what a GPU measured, or None; ``seconds`` by chapter, None if it
        failed; ``failures``; ``absent``, what to say instead of what they owe; ``figure``, a function that
        returns a drawing of the book by the name of its
        figure, as a link.
    """
    found = verdicts(evidence, failures)
    replications, origin = load_replication()
    before = earlier()
    claims = {
        claim.id: Judged(
            claim,
            found.get(claim.id, UNTESTED),
            [row for row in evidence if row.claim == claim.id],
            replications.get(claim.id),
            claim.id in changed,
            before.get(claim.id),
        )
        for claim in registry().values()
    }
    failed = {failure.chapter for failure in failures}
    notebooks = {
        str(path.relative_to(folder).with_suffix("")): json.loads(path.read_text(encoding="utf-8"))
        for path in executed
    }
    same = against_reference(profile, evidence)
    figures = {
        name: (chapter, panels)
        for chapter, notebook in notebooks.items()
        if chapter not in failed
        for name, panels in _figures(notebook)
    }

    def figure(name: str, panel: int = 0) -> str:
        if name not in figures and any(f'"{name}"' in _source(chapter) for chapter in failed):
            return f'<p class="absent">{ABSENT}</p>'
        if name not in figures:
            raise ValueError(f"no chapter has a figure {name!r}; there are {', '.join(sorted(figures))}")
        chapter, panels = figures[name]
        return f'<a href="../notebooks/{chapter}.html#figure-{name}">{panels[panel]}</a>'

    return {
        "profile": profile,
        "absent": ABSENT,
        "claims": claims,
        "count": Counter(judged.kind for judged in claims.values()),
        "counts": {
            group: Counter(judged.kind for judged in claims.values() if judged.group == group)
            for group in ("statements", *dict.fromkeys(GROUPS.values()))
        },
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
        "tables": committed_tables(),
        "same": same,
        "parts": PARTS,
        "beside": lambda claim: _beside(same, claim),
        "history": history(),
        "grid": grid,
        "declared": declarations(),
        "card": measured_card(),
        "seconds": {
            name: None if name in failed else notebook["metadata"]["papermill"]["duration"]
            for name, notebook in notebooks.items()
        },
        "failures": failures,
        "figure": figure,
    }


def against_reference(profile: str, evidence: list[Evidence]) -> Comparison | str:
    """Return this build beside the committed reference, or in one line why it cannot be compared."""
    try:
        return compared(profile, evidence)
    except ValueError as error:
        return str(error)


def _beside(same: Comparison | str, claim: str) -> str:
    """Say how many checks of a claim are the reference's; nothing if none can be compared."""
    rows = [] if isinstance(same, str) else [each for each in same.rows if each.row.claim == claim]
    if not any(each.there for each in rows):
        return ""
    equal = sum(each.kind == "same" for each in rows)
    return f"the same in {equal} of {len(rows)} checks" if equal < len(rows) else "the same"


def committed_tables() -> dict[str, dict[str, Any]]:
    """Return what the Data Package says of each committed table, by name, with the number of its seeds."""
    package = Path("data/datapackage.json")
    resources = json.loads(package.read_text(encoding="utf-8"))["resources"] if package.exists() else []
    return {
        resource["name"]: resource | {"seeds": _seeds(Path("data") / resource["path"])}
        for resource in resources
    }


def _seeds(table: Path) -> int | None:
    """Return the number of seeds of a table; None if it is not there or has no such column."""
    import pandas as pd

    try:
        return int(pd.read_csv(table, usecols=["seed"])["seed"].nunique())
    except (OSError, ValueError):
        return None


def grid(sweep: str) -> dict[str, Any]:
    """Return the settings of the book profile of a sweep."""
    from manytasks.deep import find_sweep

    return find_sweep(sweep).profiles["book"]


def measured_card() -> dict[str, Any] | None:
    """Return what ``benchmarks/gpu.sh`` measured on the card of the committed record; None without one."""
    record = Path("data/gpu.json")
    return json.loads(record.read_text(encoding="utf-8")) if record.exists() else None


def changed_since(content: dict[str, str]) -> list[str]:
    """Return the chapters whose code or tables are no longer those of the committed replication."""
    return [name for name in chapters() if not chapter_content(name).startswith(content.get(name, "none"))]


def _source(chapter: str) -> str:
    return Path(f"notebooks/{chapter}.py").read_text(encoding="utf-8")


def _figures(notebook: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return name and drawings of every figure that ``manytasks.figures.show`` put into a notebook."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    return [
        (found[1], re.findall(r'<div class="panel".*?</svg>\s*</div>', page, re.DOTALL))
        for page in pages
        if (found := re.search(r'<figure class="panels" id="figure-([a-z0-9-]+)"', page))
    ]
