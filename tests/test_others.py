"""The page on later work, the works that the book cites, and no word that says we were earlier."""

import re
import sys
from pathlib import Path

import pytest
from pybtex.database import parse_file

from manytasks.claims import registry

ROOT = Path(__file__).parents[1]
BIBLIOGRAPHY = parse_file(str(ROOT / "book/references.bib")).entries
TEXTS = sorted([*ROOT.glob("notebooks/**/*.py"), *ROOT.glob("book/*.md"), *ROOT.glob("book/*.jinja")])
TEXTS += [ROOT / "README.md", ROOT / "src/manytasks/claims.yml"]

# "Ours" means derived and checked here. Whoever says more than that uses one of these.
PRIORITY = re.compile(
    r"""\b(nobody | no\s+one | novel(ty)? | first\s+to | for\s+the\s+first\s+time
    | (are|is)\s+the\s+first\b(?!\s+(at|of|in|term|part|half|theorem|row|column)\b)
    | the\s+first\s+(exact|theoretical|theory|proof|analysis)
    | (never|not)\s+(been\s+)?(known|proved|shown|studied)\s+before | (hitherto|previously)\s+un\w+)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Sentences that say it of something else than who was earlier.
ALLOWED = {
    "book/claims.md.jinja": ["Nobody has drawn everything again yet"],
    "notebooks/bridge/real-tasks.py": ["Nobody made these tasks similar or dissimilar"],
    "notebooks/networks/similarity.py": [
        "Nobody would call them dissimilar",
        "a kind of difference that nobody has measured",
    ],
    "src/manytasks/claims.yml": ["on tasks that nobody made"],
}


def joined(text):
    """Return a text without comment signs and line ends, so that sentences are whole."""
    return re.sub(r"\s+", " ", re.sub(r"(?m)^#( |$)", "", text))


def boasts(text, allowed=()):
    text = joined(text)
    for sentence in allowed:
        text = text.replace(sentence, "")
    return [text[max(0, m.start() - 40) : m.end() + 40] for m in PRIORITY.finditer(text)]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_and_no_claim_says_that_we_were_earlier(path):
    name = str(path.relative_to(ROOT))
    assert boasts(path.read_text(encoding="utf-8"), ALLOWED.get(name, ())) == []


def test_every_exception_is_still_there():
    for name, sentences in ALLOWED.items():
        text = joined((ROOT / name).read_text(encoding="utf-8"))
        assert [each for each in sentences if each not in text] == [], name


@pytest.mark.parametrize(
    "sentence",
    [
        "We are the first to prove it.",
        "Here it is shown for\n# the first time.",
        "A novel formula.",
        "Nobody has computed this.",
        "those here are the first.",
        "This is the first exact theory.",
        "It was not known before.",
    ],
)
def test_such_words_are_seen(sentence):
    assert boasts(sentence)


@pytest.mark.parametrize("sentence", ["This is the first theorem.", "which is the first at $p = 1$", "ours"])
def test_other_words_pass(sentence):
    assert boasts(sentence) == []


def test_what_is_cited_is_in_the_bibliography():
    for path in TEXTS:
        for keys in re.findall(r"\{cite(?::\w)?\}`([^`]+)`", path.read_text(encoding="utf-8")):
            missing = [key for key in map(str.strip, keys.split(",")) if key not in BIBLIOGRAPHY]
            assert missing == [], path.name


def test_a_preprint_that_a_claim_names_is_in_the_bibliography():
    known = {entry.fields.get("eprint") for entry in BIBLIOGRAPHY.values()}
    named = {number for claim in registry().values() for number in re.findall(r"\d{4}\.\d{5}", claim.source)}
    assert named
    assert named <= known


def test_the_page_names_claims_that_exist_and_says_what_was_seen(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    import pages

    monkeypatch.setattr(pages, "load_replication", lambda: ({}, {}))
    facts = pages.build_facts([], tmp_path, [], "smoke")
    page = pages.generated_pages(ROOT / "book", ["others"], facts)[Path("book/others.md")]
    sys.modules.pop("pages", None)
    works = [line for line in page.splitlines() if line.startswith("* ")]
    assert len(works) >= 35
    for line in works:
        assert re.search(r"\{cite:[tp]\}`\w+`", line)
        assert re.search(r'Touches <a class="claim-link .*</a>\. Seen: \w.*\.</span>$', line)
    assert "Searched on 27 November 2026" in page
    assert not re.search(r"\bthey do not\b", page)
