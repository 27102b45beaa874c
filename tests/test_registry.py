"""The registry of claims: complete, well-formed, and in step with the chapters that exist."""

import re
from pathlib import Path

import pytest
import yaml

from manytasks.evidence import UNTESTED, registry

ROOT = Path(__file__).parents[1]
CLAIMS = registry()
PARTS = {"multitask", "replay", "dynamics", "bridge", "networks"}
KINDS = {
    "theorem", "assumption", "mechanism", "break condition", "result", "figure", "first experiment",
    "open question", "next check",
}  # fmt: skip
CHAPTERS = {
    str(path.relative_to(ROOT / "notebooks").with_suffix("")) for path in ROOT.glob("notebooks/**/*.py")
}


def numbered(prefix, *names):
    return {f"{prefix}.{name}" for name in names}


# What the two papers claim, as their summaries list it, and what we add.
PAPER_A = numbered(
    "A", "S1", "T1", "T2", "T3", "M1", "M2", "M3", "B1", "B2", "B3", "N1", "N2", "N3", "F1a", "F1b", "F2",
    "F4", "F6", "Tab1", "E1", "E2", "E3", "Q1", "Q2", "Q3", "C1", "C2", "C3",
)  # fmt: skip
PAPER_B = numbered(
    "B", "T1", "T2", "S1", "M1a", "M1b", "M2", "M3", "B1a", "B1b", "B2a", "B2b", "B3", "E1", "E2", "E3",
    "Q1", "Q2", "Q3", "C1", "C2", "C3",
)  # fmt: skip
OURS = {f"O.{number}" for number in range(1, 13)}


def test_every_claim_of_both_papers_and_ours_is_registered():
    assert PAPER_A | PAPER_B | OURS <= set(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_row_is_well_formed(claim):
    assert re.fullmatch(r"[AB]\.([STMBNFEQCK]\d+[ab]?|Tab1)|O\.\d+", claim.id)
    source = {"A": "Paper A", "B": "Paper B", "O": "Ours"}[claim.id[0]]
    assert claim.source.startswith(source)
    assert claim.kind in KINDS
    for text in (claim.statement, claim.how):
        assert text == text.strip()
        assert len(text) > 20
    assert claim.statement[-1] == ("?" if claim.kind == "open question" else ".")
    assert re.fullmatch(r"untested|open|holds|fails|holds when \S.*", claim.verdict)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_chapter_exists_or_is_announced(claim):
    """A row may name a chapter to come, in a part of the book, only while it is untested."""
    part, name = claim.chapter.split("/")
    assert part in PARTS
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert claim.chapter in CHAPTERS or claim.verdict == UNTESTED, f"no notebooks/{claim.chapter}.py"


def test_statements_are_not_repeated():
    statements = [claim.statement for claim in CLAIMS.values()]
    assert len(set(statements)) == len(statements)


def test_chapters_record_evidence_for_registered_claims_only():
    recorded = {
        found
        for chapter in CHAPTERS
        for found in re.findall(
            r"record\(\s*[\"']([^\"']+)[\"']",
            (ROOT / "notebooks" / f"{chapter}.py").read_text(encoding="utf-8"),
        )
    }
    assert recorded <= set(CLAIMS)


def test_table_of_contents_lists_only_files_that_exist():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [row["file"] for part in toc["parts"] for row in part["chapters"]]
    assert len(set(chapters)) == len(chapters)
    missing = [f for f in chapters if f.startswith("notebooks/") and not (ROOT / f"{f}.py").is_file()]
    assert missing == []
