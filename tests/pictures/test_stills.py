"""Every picture is whole without JavaScript, and nothing in it is undefined wherever its controls stand."""

import re

import pytest
from bs4 import BeautifulSoup

from manytasks import pictures
from manytasks.pictures.words import Template, fill, write
from manytasks.streams import stream

DRAWN = [getattr(pictures, name)() for name in pictures.PICTURES]
each_picture = pytest.mark.parametrize("picture", DRAWN, ids=lambda picture: picture.name)


@each_picture
def test_the_still_is_complete(picture):
    page = BeautifulSoup(picture.markup(), "html.parser")
    figure = page.find("figure", id=f"figure-{picture.name}")
    assert len(figure.select(".row svg")) == len(picture.panels)
    for drawing in figure.find_all("svg"):
        assert len(drawing["aria-label"].split()) > 3
        assert drawing["role"] in ("img", "group")
        assert len(drawing.find_all(True)) > 3
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for slider in figure.select("input[type=range]"):
        assert figure.find("label", attrs={"for": slider["id"]}).text
        assert slider["aria-valuetext"]
    assert figure.find("noscript").text
    assert figure.find("figcaption").text.startswith("Do: ")
    assert re.search(r"https?://|<link|src=", picture.markup()) is None


@each_picture
def test_nothing_is_undefined_anywhere(picture):
    rng = stream(1, "settings", picture.name)
    for trial in range(40):
        setting = {each.name: each.stops[rng.integers(len(each.stops))] for each in picture.controls}
        if trial < 2:
            setting = {each.name: each.stops[-trial] for each in picture.controls}
        for handle in picture.handles:
            for axis, (low, high) in zip("xy", handle.range, strict=True):
                setting[f"{handle.name}_{axis}"] = rng.uniform(low, high)
        drawn = "".join(picture.still(**setting))
        assert re.search(r"\b(nan|inf|None|zoo|I)\b|\*", drawn) is None, setting


@each_picture
def test_a_recipe_leads_where_the_controls_can_go(picture):
    stops = {each.name: list(each.stops) for each in picture.controls}
    for recipe in picture.recipes:
        for name, value in recipe.setting.items():
            assert name not in stops or value in stops[name]
            assert name in picture.start


def test_numbers_are_written_as_people_do():
    assert [write(".2", x) for x in (1.005, -2.5, -0.001)] == ["1.00", "−2.50", "0.00"]
    assert [write("+.2", x) for x in (1, -1, 0.0004)] == ["+1.00", "−1.00", "0.00"]
    assert [write("", x) for x in (1, -0.5)] == ["1.00", "-0.50"]
    assert fill(Template("{less|more} {}", (1, "words")).parts, (1, "words")) == "more words"


def test_each_place_needs_a_number():
    with pytest.raises(ValueError, match=r"^'\{\} and \{\}' has not one place for each of 1 numbers$"):
        Template("{} and {}", (1,))
