"""Style sheets keep every rule that a page can use, as a browser would read it, and lose the others."""

import pytest
from styles import lean, names, purged


@pytest.mark.parametrize(
    "rule",
    [
        ".here{color:red}",
        "p.here>#there{color:red}",
        "p{color:red}",
        "[data-theme=dark] .here{color:red}",
        'a[href=".gone"]{color:red}',
        ".here:not(.gone){color:red}",
        ":is(.gone, .here:not(.gone)) p{color:red}",
        r".md\:here{color:red}",
        "@media print{.here{color:red}}",
        "@supports (display: grid){@media print{.here{color:red}}}",
        "@font-face{font-family:x;src:url(x.woff2)}",
        "@keyframes gone{from{color:red}}",
        "/*! notice of a licence */",
    ],
)
def test_a_rule_that_a_page_can_use_stays_to_the_letter(rule):
    assert purged(rule, {"here", "there", "md:here"}) == rule


@pytest.mark.parametrize(
    "rule",
    [
        ".gone{color:red}",
        ".here .gone{color:red}",
        "#gone.here{}",
        "@media print{.gone{color:red}}",
        "/* no */",
    ],
)
def test_a_rule_that_no_page_can_use_goes(rule):
    assert purged(rule, {"here"}) == ""


def test_of_a_list_of_selectors_some_may_go():
    assert purged(".gone, .here, p .gone{color:red}", {"here"}) == ".here{color:red}"


def test_names_are_those_of_pages_and_the_words_of_scripts(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p class="one two" id="three">.four</p><script>e.classList.add("five-six")</script>'
    )
    (tmp_path / "b.js").write_text("toggle('seven')")
    (tmp_path / "c.css").write_text(".one{}.four{}.five-six{}.seven{}.eight{}")
    assert {"one", "two", "three", "five-six", "seven"} <= names(tmp_path)
    lean(tmp_path)
    assert (tmp_path / "c.css").read_text() == ".one{}.five-six{}.seven{}"
