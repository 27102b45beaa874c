"""A page carries what its links to other pages lead to, without ids and links, and no more than it may."""

import previews
import pytest
from bs4 import BeautifulSoup

TARGETS = """
<section class="claim" id="A.T1"><h3>A.T1 <span>holds</span></h3><p>It holds.</p><p>By counting.</p></section>
<div class="citation" id="id2" role="doc-biblioentry"><i>[1]</i><p>Somebody. <a href="x">doi</a></p></div>
<div class="proof theorem" id="thm-peak"><p>Theorem 1</p>
<section id="inner"><div class="math">\\(p\\)</div></section></div>
<dl><dt id="term-peak">peak<a class="headerlink" href="#a">#</a></dt>
<dd><p>A <em>high</em> place.</p></dd></dl>
<div class="math notranslate" id="equation-one"><span class="eqno">(1)</span>\\[x\\]</div>
<figure class="panels" id="figure-curve"><svg></svg>
<figcaption class="c">Seen.<span class="carries">numbers</span></figcaption></figure>
<p id="other">No target.</p>
"""


def text(markup):
    return " ".join(BeautifulSoup(markup, "html.parser").get_text(" ").split())


def test_each_kind_of_target_shows_what_it_says():
    found = previews.targets(TARGETS)
    assert {name: text(markup) for name, markup in found.items()} == {
        "A.T1": "A.T1 holds It holds.",
        "id2": "[1] Somebody. doi",
        "thm-peak": "Theorem 1 \\(p\\)",
        "term-peak": "peak A high place.",
        "equation-one": "(1) \\[x\\]",
        "figure-curve": "Seen.",
    }
    soup = BeautifulSoup("".join(found.values()), "html.parser")
    assert soup.select("a, [id], svg") == []


def linking(*links):
    return f"<body><article>{''.join(links)}</article></body>"


def test_a_page_has_what_its_links_lead_to_once_and_nothing_of_itself():
    shown = {"book/claims.html": {"A.T1": "<p>It holds.</p>"}, "notebooks/one.html": {"eq": "<p>x</p>"}}
    claim = '<a class="c" href="../book/claims.html#A.T1">A.T1</a>'
    others = '<a href="one.html#eq">1</a><a href="#eq">1</a><a href="../book/claims.html#A.T9">?</a>'
    page = previews.with_previews(linking(claim, claim, others), "notebooks/one.html", shown)
    (template,) = BeautifulSoup(page, "html.parser").select("template#previews")
    (preview,) = template.select("div")
    assert preview["data-for"] == "../book/claims.html#A.T1"
    assert preview.decode_contents() == "<p>It holds.</p>"
    plain = linking(others)
    assert previews.with_previews(plain, "notebooks/one.html", shown) == plain


def test_a_page_does_not_grow_beyond_its_share():
    long = {f"id{k}": "x" * 10_000 for k in range(4)} | {"short": "y"}
    links = [f'<a href="other.html#{name}">{name}</a>' for name in long]
    page = previews.with_previews(linking(*links), "one.html", {"other.html": long})
    assert page.count("data-for") == 3
    assert 'data-for="other.html#short"' in page
    assert len(page) - len(linking(*links)) < 1.05 * previews.LARGEST


@pytest.mark.parametrize("name", ["genindex.html", "search.html"])
def test_an_index_gets_none(name, tmp_path):
    (tmp_path / "other.html").write_text(TARGETS)
    page = linking('<a href="other.html#term-peak">peak</a>')
    for each in (name, "chapter.html"):
        (tmp_path / each).write_text(page)
    previews.add_previews(tmp_path)
    assert (tmp_path / name).read_text() == page
    assert "A <em>high</em> place." in (tmp_path / "chapter.html").read_text()
