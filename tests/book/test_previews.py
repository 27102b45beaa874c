"""What a link leads to is seen in place: by keyboard, mouse and touch, offline, formulas typeset once."""

import re

import pytest

pytestmark = pytest.mark.book
PAGE = "notebooks/multitask/transfer.html"
SHOWN = "document.querySelector('#preview').matches(':popover-open')"


@pytest.fixture
def page(html, browser):
    """A function that opens a chapter and returns it with the list of what it asked for elsewhere."""
    opened = []

    def open_page(**more):
        context = browser.new_context(reduced_motion="reduce", **more)
        opened.append(context)
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((html / PAGE).as_uri())
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise")
        return page, asked

    yield open_page
    for context in opened:
        context.close()


def reference(page):
    return page.locator("article a[href*='bibliography.html#']").first


def test_focus_shows_and_escape_closes(page):
    chapter, asked = page()
    before = len(asked)
    link = reference(chapter)
    link.focus()
    chapter.keyboard.press("Shift+Tab")
    chapter.keyboard.press("Tab")
    chapter.wait_for_function(SHOWN)
    box = chapter.locator("#preview")
    assert re.search(r"\d{4}", link.inner_text())[0] in box.inner_text()
    assert link.get_attribute("aria-describedby") == "preview"
    assert box.get_attribute("role") == "tooltip"
    bounds = box.bounding_box()
    assert bounds["x"] >= 0
    assert bounds["x"] + bounds["width"] <= chapter.viewport_size["width"]
    chapter.keyboard.press("Escape")
    assert not chapter.evaluate(SHOWN)
    assert link.get_attribute("aria-describedby") is None
    assert [url for url in asked[before:] if not url.startswith("file:")] == []


def test_the_mouse_shows_an_equation_that_is_typeset_once_and_may_go_into_the_box(page):
    chapter, _ = page()
    link = chapter.locator("article a.reference[href='#equation-eq-transfer-frontier']").first
    link.hover()
    chapter.wait_for_function(SHOWN)
    chapter.wait_for_function("document.querySelector('#preview mjx-container')")
    assert chapter.locator("#preview mjx-container").count() == 1
    assert "\\frac" not in chapter.locator("#preview").inner_text()
    chapter.locator("#preview").hover()
    chapter.wait_for_timeout(400)
    assert chapter.evaluate(SHOWN)
    chapter.mouse.move(1, 1)
    chapter.wait_for_function(f"!{SHOWN}")
    assert chapter.locator("#preview [id]").count() == 0


def test_the_first_tap_shows_and_the_second_follows(page):
    chapter, _ = page(has_touch=True, viewport={"width": 375, "height": 700})
    link = reference(chapter)
    link.tap()
    chapter.wait_for_function(SHOWN)
    assert chapter.url.endswith(PAGE)
    link.tap()
    chapter.wait_for_url(re.compile("bibliography"))
