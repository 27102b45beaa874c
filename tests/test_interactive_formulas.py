"""What is put into a page: formulas that know all their symbols, and controls that say who they are."""

import math
import re

import pytest
import sympy as sp
from bs4 import BeautifulSoup

from manytasks.interactive import (
    Choice,
    Mark,
    Plot,
    Slider,
    canvas,
    curves,
    javascript,
    load,
    multitask,
    show,
)
from manytasks.pictures.picture import Steps

n, p = sp.symbols("n p")


def test_arrays_are_taken_and_returned():
    a, b = sp.symbols("a b")
    source = javascript("both", [[a, b], p], {"sums": [a + b, a - b], "scaled": p * a})
    assert source.splitlines() == [
        "function both([a, b], p) {",
        "  return {sums: [a + b, a - b], scaled: a*p};",
        "}",
    ]


def test_a_symbol_without_a_value_is_named():
    with pytest.raises(ValueError, match=r"^bias needs values for n; they are no arguments$"):
        javascript("bias", [p], {"share": 1 - n / p})


@pytest.mark.parametrize("text", ["n", "1", "__import__('os').mkdir('here')", b"1", ["n"], True, None])
def test_a_text_is_no_formula(text, tmp_path, monkeypatch):
    """SymPy would run it."""
    monkeypatch.chdir(tmp_path)
    for give in (
        lambda: javascript("f", [n], {"share": [text]}),
        lambda: Steps().add("share", text),
    ):
        with pytest.raises(ValueError, match=r"^share must be (one expression or number|numbers); got"):
            give()
    assert list(tmp_path.iterdir()) == []


def test_a_slider_has_a_label_and_a_box_that_share_its_range():
    box = BeautifulSoup(Slider("p", "parameters p", 2, 50, 7).markup("page"), "html.parser")
    slider, number = box.find("input", type="range"), box.find("input", type="number")
    assert box.find("label")["for"] == slider["id"] == "page-p"
    assert box.find("label").text == "parameters p"
    assert number["aria-label"] == "parameters p, exact value"
    assert box.find(id=number["aria-describedby"]).text == "whole numbers from 2 to 50"
    for key, value in {"min": "2", "max": "50", "step": "1", "value": "7", "data-name": "p"}.items():
        assert slider[key] == number[key] == value


def test_a_slider_stands_in_its_range():
    with pytest.raises(ValueError, match=r"^p must be in \[2, 50\]; got 51$"):
        Slider("p", "parameters p", 2, 50, 51).markup("page")


def test_a_long_slider_has_places_that_are_logarithms_and_says_what_they_stand_for():
    box = BeautifulSoup(Slider("p", "parameters p", 2, 5000, 70, scale="log").markup("page"), "html.parser")
    slider, number = box.find("input", type="range"), box.find("input", type="number")
    places = [float(slider[key]) for key in ("min", "value", "max")]
    assert places == pytest.approx([math.log(x) for x in (2, 70, 5000)])
    assert (slider["step"], slider["aria-valuetext"]) == ("any", "70")
    assert [number[key] for key in ("min", "value", "max", "step")] == ["2", "70", "5000", "1"]


def test_zero_has_no_place_on_a_logarithmic_slider():
    with pytest.raises(ValueError, match=r"^m must be above 0 on a logarithmic scale; got 0$"):
        Slider("m", "kept", 0, 60, 7, scale="log").markup("page")


def test_a_choice_lists_its_words():
    box = BeautifulSoup(
        Choice("start", "begin", {"warm": "a < b", "cold": "zero"}).markup("page"), "html.parser"
    )
    assert box.find("label")["for"] == box.find("select")["id"]
    assert {each["value"]: each.text for each in box.find_all("option")} == {"warm": "a < b", "cold": "zero"}


def test_a_figure_needs_what_load_puts_into_the_page(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    load("const loaded = 1;")
    drawing = canvas("p", "error")
    plot = Plot("A title", drawing, [Mark("a line", "red", "dashed")])
    show(
        [Slider("p", "parameters p", 2, 50, 7)],
        [plot],
        sources={"axis": drawing.xaxis[0]},
        update="return {values: {}, words: ''};",
        name="a-figure",
        caption="Something",
        alt="A plot",
    )
    library = shown[0]._repr_mimebundle_()["text/html"]
    figure = shown[1]._repr_mimebundle_()[0]["text/html"]
    assert "const loaded = 1;" in library
    assert 'id="figure-a-figure"' in figure
    assert f'manytasks.start("a-figure", {{"axis": "{drawing.xaxis[0].id}"}}' in figure
    assert len(figure) < 20_000 < 1_000_000 < len(library)
    assert re.search(r"<script[^>]+src=|<link|https?://", figure) is None


@pytest.mark.parametrize(
    ("label", "title", "words"),
    [
        (r"$$p / N$$", "A title", "a line"),
        (r"\(p / N\)", "A title", "a line"),
        ("p / N", "peak at $p = N$", "a line"),
        ("p / N", "A title", r"variance \sigma"),
    ],
)
def test_mathematics_that_nothing_would_typeset_is_refused(label, title, words):
    """BokehJS would fetch MathJax from a network for the first two."""
    (tex,) = {label, title, words} - {"p / N", "A title", "a line"}
    plot = Plot(title, canvas(label, "error"), [Mark(words, "red")])
    message = f"the explorer 'peak' draws plain words, not TeX; got {tex!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        show([], [plot], sources={}, update="", name="peak", caption="A line.", alt="a line")


def test_a_formula_drawn_as_a_model_is_refused():
    from bokeh.models import Label, TeX

    drawing = canvas("p", "error")
    drawing.xaxis.axis_label = TeX(r"p / N")
    with pytest.raises(ValueError, match=r"got '\$p / N\$'$"):
        show([], [Plot("A title", drawing)], sources={}, update="", name="a", caption="b", alt="c")
    drawing = canvas("p", "error")
    drawing.add_layout(Label(x=0, y=0, text="$$N$$"))
    with pytest.raises(ValueError, match=r"got '\$\$N\$\$'$"):
        show([], [Plot("A title", drawing)], sources={}, update="", name="a", caption="b", alt="c")


def test_a_recipe_sets_controls_that_are_there():
    drawing = canvas("p", "error")
    with pytest.raises(ValueError, match=r"^the explorer 'a-figure' has no control 'n' for a recipe to set$"):
        show(
            [Slider("p", "parameters p", 2, 50, 7)],
            [Plot("A title", drawing)],
            sources={},
            update="",
            name="a-figure",
            caption="Something",
            alt="A plot",
            recipes={"more data": {"p": 3, "n": 4}},
        )


@pytest.mark.parametrize("tasks", [2, 4])
def test_the_terms_of_tasks_that_are_all_alike_are_those_of_the_package(tasks):
    assert multitask.differing_terms(tasks) == 0


@pytest.mark.parametrize(("name", "count"), [("noise_factor", 4), ("bias_share", 4), ("spread_factor", 6)])
def test_a_wrong_factor_is_seen(monkeypatch, name, count):
    right = getattr(multitask, name)
    monkeypatch.setattr(multitask, name, lambda *setting: sp.Rational(103, 100) * right(*setting))
    assert multitask.differing_terms(2) == count


def test_curves_name_what_moves():
    plot, models = curves("A title", "error", {"a": Mark("a line", "red")}, reach=(2, 50), name="left")
    assert list(models) == ["left", "left_before", "left_dots", "left_walls", "left_chosen"]
    assert list(models["left"].data) == ["p", "a"]
    assert [mark.words for mark in plot.legend] == ["a line", "thresholds", "your p", "before your last move"]
