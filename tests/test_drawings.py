"""Drawings get lighter and stay the same: letters are shared, places rounded, what is called is kept."""

import io
import re
from xml.etree import ElementTree

import pytest
from drawings import slim
from matplotlib import rc_context
from matplotlib.figure import Figure

CALL = "{http://www.w3.org/1999/xlink}href"


def drawing(salt="a"):
    figure = Figure(figsize=(3, 2))
    ax = figure.add_subplot(xlabel="number of parameters $p_1$", title="11 22")
    ax.plot([0, 1 / 3, 7], [0.1, 1 / 7, 5], marker="o")
    file = io.StringIO()
    with rc_context({"svg.hashsalt": salt}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue().partition("<svg")[2].join(["<svg", ""])


def page(*drawings):
    return f"<html><body>{''.join(drawings)}<p>no drawing: 0.123456</p></body></html>"


def shapes(markup):
    """Return what is drawn: every path with its numbers, calls replaced by what they call."""
    root = ElementTree.fromstring(markup)
    called = {each.get("id"): each for each in root.iter() if each.get("id")}
    found = []
    for each in root.iter():
        tag = each.tag.rpartition("}")[2]
        if tag == "use":
            name = (each.get("href") or each.get(CALL)).removeprefix("#")
            there = called[name]
            key = (
                each.get("transform"),
                each.get("x"),
                each.get("y"),
                there.get("d"),
                there.get("transform"),
            )
        elif tag == "path" and not each.get("id"):
            key = (None, None, None, each.get("d"), each.get("transform"))
        elif tag == "g" and each.get("transform"):
            key = (each.get("transform"), None, None, None, None)
        else:
            continue
        numbers = [float(number) for text in key if text for number in re.findall(r"-?\d+\.?\d*", text)]
        words = ["".join(re.findall(r"[A-Za-z]+", text or "")) for text in key]
        found.append((words, numbers))
    return found


def test_what_is_drawn_stays_within_half_a_hundredth_of_a_point():
    before, after = shapes(page(drawing())), shapes(slim(page(drawing())))
    assert len(before) == len(after) > 40
    for (words, numbers), (same, moved) in zip(before, after, strict=True):
        assert words == same
        assert moved == pytest.approx(numbers, abs=0.00501)


def test_a_letter_is_on_the_page_once_and_two_drawings_share_it():
    both = slim(page(drawing("a"), drawing("b")))
    names = re.findall(r'id="([^"]+)"', both)
    assert len(names) == len(set(names))
    one = slim(page(drawing("a")))
    assert both.count('<path id="glyph-') == one.count('<path id="glyph-') > 10
    assert both.index("</svg></body>") > both.rindex("<p>")
    assert len(both) < 0.6 * len(page(drawing("a"), drawing("b")))


def test_what_is_called_keeps_its_name_and_what_is_not_loses_it():
    light = slim(page(drawing()))
    called = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', light))
    assert {name for pair in called for name in pair if name} == set(re.findall(r'id="([^"]+)"', light))


def test_a_page_without_drawings_and_other_drawings_stay_to_the_letter():
    plain = page('<svg viewBox="0 0 1 1"><path id="a" d="M 0.123456 1"/></svg>')
    assert slim(plain) == plain
