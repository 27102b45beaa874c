"""Claims, the evidence that notebooks record for them, and the verdicts that follow.

Evidence travels inside the executed notebook, as an output of the cell that produced it: it cannot drift from
its page, needs no file of its own and is exactly as fresh as the notebook. The registry ``claims.yml`` holds
every claim with the verdict we committed to; a build whose evidence says otherwise fails.
"""

from __future__ import annotations

import difflib
import html
import json
import platform
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from manytasks.checkout import commit
from manytasks.claims import UNTESTED, registry
from manytasks.levels import level as level
from manytasks.levels import spent

KEY = "manytasks_evidence"  # where an output's metadata keeps its evidence
FAILED = "failure"  # where the metadata of a notebook that stopped says so
UNJUDGED = "not judged: the chapter failed"
_started = time.perf_counter()


@dataclass(frozen=True)
class Evidence:
    """One check of one claim: a statistic, what it is compared with, on how much data, and what follows."""

    claim: str
    check: str
    statistic: str
    value: float
    threshold: float
    n: str
    verdict: str
    notebook: str = ""
    profile: str = ""
    level: float | None = None  # the check's share of the book's error rate, where it spends one

    @property
    def anchor(self) -> str:
        """Name of the place in the page where the check ran."""
        return "evidence-" + re.sub(r"[^a-z0-9]+", "-", f"{self.claim} {self.check}".lower()).strip("-")

    @property
    def numbers(self) -> str:
        """What decided: statistic, threshold, size of the data, and the error rate if it has one."""
        rate = "" if self.level is None else f", error rate {self.level:.0e}"
        return f"{self.statistic} = {self.value:.3g}, threshold {self.threshold:.3g}, n = {self.n}{rate}"

    def __str__(self) -> str:
        return f"{self.claim}, {self.check}: {self.verdict} ({self.numbers})"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        badge = (
            f'<div class="evidence {verdict_class(self.verdict)}" id="{self.anchor}">'
            f'<a href="../../book/claims.html#{self.claim}">{self.claim}</a> {html.escape(self.check)}: '
            f"<strong>{html.escape(self.verdict)}</strong>"
            f"<span>{html.escape(self.numbers)}</span></div>"
        )
        return {"text/html": badge, "text/plain": str(self)}, {KEY: asdict(self)}


@dataclass(frozen=True)
class Failure:
    """A chapter that stopped before its end, and the claims that nobody judges therefore.

    Attributes:
        chapter: its notebook, without folder and suffix.
        cell: number of the cell that stopped it, from 0; None if it did not come to run.
        error: kind and message of the error, in one line.
        claims: ids of the claims it would have judged.
    """

    chapter: str
    cell: int | None
    error: str
    claims: tuple[str, ...]

    def __str__(self) -> str:
        where = "" if self.cell is None else f", cell {self.cell}"
        return f"notebooks/{self.chapter}.py{where}: {self.error}"


def record(
    claim: str,
    check: str,
    *,
    statistic: str,
    value: float,
    threshold: float,
    n: str | int,
    holds: bool | None,
    when: str | None = None,
) -> None:
    """Record in a notebook what a check says about a claim, and show it as a badge.

    Args:
        claim: id of a registered claim.
        check: what was done, in a few words ("derivation", "simulation"); with the claim it names the badge.
        statistic: name of the number that decides, with its unit or direction if not obvious.
        value: the number, from this run.
        threshold: what it is compared with.
        n: size of the data behind the number.
        holds: outcome of the comparison, computed; None if the evidence cannot decide ("open").
        when: the condition under which the claim was found to hold, if it does not always.

    Raises:
        ValueError: if the claim is not registered.

    Example:
        >>> record("A.T1", "doctest", statistic="|z|", value=1.2, threshold=3.5, n=100, holds=True)
        A.T1, doctest: holds (|z| = 1.2, threshold 3.5, n = 100)
    """
    if claim not in registry():
        near = ", ".join(difflib.get_close_matches(claim, registry(), n=3, cutoff=0.3))
        raise ValueError(f"claim {claim!r} is not in claims.yml; the nearest ids are {near}")
    if holds is None:
        verdict = "open"
    elif not holds:
        verdict = "fails"
    else:
        verdict = f"holds when {when}" if when else "holds"
    numbers = float(value), float(threshold), str(n)
    _display(Evidence(claim, check, statistic, *numbers, verdict, level=spent(claim, check)))


def provenance(profile: str, seed: int) -> None:
    """Show what a reader needs to get the same numbers: profile, seed, commit, versions, seconds.

    Args:
        profile: name of the profile that drew the page.
        seed: the seed of the run.
    """
    from importlib.metadata import version

    packages = ", ".join(
        f"{name} {version(name)}" for name in ("manytasks", "numpy", "scipy", "sympy", "torch")
    )
    seconds = time.perf_counter() - _started
    python = platform.python_version()
    here = commit()
    line = (
        f"Profile {profile}, seed {seed}, {seconds:.0f} seconds; commit {here[:10] + here[40:]};"
        f" Python {python}, {packages}."
    )
    _display(_Html(f'<p class="provenance">{line}</p>', line))


def gather(notebooks: Iterable[Path]) -> list[Evidence]:
    """Read the evidence out of executed notebooks.

    Args:
        notebooks: paths of executed .ipynb files below a folder called "notebooks".

    Returns:
        Evidence in page order, each with the notebook (without suffix) and profile it came from. A chapter
        that failed gives none: what it recorded before is not all that it had to say.

    Raises:
        ValueError: if a file is not a readable notebook; it names the file and what to do.
    """
    found = []
    for path in sorted(notebooks):
        with _readable(path):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            name = _chapter(path)
            parameters = notebook["metadata"].get("papermill", {}).get("parameters", {})
            outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", [])]
            rows = [Evidence(**o["metadata"][KEY]) for o in outputs if KEY in o.get("metadata", {})]
            if _failure(notebook):
                continue
        profile = parameters.get("profile", "as committed")
        found += [replace(row, notebook=name, profile=profile) for row in rows]
    return found


def failures(notebooks: Iterable[Path]) -> list[Failure]:
    """Name the chapters that stopped before their end.

    Args:
        notebooks: paths of executed .ipynb files below a folder called "notebooks".

    Returns:
        One failure for each, in the order of their names.

    Raises:
        ValueError: if a file is not a readable notebook; it names the file and what to do.
    """
    found = []
    for path in sorted(notebooks):
        with _readable(path):
            if failure := _failure(json.loads(path.read_text(encoding="utf-8"))):
                claims = tuple(failure["claims"])
                found.append(Failure(_chapter(path), failure["cell"], failure["error"], claims))
    return found


def verdicts(evidence: Iterable[Evidence], failures: Iterable[Failure] = ()) -> dict[str, str]:
    """Combine all checks of each claim: one failure fails it, conditions add up.

    Args:
        evidence: any number of checks.
        failures: chapters that stopped; a claim that one of them judges has no verdict.

    Returns:
        Verdict by claim id, only for claims with evidence and those that were not judged.

    Example:
        >>> row = Evidence("A.T1", "a", "z", 1, 2, "9", "holds")
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
        conditions = dict.fromkeys(part.removeprefix("holds when ") for part in parts if " when " in part)
        if "fails" in parts or "open" in parts:
            combined[claim] = "fails" if "fails" in parts else "open"
        else:
            combined[claim] = "holds when " + "; ".join(conditions) if conditions else "holds"
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


def verdict_class(verdict: str) -> str:
    """Name the kind of a verdict, for colours.

    Returns:
        "holds", "conditional", "fails", "open", "untested" or "unjudged".
    """
    if verdict == UNJUDGED:
        return "unjudged"
    return "conditional" if verdict.startswith("holds when") else verdict


def _chapter(path: Path) -> str:
    return "/".join(path.with_suffix("").parts[path.parts.index("notebooks") + 1 :])


def _failure(notebook: dict[str, Any]) -> dict[str, Any] | None:
    return notebook["metadata"].get("manytasks", {}).get(FAILED)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ValueError(f"{path} is missing; run `make book`") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is not a readable executed notebook ({type(error).__name__}: {error}); "
            "delete it and run `make book` again"
        ) from error


def _display(what: Any) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(what)
    else:
        display(what)


@dataclass(frozen=True)
class _Html:
    markup: str
    plain: str

    def __str__(self) -> str:
        return self.plain

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.markup, "text/plain": self.plain}
