"""There is always a book: what failed is on its pages and in the last lines of the build; the status is 1."""

import shutil

import pytest
import yaml
from bs4 import BeautifulSoup
from copies import build
from miniature import miniature, runs, source

pytestmark = pytest.mark.book
ABSENT = "not available: the chapter failed"
FAILED = "notebooks/part/alpha.py, cell 6: ValueError: the <peak> is gone at p = 50"
FIGURE = """
# %%
import matplotlib.pyplot as plt

figures.show(plt.figure(), name="count", caption="Nothing.", alt="an empty square", data=None, why="none")
"""
END = (
    '\n# %% tags=["hide-cell"]\nraise ValueError("the <peak> is\\ngone at p = 50")\n\n# %%\nprint("after")\n'
)
# Everything that a page may quote from a notebook.
QUOTES = """{% from "questions.jinja" import question, number with context %}
# What the notebooks say

{{ figure("count") }}

## Asked

{% call question("O.1", "Does it hold?", also=("O.2",)) %}
Of alpha {{ number("O.1", "count", "%.1f") }}, of beta {{ number("O.2", "count", "%.1f") }}.
{% endcall %}

[A link](nowhere)
"""


def faulty(tree):
    """Let a chapter fail, a verdict change, a template ask for too much and a link lead nowhere."""
    miniature(tree)
    (tree / "notebooks/part/alpha.py").write_text(source("part/alpha") + FIGURE + END)
    (tree / "book/quotes.md.jinja").write_text(QUOTES)
    (tree / "book/broken.md.jinja").write_text('{{ claims["O.2"].number("counts", "%d") }}')
    with open(tree / "_toc.yml", "a") as toc:
        toc.write("- file: book/quotes\n- file: book/broken\n")
    verdict(tree, "O.0", "open")
    return tree


def mended(tree):
    """Undo it."""
    (tree / "notebooks/part/alpha.py").write_text(source("part/alpha") + FIGURE)
    (tree / "book/quotes.md.jinja").write_text(QUOTES.replace("[A link](nowhere)", ""))
    (tree / "book/broken.md.jinja").write_text("# Fine\n")
    verdict(tree, "O.0", "holds")


def verdict(tree, claim, words):
    path = tree / "src/manytasks/claims.yml"
    rows = yaml.safe_load(path.read_text())
    for row in rows:
        row["verdict"] = words if row["id"] == claim else row["verdict"]
    path.write_text(yaml.safe_dump(rows))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A faulty miniature after two builds, what both said, and its pages after the first."""
    tree = faulty(tmp_path_factory.mktemp("always") / "tree")
    said = [build(tree, SNAKEMAKE_PROFILE="a-cluster")]  # a habit that is of no use here
    pages = shutil.copytree(tree / "build/html-smoke", tree.with_name("pages"))
    said.append(build(tree))
    return tree, said, pages


def page(folder, name):
    return BeautifulSoup((folder / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def words(tag):
    return " ".join(tag.get_text().split())


def test_the_last_lines_name_every_fault_and_the_exit_code_counts_them(built):
    _, said, _ = built
    for done in said:
        assert done.returncode == 1
        last = done.stdout.partition("the book is at build/html-smoke/index.html, with faults:\n")[2]
        template, link, claim, remedy, chapter = last.splitlines()
        assert template == "book/broken.md.jinja: claim O.2 has no check 'counts'; its checks are 'count'"
        assert link.startswith("book/quotes.md:")
        assert "'nowhere'" in link
        assert claim == "claim O.0: claims.yml says 'open', the notebooks say 'holds' (It holds.)"
        assert remedy == "If the new verdict is right, write it into src/manytasks/claims.yml and say why."
        assert chapter == FAILED
        assert "Traceback" not in done.stdout


def test_a_failed_chapter_is_shown_up_to_the_cell_that_failed(built):
    chapter = page(built[2], "notebooks/part/alpha")
    (failure,) = chapter.select(".failure")
    assert failure["id"] == "failure"
    assert words(failure.p) == "This chapter failed here: ValueError: the <peak> is gone at p = 50"
    assert "----> 1 raise ValueError" in failure.pre.get_text()
    assert "1 of its 8 cells did not run." in failure.get_text()
    assert chapter.find(id="evidence-o-1-count")
    assert chapter.find(id="figure-count")
    assert "after" not in chapter.select_one("article").get_text()
    assert "papermill" not in str(chapter.select_one("article"))


@pytest.mark.parametrize("name", ["notebooks/welcome", "book/claims"])
def test_the_pages_where_readers_begin_say_what_is_wrong(name, built):
    (banner,) = page(built[2], name).select(".failure")
    chapter, claim = banner.select("li")
    assert words(chapter) == (
        "Chapter part/alpha failed in cell 6: ValueError: the <peak> is gone at p = 50. Not judged: O.1."
    )
    assert words(claim) == "Claim O.0: the verdict we committed to is open, this build finds holds."
    for link in banner.select("a"):
        target, _, anchor = link["href"].partition("#")
        assert page((built[2] / name).parent, target.removesuffix(".html")).find(id=anchor)


def test_the_claims_page_judges_nothing_that_a_failed_chapter_owes(built):
    claims = page(built[2], "book/claims")
    shown = {card["id"]: words(card.select_one(".verdict")) for card in claims.select("section.claim")}
    assert shown == {"O.0": "holds", "O.1": "not judged: the chapter failed", "O.2": "holds"}
    assert claims.find(id="O.1").select("li") == []
    assert "Of 3 statements: 2 hold, 1 not judged, because a chapter failed." in words(claims)
    changed = [card["id"] for card in claims.select("section.claim.changed")]
    assert changed == ["O.0"]
    assert "The verdict changed. We committed to: open. This build finds: holds." in words(
        claims.find(id="O.0")
    )


def test_pages_that_quote_a_failed_chapter_say_that_it_failed(built):
    quotes = page(built[2], "book/quotes")
    assert words(quotes.select_one("p.absent")) == ABSENT
    assert f"Of alpha {ABSENT}, of beta 0.0." in words(quotes)
    assert "This build: not judged: the chapter failed." in words(quotes)
    assert "Decided by" not in words(quotes)
    cost = {
        row.td.get_text(): words(row.select("td")[1])
        for row in page(built[2], "book/cost").select("tbody tr")
    }
    assert cost["Does part/alpha hold?"] == ABSENT
    assert float(cost["Does part/beta hold?"]) > 0


def test_a_page_that_cannot_be_made_says_why(built):
    broken = page(built[2], "book/broken")
    assert broken.h1.get_text().startswith("This page could not be made")
    assert "claim O.2 has no check 'counts'" in words(broken)


def test_only_what_failed_runs_again_until_it_is_mended(built):
    tree = built[0]
    assert runs(tree) == {"welcome": 1, "part/alpha": 2, "part/beta": 1}
    mended(tree)
    done = build(tree)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "the book is at build/html-smoke/index.html",
    )
    assert runs(tree) == {"welcome": 1, "part/alpha": 3, "part/beta": 1}
    pages = tree / "build/html-smoke"
    assert [path for path in pages.rglob("*.html") if 'class="failure"' in path.read_text()] == []
    assert page(pages, "book/quotes").find(href="../notebooks/part/alpha.html#figure-count")
