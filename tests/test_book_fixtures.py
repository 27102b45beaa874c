"""A smoke book that was not built is one failure; what cannot be read without it is skipped, and says why."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"
FOLDER = Path(__file__).parent
# In place of a real build: it fails, with a book or without.
COPIES = """
from types import SimpleNamespace
NOTHING = outputs = None

def copy_tree(target):
    target.mkdir(parents=True)
    return target

def build(tree):
    if {book}:
        (tree / "build/html-smoke").mkdir(parents=True)
        (tree / "build/html-smoke/index.html").touch()
    said = ["Select jobs to execute...", "harm.py, cell 3: the peak is gone"]
    return SimpleNamespace(returncode=1, stdout="\\n".join(said))
"""
READING = """
def test_pages(html): assert (html / "index.html").exists()
def test_links(html): pass
def test_looks(html, browser): pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    def run(book):
        pytester.makeini(f"[pytest]\npythonpath = . {FOLDER.parent / 'workflow'}\nmarkers = book")
        pytester.makeconftest((FOLDER / "book/conftest.py").read_text(encoding="utf-8"))
        smoke = (FOLDER / "book/test_smoke_book.py").read_text(encoding="utf-8")
        pytester.makepyfile(copies=COPIES.format(book=book), test_smoke_book=smoke, test_reading=READING)
        monkeypatch.setenv("CHROMIUM", "/nonexistent")
        return pytester.runpytest_subprocess("-rs")

    return run


def test_without_a_book_one_test_fails_and_the_others_are_skipped(run):
    result = run(book=False)
    result.assert_outcomes(failed=1, skipped=5)
    assert result.outlines.count("harm.py, cell 3: the peak is gone") == 1
    assert "Select jobs to execute..." not in result.outlines
    result.stdout.fnmatch_lines_random(
        [
            "SKIPPED * no book: see test_the_smoke_book_is_built",
            "SKIPPED * no whole book: see test_the_smoke_book_is_built",
        ]
    )


def test_a_book_with_faults_is_read_and_no_browser_is_a_reason_to_skip(run):
    result = run(book=True)
    result.assert_outcomes(failed=1, passed=2, skipped=3)
    result.stdout.fnmatch_lines(
        ["SKIPPED * CHROMIUM must name a Chromium, Chrome or Edge that starts; got '/nonexistent'"]
    )
