"""Dots lie where their estimates are and bars end where intervals do; bands hold what was asked."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from manytasks import figures, page
from manytasks.statistics import Interval

FOUND = [Interval(1.0, 0.5, 3.0), Interval(-2.0, -2.5, -1.0)]
ARRAYS = Interval(np.array([1.0, -2.0]), np.array([0.5, -2.5]), np.array([3.0, -1.0]))


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


@pytest.mark.parametrize("intervals", [FOUND, ARRAYS], ids=["several", "arrays"])
@pytest.mark.parametrize("across", [False, True])
def test_bars_reach_from_end_to_end(ax, intervals, across):
    page.dots(ax, [4, 7], intervals, color="green", across=across, label="found", fmt="s")
    (drawn,) = ax.containers
    point, _, (bars,) = drawn.lines
    places, values = point.get_data()[:: -1 if across else 1]
    assert (list(places), list(values)) == ([4, 7], [1, -2])
    along = 0 if across else 1
    ends = [segment[:, along].tolist() for segment in bars.get_segments()]
    assert ends == [[0.5, 3.0], [-2.5, -1.0]]
    assert (point.get_marker(), point.get_color()) == ("s", figures.COLORS["green"])
    assert drawn.get_label() == "found"


def test_a_band_holds_the_part_that_was_asked_for(ax):
    draws = np.arange(11.0)[:, None] * [1.0, 2.0]
    found = page.quartiles(ax, [3, 4], draws, color="red", within=0.8, line="--s", markersize=3)
    np.testing.assert_allclose(found, [[1, 2], [5, 10], [9, 18]])
    (middle,) = ax.lines
    assert (middle.get_linestyle(), middle.get_marker(), middle.get_markersize()) == ("--", "s", 3)
    corners = ax.collections[0].get_paths()[0].vertices
    assert {(3, 1), (4, 18)} <= {tuple(corner) for corner in corners.round(9)}
