"""The page that sums the book up: five figures on a screen, the same on one sheet of paper."""

import re
import unicodedata

import pypdf
import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def summary(html):
    return BeautifulSoup((html / "book/summary.html").read_text(encoding="utf-8"), "html.parser")


def test_five_figures_lead_to_their_chapters(summary, html):
    links = [panel.find_parent("a")["href"] for panel in summary.select(".summary .panel")]
    assert len(set(links)) == 5
    for link in links:
        page, _, anchor = link.partition("#")
        chapter = BeautifulSoup((html / "book" / page).read_text(encoding="utf-8"), "html.parser")
        assert chapter.find(id=anchor)["class"] == ["panels"]


def test_the_sheet_of_paper_is_one_and_says_the_same(summary, html, program):
    (link,) = summary.select("a.on-screen")
    sheet = pypdf.PdfReader(html / "book" / link["href"])
    (page,) = sheet.pages
    width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    printed = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", page.extract_text()))  # without ligatures
    assert summary.h1.find(string=True) in printed
    headings = [heading.get_text() for heading in summary.select(".summary h2")]
    assert len(headings) == 6
    assert [heading for heading in headings if heading not in printed] == []
    assert "\\(" not in printed  # formulas were drawn before the page was printed
    assert summary.select_one(".summary > .provenance").get_text().split(".")[0] in printed  # the last line


def test_every_failing_claim_is_named(summary, html):
    claims = BeautifulSoup((html / "book/claims.html").read_text(encoding="utf-8"), "html.parser")
    failing = {card["id"] for card in claims.select("section.claim:has(.verdict.fails)")}
    assert failing
    assert {link.get_text() for link in summary.select(".summary li a.claim-link")} == failing
