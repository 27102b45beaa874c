"""Names at the ends of lines: beside their lines, in their colours, none over another."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from manytasks import figures


@pytest.fixture
def named():
    """A function that draws lines by the heights of their ends and returns them with their names."""

    def draw(*ends, **axes):
        fig, ax = plt.subplots()
        for i, end in enumerate(ends):
            ax.plot([1, 2, 3], [1, 1.5, end], label=f"line {i}")
        ax.set(**axes)
        figures.name_lines(ax)
        fig.draw_without_rendering()
        return ax, ax.texts

    yield draw
    plt.close("all")


def heights(ax, texts):
    boxes = [Text.get_window_extent(text) for text in texts]  # without the thin line
    inverse = ax.transData.inverted()
    return {
        text.get_text(): inverse.transform((0, (box.y0 + box.y1) / 2))[1]
        for text, box in zip(texts, boxes, strict=True)
    }


def test_lines_that_are_apart_have_their_names_at_their_ends(named):
    ax, texts = named(1, 2, 4)
    assert heights(ax, texts) == pytest.approx({"line 0": 1, "line 1": 2, "line 2": 4}, abs=0.05)
    colors = dict(
        zip((line.get_label() for line in ax.lines), (x.get_color() for x in ax.lines), strict=True)
    )
    assert {text.get_text(): text.get_color() for text in texts} == colors
    assert ax.get_legend() is None
    assert not any(text.arrow_patch for text in texts)


@pytest.mark.parametrize("axes", [{}, {"yscale": "log"}, {"ylim": (0, 8), "xscale": "log"}])
def test_names_of_close_lines_do_not_overlap_and_keep_their_order(named, axes):
    ax, texts = named(3, 3.01, 3.02, 1, **axes)
    boxes = sorted((Text.get_window_extent(text) for text in texts), key=lambda box: box.y0)
    assert all(one.y1 <= other.y0 + 0.5 for one, other in pairwise(boxes))
    assert all(box.x0 > ax.bbox.x1 for box in boxes)  # nothing that is drawn is hidden
    places = heights(ax, texts)
    assert sorted(places, key=places.get) == ["line 3", "line 0", "line 1", "line 2"]
    assert places["line 1"] == pytest.approx(3.01, abs=0.1)  # the middle one stays
    assert [text.arrow_patch is not None for text in sorted(texts, key=lambda text: text.get_text())] == [
        True,
        False,
        True,
        False,
    ]


def test_a_line_that_leaves_the_picture_has_its_name_where_it_leaves(named):
    ax, texts = named(1, 9, ylim=(0, 5))
    assert heights(ax, texts)["line 1"] == pytest.approx(1.5, abs=0.05)  # its last point that is seen
    assert texts[1].arrow_patch is not None


def test_points_with_bars_have_names_too():
    fig, ax = plt.subplots()
    figures.band(ax, [1, 2], np.array([[1.0, 2.0], [1.1, 2.2]]), color="red", label="drawn", fmt="o-")
    figures.name_lines(ax)
    assert [(text.get_text(), text.get_color()) for text in ax.texts] == [("drawn", "red")]
    plt.close(fig)


def test_a_line_that_is_not_in_the_picture_is_named_at_the_edge_behind_which_it_is():
    fig, ax = plt.subplots()
    for height in (9, -9, np.nan, np.inf):
        ax.plot([1, 2], [height, height], label=str(height))
    ax.set(xlim=(0, 2), ylim=(0, 1))
    figures.name_lines(ax)
    fig.draw_without_rendering()
    places = heights(ax, ax.texts)
    assert places["9"] == pytest.approx(1, abs=0.1)
    assert places["-9"] < 0.1
    assert len(places) == 4
    plt.close(fig)


def test_what_is_no_line_with_a_label_is_refused():
    fig, ax = plt.subplots()
    with pytest.raises(ValueError, match=r"takes lines with labels; got \[\]"):
        figures.name_lines(ax)
    ax.bar([1], [1], label="bars")
    with pytest.raises(ValueError, match=r"takes lines with labels; got \['bars'\]"):
        figures.name_lines(ax)
    plt.close(fig)
