"""One button opens or closes all folds of a page; the choice is remembered where it can be."""

from importlib.resources import files

import heads
import pytest
from copies import ROOT

pytestmark = pytest.mark.book
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><body>
<article><h1>One</h1>
<details><summary>code</summary>one</details>
<div class="dropdown admonition"><p class="admonition-title">Solution</p><p>two</p></div>
<details open><summary>more</summary>three</details></article>
<script>const togglebuttonSelector = ".dropdown", toggleHintShow = "show", toggleHintHide = "hide",
  toggleOpenOnPrint = "false";</script>
<script src="togglebutton.js"></script><script src="folds.js"></script></body></html>"""
STATE = """() => [...document.querySelectorAll("details")].map((each) => each.open)
  .concat(!document.querySelector(".admonition").classList.contains("toggle-hidden"))"""
DENIED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied'); }});"


@pytest.fixture
def site(tmp_path):
    """Two pages with two folds and a solution, with the scripts that the book has."""
    toggle = files("sphinx_togglebutton") / "_static/togglebutton.js"
    (tmp_path / "togglebutton.js").write_text(toggle.read_text(encoding="utf-8"))
    (tmp_path / "folds.js").write_bytes((ROOT / "book/_static/folds.js").read_bytes())
    for name in ("first", "second"):
        (tmp_path / f"{name}.html").write_text(PAGE)
    (tmp_path / "plain.html").write_text(PAGE.replace("<details", "<div").replace("dropdown ", ""))
    return tmp_path.as_uri()


@pytest.mark.parametrize("denied", [False, True])
def test_one_button_opens_all_and_the_next_page_knows(browser, site, denied):
    context, errors = browser.new_context(), []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    if denied:
        page.add_init_script(DENIED)
    page.goto(f"{site}/first.html")
    button = page.locator("button.folds")
    assert page.evaluate(STATE) == [False, True, False]
    assert button.text_content() == "Open all 3 folds"
    button.click()
    assert page.evaluate(STATE) == [True, True, True]
    assert button.text_content() == "Close all 3 folds"
    page.goto(f"{site}/second.html")
    assert page.evaluate(STATE) == ([False, True, False] if denied else [True, True, True])
    if not denied:
        page.locator("summary").first.click()  # one that a reader closes
        page.wait_for_function("document.querySelector('button.folds').textContent.startsWith('Open')")
        button.click()
        button.click()
        assert page.evaluate(STATE) == [False, False, False]
        page.reload()
        assert page.evaluate(STATE) == [False, True, False]  # as the page has them
    page.goto(f"{site}/plain.html")
    assert page.locator("button.folds").count() == 0
    context.close()
    assert errors == []


ASKING = """<script>for (const kept of [localStorage, sessionStorage]) {
  kept.setItem("mode", "dark"); document.title += kept.getItem("mode") + kept.getItem("other"); }</script>"""


def test_a_theme_that_asks_for_what_is_denied_goes_on(browser, tmp_path):
    (tmp_path / "page.html").write_text(
        heads.complete(f"<!doctype html><html><head><title>A</title>{ASKING}</head><body></body></html>", "A")
    )
    context, errors = browser.new_context(), []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name in ("localStorage", "sessionStorage"):
        page.add_init_script(DENIED.replace("localStorage", name).replace("{get", "{configurable: true, get"))
    page.goto((tmp_path / "page.html").as_uri())
    assert (page.title(), errors) == ("Adarknulldarknull", [])
    context.close()
