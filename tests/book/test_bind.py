"""The book in one file: sheets in order, bookmarks, links that stay inside, and the same bytes again."""

import re
import subprocess
import sys

import pypdf
import pytest
from copies import copy_tree

pytestmark = [pytest.mark.book, pytest.mark.third]
TOC = """format: jb-book
root: notebooks/welcome
parts:
  - caption: First part
    chapters: [{file: notebooks/a}]
  - caption: Second & last
    chapters: [{file: book/b}, {file: book/c}]
"""
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>{title} — A book</title></head><body>
<main><article class="bd-article"><section id="top"><h1>{heading}</h1>{words}</section></article></main>
</body></html>"""
PAGES = {
    "notebooks/welcome": (
        "Welcome",
        "<p>Begin with <a href='../book/b.html#there'>the place</a>.</p>".replace("'", '"'),
    ),
    "notebooks/a": (
        "1. Does it move?",
        '<div class="cell"><details class="hide"><summary>code</summary><p>secret code</p></details></div>'
        '<section id="far"><h2>Further</h2></section>'
        '<figure class="picture" id="figure-x">drawing</figure>'
        "<details><summary>more</summary><p>all of it</p></details>"
        f'<table style="display:block; overflow-x:auto"><tr><td>{"wide" * 60}END</td></tr></table>',
    ),
    "book/b": (
        "2. Where?",
        '<p style="height: 700px">first</p><p style="height: 700px">second</p>'
        '<p id="there">Here it is.</p><p>A <a href="c.html">page</a>,'
        ' <a href="https://example.org/x">far away</a>, <a href="nowhere.html">none</a>.</p>',
    ),
    "book/c": ("Last", '<p>The end.</p><div style="height: 1010px"></div>'),
}


@pytest.fixture(scope="module")
def bound(tmp_path_factory, program):
    """The file of a book of four pages, after two runs, and what the runs said."""
    tree = copy_tree(tmp_path_factory.mktemp("bound") / "it's a tree")
    (tree / "_toc.yml").write_text(TOC)
    for name, (title, words) in PAGES.items():
        page = tree / f"build/html-smoke/{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        heading = re.sub(r"^\d+\. ", "", title)
        page.write_text(PAGE.format(title=title, heading=heading, words=words), encoding="utf-8")
    (tree / "build/html-smoke/index.html").touch()
    files = []
    for _ in range(2):
        command = [sys.executable, "workflow/bind.py", "smoke"]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(r"the book is on \d+ sheets in build/manytasks-smoke.pdf\n", done.stdout)
        files.append((tree / "build/manytasks-smoke.pdf").read_bytes())
    return tree / "build/manytasks-smoke.pdf", files


@pytest.fixture(scope="module")
def reader(bound):
    return pypdf.PdfReader(bound[0])


def sheet_of(reader, words):
    """The number of the only sheet after the contents that says so."""
    (found,) = [i for i, sheet in enumerate(reader.pages) if i and words in sheet.extract_text()]
    return found


def test_the_same_book_is_the_same_bytes(bound):
    first, second = bound[1]
    assert first == second


def test_there_are_as_many_bookmarks_as_parts_and_each_page_has_one(reader):
    first = [each.title for each in reader.outline if not isinstance(each, list)]
    assert first == ["First part", "Second & last"]
    inner = [each.title for group in reader.outline[1::2] for each in group if not isinstance(each, list)]
    assert inner == ["Welcome", "1. Does it move?", "2. Where?", "Last"]
    (section,) = [each for each in reader.outline[1] if isinstance(each, list)]
    assert [each.title for each in section] == ["Further"]


def test_no_sheet_is_blank_and_all_are_numbered(reader):
    for i, sheet in enumerate(reader.pages):
        words = sheet.extract_text().split()
        assert words[-1] == str(i + 1)
        assert len(words) > 1


def test_the_contents_name_the_sheets(reader):
    said = reader.pages[0].extract_text()
    for title, words in (("Does it move?", "drawing"), ("Last", "The end.")):
        assert re.search(rf"{re.escape(title)}\s+{sheet_of(reader, words) + 1}\b", said)


def test_links_stay_inside_the_file(reader):
    links = [each.get_object() for sheet in reader.pages[1:] for each in sheet.get("/Annots", ())]
    away = [link["/A"]["/URI"] for link in links if "/A" in link]
    assert away == ["https://example.org/x"]  # and the one to no page of the book is none
    order = [sheet.indirect_reference for sheet in reader.pages]
    sheets = [reader.pages[order.index(link["/Dest"][0])] for link in links if "/A" not in link]
    found = ["Here it is." in sheet.extract_text() for sheet in sheets]
    assert len(sheets) == 2
    assert found == [True, False]
    assert "The end." in sheets[1].extract_text()


def test_what_is_hidden_is_left_out_and_what_is_folded_open(reader):
    said = reader.pages[sheet_of(reader, "drawing")].extract_text()
    assert "1. Does it move?" in said
    assert "secret code" not in said
    assert "all of it" in said
    assert "A still: on the page notebooks/a.html it moves." in said
    assert "END" in said  # a table that is too wide is made smaller, not cut off


def test_a_file_without_dates_says_what_it_is(reader):
    assert reader.metadata == {"/Title": "One model, many tasks", "/Producer": "Chromium and pypdf"}
