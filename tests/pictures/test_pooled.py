"""The picture of the first page draws the package's error of one model for many tasks."""

import math
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from manytasks import Tasks, theory
from manytasks.pictures.pooled import pooled, sizes

PICTURE = pooled()


@pytest.mark.parametrize("cosine", [0, 0.35, 0.8, 1])
def test_the_error_is_that_of_the_package(cosine):
    tasks = Tasks.equiangular(10, cosine)
    for p in PICTURE.controls[0].stops:
        exact = theory.multitask_error(tasks, 50, p, 0.01).mean()
        assert PICTURE.at(p=p, cosine=cosine)["error"] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("N", [20, 500, 8000])
def test_no_size_lies_where_the_error_is_infinite(N):
    found = np.array(sizes(N))
    assert abs(found - N).min() == 2
    assert N / 11 < found[0] < found[-1] <= 41 * N
    assert np.diff(found).min() >= 1
    assert (found[1:] / found[:-1]).max() < 1.6


@pytest.mark.parametrize(("p", "cosine"), [(70, 0), (270, 0.5), (498, 1), (530, 1), (650, 0.8), (5400, 1)])
def test_the_dot_lies_on_the_curve(p, cosine):
    p = min(PICTURE.controls[0].stops, key=lambda size: abs(size - p))
    page = BeautifulSoup(PICTURE.still(p=p, cosine=cosine)[0], "html.parser")
    points = [each.split(",") for line in page.find_all("polyline") for each in line["points"].split()]
    x, y = np.array(sorted(points, key=lambda point: float(point[0])), dtype=float).T
    dot = page.find("circle")
    assert float(dot["cy"]) == pytest.approx(np.interp(float(dot["cx"]), x, y), abs=1)


@pytest.mark.parametrize(("T", "n"), [(2, 10), (40, 200), (2, 200), (40, 10)])
@pytest.mark.parametrize("cosine", [0, 1])
def test_every_page_can_have_it(T, n, cosine):
    picture = pooled(T, n)
    for p in picture.controls[0].stops[::9]:
        drawn = picture.still(p=p, cosine=cosine)[0]
        assert re.search(r"\b(nan|inf|None|zoo|I)\b", drawn) is None
        circle = BeautifulSoup(drawn, "html.parser").find("circle")
        assert 44 - 1 <= float(circle["cx"]) <= 328 + 1
        assert 8 <= float(circle["cy"]) <= 256 + 1


def test_the_sentence_says_which_is_worse():
    for p, word in ((498, "more"), (70, "less")):
        p = min(PICTURE.controls[0].stops, key=lambda size: abs(size - p))
        numbers = PICTURE._plan.numbers(PICTURE.readout, PICTURE.start | {"p": p})
        assert (numbers[3] == 1) == (word == "more") == (PICTURE.at(p=p)["error"] > 1)
        assert math.isfinite(numbers[2])
