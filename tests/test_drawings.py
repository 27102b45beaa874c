"""Drawings get lighter and stay the same: letters are shared, paths are steps, what is called is kept."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from drawings import short, slim
from matplotlib import rc_context
from matplotlib.figure import Figure

from manytasks.streams import stream

CALL = "{http://www.w3.org/1999/xlink}href"


def drawing(salt="a"):
    figure = Figure(figsize=(3, 2))
    ax = figure.add_subplot(xlabel="number of parameters $p_1$", title="11 22")
    ax.plot([0, 1 / 3, 7], [0.1, 1 / 7, 5], marker="o")
    ax.plot([1, 2, 3], [3, 2, 2.5], "s", alpha=0.5)
    ax.scatter([1, 2, 6], [4, 4, 1], c=["red", "blue", "blue"])
    ax.fill_between([0, 2, 7], [1, 2, 1], [2, 2, 3], alpha=0.3)
    file = io.StringIO()
    with rc_context({"svg.hashsalt": salt}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue().partition("<svg")[2].join(["<svg", ""])


def page(*drawings):
    return f"<html><body>{''.join(drawings)}<p>no drawing: 0.123456</p></body></html>"


def points(path):
    """Return the places along a path, in steps or not, with the letters of its commands."""
    words, numbers, at, start, name = "", [], np.zeros(2), np.zeros(2), ""
    signs = iter(re.findall(r"[A-Za-z]|-?\d*\.?\d+", path))
    for sign in signs:
        if sign.isalpha():
            words, name, first = words + sign.upper(), sign, None
            if name in "zZ":
                at = start
                continue
            first = float(next(signs))
        else:  # the last command again
            words, first = words + name.upper(), float(sign)
        count = {"M": 1, "L": 1, "Q": 2, "C": 3}[name.upper()]
        found = np.reshape([first, *(float(next(signs)) for _ in range(2 * count - 1))], (count, 2))
        found = found + at if name.islower() else found
        numbers += found.ravel().tolist()
        at = found[-1]
        start = at if name in "Mm" else start
    return words, numbers


def place(each):
    """Return where a call puts what it calls: its transformation, and what it says of x and y."""
    transform, words = each.get("transform", ""), ""
    numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", transform)]
    if moved := re.fullmatch(r"translate\((\S+) (\S+)\)", transform):
        return words, [float(moved[1]), float(moved[2])]
    if each.get("x"):
        return words, [float(each.get("x")), float(each.get("y"))]
    return re.sub(r"[^a-z]", "", transform), numbers


def shapes(markup):
    """Return what is drawn: every path with its points and style, calls replaced by what they call."""
    root = ElementTree.fromstring(markup)
    called = {each.get("id"): each for each in root.iter() if each.get("id")}
    found = []

    def walk(each, style):
        tag = each.tag.rpartition("}")[2]
        own = dict(re.findall(r"([\w-]+): *([^;]+)", each.get("style", "")))
        style = style | own
        if tag == "use":
            there = called[(each.get("href") or each.get(CALL)).removeprefix("#")]
            words, numbers = points(there.get("d", ""))
            moved, where = place(each)
            scale, by = place(there)
            found.append((words + moved + scale, numbers + where + by, style, there.get("style")))
        elif tag == "path" and not each.get("id"):
            found.append((*points(each.get("d")), style, None))
        elif tag == "g" and each.get("transform"):
            found.append((*place(each), {}, None))
        for inner in each if tag != "defs" else ():
            walk(inner, style)

    walk(root, {})
    return found


def test_what_is_drawn_stays_within_half_a_hundredth_of_a_point():
    before, after = shapes(page(drawing())), shapes(slim(page(drawing())))
    assert len(before) == len(after) > 40
    for (words, numbers, *style), (same, moved, *as_before) in zip(before, after, strict=True):
        assert (words, style) == (same, as_before)
        assert moved == pytest.approx(numbers, abs=0.00501)


def test_however_long_a_path_is_roundings_do_not_add_up():
    rng, need = stream(1, "path"), {"M": 2, "L": 2, "Q": 4, "C": 6, "z": 0}
    names = "M" + "".join(rng.choice(["M", "LL", "LQ", "CC", "Lz", "Cz"], size=400))
    path = " ".join(" ".join([each, *map(str, rng.uniform(-99, 99, need[each]))]) for each in names)
    words, numbers = points(path)
    same, moved = points(short(path))
    assert (words, same) == (names.upper(), names.upper())
    assert moved == pytest.approx(numbers, abs=0.00501)
    assert len(short(path)) < 0.5 * len(path)


def test_markers_of_one_kind_say_once_how_they_look():
    light = slim(page(drawing()))
    assert light.count("fill-opacity: 0.5; stroke") == 1  # three squares
    assert light.count("fill-opacity: 0.5") < page(drawing()).count("fill-opacity: 0.5")
    faint = page('<svg version="1.1">' + 2 * '<use href="#a" x="1" y="2" style="opacity: 0.5"/>' + "</svg>")
    assert slim(faint).count("opacity") == 2  # of a group it would be another thing


def test_a_letter_is_on_the_page_once_and_two_drawings_share_it():
    both = slim(page(drawing("a"), drawing("b")))
    names = re.findall(r'id="([^"]+)"', both)
    assert len(names) == len(set(names))
    one = slim(page(drawing("a")))
    assert both.count('<path id="g') == one.count('<path id="g') > 10
    assert both.index("</svg></body>") > both.rindex("<p>")
    assert len(both) < 0.6 * len(page(drawing("a"), drawing("b")))


def test_what_is_called_keeps_its_name_and_what_is_not_loses_it():
    light = slim(page(drawing()))
    called = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', light))
    assert {name for pair in called for name in pair if name} == set(re.findall(r'id="([^"]+)"', light))


def test_a_page_without_drawings_and_other_drawings_stay_to_the_letter():
    plain = page('<svg viewBox="0 0 1 1"><path id="a" d="M 0.123456 1"/></svg>')
    assert slim(plain) == plain
