"""A word of the glossary leads there where a chapter first uses it, with its meaning on hover."""

import pytest
from terms import glossary, linked

GLOSSARY = (
    '<dl><dt id="term-null-risk">null risk<a href="#x">#</a></dt><dd><p>Risk of <em>zero</em>.</p></dd>'
    '<dt id="term-kurtosis-excess">kurtosis, excess<a href="#y">#</a></dt>'
    "<dd><p>Fourth moment less 3.</p></dd></dl>"
)
TERMS = glossary(GLOSSARY)
LINK = '<a class="term" href="g.html#term-null-risk" title="Risk of zero.">{}</a>'


def test_terms_are_read_as_they_are_spoken():
    assert TERMS == {
        "null risk": ("term-null-risk", "Risk of zero."),
        "excess kurtosis": ("term-kurtosis-excess", "Fourth moment less 3."),
    }


def test_the_first_use_leads_to_the_glossary_and_no_other():
    page = linked("<p>Null risks.</p><p>null risk</p>", TERMS, "g.html")
    assert page == f"<p>{LINK.format('Null risk')}s.</p><p>null risk</p>"


@pytest.mark.parametrize(
    "page",
    [
        "<h2>null risk</h2>",
        '<p><a href="#">null risk</a></p>',
        "<p><code>null risk</code></p>",
        r"<p>\(null risk\)</p>",
        '<p title="null risk">no-null risky</p>',
        "<figcaption>null risk</figcaption>",
    ],
)
def test_headings_links_code_and_formulas_stay(page):
    assert linked(page, TERMS, "g.html") == page
