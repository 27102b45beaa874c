"""The book in Firefox, from disk: pages are whole, explorers and moving pictures alive."""

import numpy as np
import pytest
from browser import NO_FIREFOX, firefox_program
from firefox import firefox
from reader import DESKTOP, INSPECT, PHONE
from rotation import todays

from manytasks import pictures

pytestmark = pytest.mark.book
SET = "async () => { await window.MathJax?.startup.promise; await document.fonts.ready; }"
# Drawings without a size, images that did not come.
UNDRAWN = """() => [
  ...[...document.images].filter((image) => image.checkVisibility() && !image.naturalWidth),
  ...[...document.querySelectorAll("figure svg")].filter((svg) => svg.checkVisibility() &&
    !(svg.getBoundingClientRect().width > 9 && svg.getBoundingClientRect().height > 9)),
].map((drawing) => drawing.outerHTML.slice(0, 120))"""
# The place before a slider, from which Tab must lead to it.
BEFORE = """(slider) => {
  const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
    .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.disabled);
  all[all.indexOf(document.querySelector(slider)) - 1].focus();
}"""
FOCUSED = "(slider) => document.activeElement === document.querySelector(slider)"
EXPLORERS = {
    "notebooks/multitask/explore.html": ("explore-multitask", "explore-transfer"),
    "notebooks/replay/explore-replay.html": ("explore-replay", "explore-budget"),
    "notebooks/dynamics/explore-flows.html": ("explore-flows",),
}
READY = """async (names) => {
  for (let i = 0; i < 300 && !names.every((name) => window.manytasks?.figures[name]?.values); i++)
    await new Promise((go) => setTimeout(go, 100));
}"""
CURVES = """(name) => JSON.stringify(Object.values(manytasks.figures[name].models)
  .map((model) => model.data && Object.values(model.data).map((column) => Array.from(column))))"""
SHAPES = "(name) => document.querySelector(`#figure-${name} .row`).innerHTML"
STATE = "(name) => ({setting: manytasks.figures[name].setting, values: manytasks.figures[name].values})"


@pytest.fixture(scope="module")
def session():
    """Firefox, or a reason why not."""
    with firefox(firefox_program() or pytest.skip(NO_FIREFOX)) as running:
        yield running


def faults(session, address):
    """Return what is wrong with a page on a screen and on a phone."""
    size = DESKTOP["width"], DESKTOP["height"]
    with session.page(address, *size) as page:
        page.evaluate(SET)
        seen = page.evaluate(INSPECT, ["mathematics", "wide", "cut", "sideways", "uneven"])
        undrawn = page.evaluate(UNDRAWN)
        page.resize(PHONE["width"], PHONE["height"])
        small = page.evaluate(INSPECT, ["cut", "sideways", "lost"])
        found = {"console and requests": page.wrong(), "undrawn": undrawn + page.evaluate(UNDRAWN)}
    found |= seen | {f"{kind} on a phone": what for kind, what in small.items()}
    return {kind: what for kind, what in found.items() if what}


def test_no_page_has_a_fault_in_firefox(html, session):
    shown = [
        path.relative_to(html)
        for path in sorted([*html.glob("*.html"), *html.glob("[bn]*/**/*.html")])
        if b'http-equiv="Refresh"' not in path.read_bytes()
    ]
    found = {str(name): faults(session, (html / name).as_uri()) for name in todays(shown)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_each_kind_of_fault_is_found_in_firefox(tmp_path, session):
    # Without this, the test above could pass because it is blind.
    page = tmp_path / "faults.html"
    page.write_text(
        """<!doctype html><meta charset="utf-8"><body style="margin: 0">
        <script>console.error("a script complains"); nothing();</script>
        <img src="https://example.org/far.png"><img src="missing.png">
        <figure><svg width="0" height="0"></svg></figure><span class="math">\\(x\\)</span>
        <p style="white-space: nowrap; width: 1400px; text-align: right">far to the right</p></body>""",
        encoding="utf-8",
    )
    found = faults(session, page.as_uri())
    said = found.pop("console and requests")
    assert "a script complains" in said
    assert "elsewhere: https://example.org/far.png" in said
    assert any("nothing is not defined" in line for line in said)
    assert len(found.pop("undrawn")) == 6
    assert found == {
        "cut": ["p: far to the right"],
        "mathematics": [r"not rendered: \(x\)"],
        "sideways": 120,
        "sideways on a phone": 1010,
    }


def reached(page, slider):
    """Return whether Tab leads to a slider; what scrolls around it may take the focus before."""
    page.evaluate(BEFORE, slider)
    for _ in range(3):
        page.press("Tab")
        if page.evaluate(FOCUSED, slider):
            return True
    return False


@pytest.mark.parametrize("path", todays(list(EXPLORERS)))
def test_a_key_moves_the_curves_of_an_explorer_in_firefox(path, html, session):
    with session.page((html / path).as_uri(), DESKTOP["width"], DESKTOP["height"]) as page:
        page.evaluate(READY, EXPLORERS[path])
        for name in EXPLORERS[path]:
            slider = f"#figure-{name} [type=range]"
            before, drawn = page.evaluate(STATE, name)["setting"], page.evaluate(CURVES, name)
            assert reached(page, slider), name
            page.press("ArrowRight")
            assert page.evaluate(STATE, name)["setting"] != before
            assert page.evaluate(CURVES, name) != drawn
        assert page.wrong() == []


def test_a_key_moves_the_pictures_in_firefox(html, session):
    address = (html / "notebooks/ten-minutes.html").as_uri()
    with session.page(address, DESKTOP["width"], DESKTOP["height"]) as page:
        there = page.evaluate("() => Object.keys(manytasks.figures)")
        assert len(there) >= 5
        for name in there:
            picture = getattr(pictures, name)()
            slider = f"#{name}-{picture.controls[0].name}"
            drawn = page.evaluate(SHAPES, name)
            assert reached(page, slider), name
            page.press("ArrowRight")
            now = page.evaluate(STATE, name)
            assert page.evaluate(SHAPES, name) != drawn
            for key, value in picture.at(**now["setting"]).items():
                np.testing.assert_allclose(now["values"][key], value, rtol=1e-9, atol=1e-11, err_msg=key)
        assert page.wrong() == []
