"""In the browser the pictures compute what Python computes, and answer to mouse, finger, keys and address."""

import re

import numpy as np
import pytest

from manytasks import pictures
from manytasks.pictures.picture import HERE
from manytasks.streams import stream

pytestmark = pytest.mark.book
DRAWN = {name: getattr(pictures, name)() for name in pictures.PICTURES}
each_picture = pytest.mark.parametrize("picture", DRAWN.values(), ids=lambda picture: picture.name)
# What is drawn now: all attributes and texts of all shapes.
SHAPES = """(name) => [...document.querySelectorAll(`#figure-${name} svg > :not(defs)`)].map((shape) =>
  Object.fromEntries([["words", shape.textContent],
    ...[...shape.attributes].map((a) => [a.name, a.value])]))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page with all pictures and nothing else."""
    style, script = ((HERE / f"picture.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    figures = "".join(picture.markup() for picture in DRAWN.values())
    page = tmp_path_factory.mktemp("pictures") / "pictures.html"
    page.write_text(
        f'<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>Pictures</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style><script>{script}</script>'
        f"<main>{figures}</main></html>",
        encoding="utf-8",
    )
    return page.as_uri()


@pytest.fixture(scope="module")
def page(browser, address):
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    opened = context.new_page()
    opened.faults = []
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("console", lambda line: line.type == "error" and opened.faults.append(line.text))
    opened.on(
        "request", lambda request: opened.faults.append(request.url) if request.url != address else None
    )
    opened.goto(address)
    yield opened
    assert opened.faults == []
    context.close()


def settings(picture, count):
    rng = stream(2, "settings", picture.name)
    for _ in range(count):
        wanted = {each.name: each.stops[rng.integers(len(each.stops))] for each in picture.controls}
        for handle in picture.handles:
            for axis, (low, high) in zip("xy", handle.range, strict=True):
                wanted[f"{handle.name}_{axis}"] = rng.uniform(low, high)
        yield {name: float(value) for name, value in wanted.items()}


def of(markup):
    """Return the shapes of a still as the browser would list them."""
    from bs4 import BeautifulSoup

    drawn = BeautifulSoup("".join(markup), "html.parser").select("svg > :not(defs)")
    return [
        {"words": each.text} | {k: " ".join(v) if isinstance(v, list) else v for k, v in each.attrs.items()}
        for each in drawn
    ]


def place(shape):
    """Return what orders shapes alike whether small drawings come first, as on the page, or last."""
    return shape.get("data-moves", ""), str(shape)


def close(one, other):
    """Tell whether two attributes say the same up to a rounding of the last digit."""
    split = [re.split(r"(-?\d+\.\d+)", text.replace("−", "-")) for text in (one, other)]
    if len(split[0]) != len(split[1]) or split[0][::2] != split[1][::2]:
        return False
    numbers = [np.array(parts[1::2], dtype=float) for parts in split]
    return np.abs(numbers[0] - numbers[1]).max(initial=0) < 0.0101


@each_picture
def test_what_moves_is_what_python_draws(page, picture):
    # Reset first: the still of the page itself, then forty places.
    page.evaluate("(name) => manytasks.figures[name].set({})", picture.name)
    for wanted in [picture.start, *settings(picture, 40)]:
        page.evaluate("([name, wanted]) => manytasks.figures[name].set(wanted)", [picture.name, wanted])
        values = page.evaluate("(name) => manytasks.figures[name].values", picture.name)
        exact = picture.at(**wanted)
        assert list(values) == list(exact)
        for key, value in exact.items():
            np.testing.assert_allclose(values[key], value, rtol=1e-9, atol=1e-11, err_msg=f"{key} {wanted}")
        shown, drawn = page.evaluate(SHAPES, picture.name), of(picture.still(**wanted))
        assert len(shown) == len(drawn) > 5
        for one, other in zip(sorted(shown, key=place), sorted(drawn, key=place), strict=True):
            assert one.keys() == other.keys()
            assert all(close(one[key], other[key]) for key in one), (one, other, wanted)


@each_picture
def test_arrow_keys_move_every_slider_by_a_stop(page, picture):
    for control in picture.controls:
        slider = page.locator(f"#{picture.name}-{control.name}")
        slider.focus()
        if slider.get_attribute("type") == "checkbox":
            before = slider.is_checked()
            page.keyboard.press("Space")
            assert slider.is_checked() != before
            continue
        page.evaluate(
            "([n, k, v]) => manytasks.figures[n].set({[k]: v})",
            [picture.name, control.name, control.stops[0]],
        )
        page.keyboard.press("ArrowRight")
        now = page.evaluate("([n, k]) => manytasks.figures[n].setting[k]", [picture.name, control.name])
        assert now == control.stops[1]
        assert slider.get_attribute("aria-valuetext").startswith(f"{now:,g}"[:3])
    page.locator(f"#figure-{picture.name} .reset").click()
    assert page.evaluate("(n) => manytasks.figures[n].setting", picture.name) == picture.start


@each_picture
def test_points_follow_the_mouse_and_the_arrow_keys(page, picture):
    for handle in picture.handles:
        key = f"{handle.name}_x"
        point = page.locator(f"#figure-{picture.name} [data-handle={handle.name}]")
        point.scroll_into_view_if_needed()
        place = point.bounding_box()
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 10, y, steps=3)
        page.mouse.up()
        now = page.evaluate("(n) => manytasks.figures[n].setting", picture.name)
        svg = point.evaluate("(e) => e.ownerSVGElement.getScreenCTM().a")
        assert now[key] == pytest.approx(handle.start[0] + 10 / svg / handle.frame.scale[0], abs=0.02)
        point.focus()
        page.keyboard.press("ArrowRight")
        after = page.evaluate("(n) => manytasks.figures[n].setting", picture.name)
        assert after[key] == pytest.approx(now[key] + handle.step)
    page.locator(f"#figure-{picture.name} .reset").click()


@each_picture
def test_a_view_can_be_shared(browser, address, picture):
    first = picture.controls[0]
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.locator(f"#{picture.name}-{first.name}").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    assert f"#{picture.name}={first.name}:" in shared
    assert page.evaluate("(n) => manytasks.figures[n].setting", picture.name) == picture.start | {
        first.name: first.stops[1]
    }
    context.close()


def test_play_sweeps_the_first_slider_and_nothing_moves_without_it(page):
    name = "crossing"
    page.wait_for_timeout(300)
    start = DRAWN[name].start
    assert page.evaluate("(n) => manytasks.figures[n].setting", name) == start
    page.locator(f"#figure-{name} .play").click()
    page.wait_for_function("([n, k]) => manytasks.figures[n].setting[k] === 90", arg=[name, "angle"])
    page.locator(f"#figure-{name} .reset").click()


def test_without_motion_there_is_no_play_button(browser, address):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    assert not any(each.is_visible() for each in page.locator(".play").all())
    assert page.locator(".reset").first.is_visible()
    context.close()


def test_without_javascript_the_stills_are_there_and_no_dead_slider(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert not any(each.is_visible() for each in page.locator("input").all())
    assert all(each.is_visible() for each in page.locator(".row svg").all())
    words = page.locator("noscript .readout").all()
    assert len(words) == len(DRAWN)
    assert all(each.is_visible() for each in words)
    context.close()


def test_a_phone_needs_no_sideways_scrolling_and_text_stays_readable(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    smallest = page.evaluate(
        """Math.min(...[...document.querySelectorAll(".picture svg text")].map((text) =>
             parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""
    )
    assert smallest >= 12
    context.close()


@each_picture
@pytest.mark.parametrize("width", [390, 1000])
def test_no_word_in_a_picture_is_cut(browser, address, picture, width):
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(address)
    for wanted in [picture.start, *settings(picture, 15)]:
        page.evaluate("([name, wanted]) => manytasks.figures[name].set(wanted)", [picture.name, wanted])
        cut = page.evaluate(
            """(name) => [...document.querySelectorAll(`#figure-${name} svg text`)].filter((text) => {
                 const a = text.getBoundingClientRect(), b = text.ownerSVGElement.getBoundingClientRect();
                 const beside = a.left < b.left || a.right > b.right;
                 return +getComputedStyle(text).opacity > 0 &&
                   (beside || a.top < b.top - 3 || a.bottom > b.bottom + 3);
               }).map((text) => text.textContent)""",
            picture.name,
        )
        assert cut == [], wanted
    context.close()
