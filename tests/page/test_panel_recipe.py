"""A panel has its words, lines and ticks before anything is drawn, and keeps them afterwards."""

import matplotlib.pyplot as plt
import pytest
from messages import whole

from manytasks import figures, page


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def ticks(ax):
    return {
        float(place): label.get_text()
        for place, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    }


def test_words_limits_and_size():
    figure, ax = page.panel("Loss", "rate", "change", size=(3, 2), ylim=(0, 2), xscale="log")
    ax.plot([1, 10], [5, 6])
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == ("Loss", "rate", "change")
    assert (ax.get_ylim(), ax.get_xscale(), len(ax.lines)) == ((0, 2), "log", 1)
    assert figure.get_size_inches().tolist() == [3, 2]
    assert page.panel("", "", "")[0].get_size_inches().tolist() == plt.rcParams["figure.figsize"]


@pytest.mark.parametrize("limits", [{"xlim": (0, None)}, {"ylim": (None, 2)}])
def test_a_limit_with_one_end_would_cut_what_is_drawn_later(limits):
    ((name, ends),) = limits.items()
    with pytest.raises(ValueError, match=whole(f"{name} of an empty panel must have both ends; got {ends}")):
        page.panel("", "", "", **limits)


def test_lines_to_compare_with():
    _, ax = page.panel("", "", "", dashed=0.5, zero=True)
    half, zero = ax.lines
    assert (set(half.get_ydata()), half.get_linestyle()) == ({0.5}, "--")
    assert (set(zero.get_ydata()), zero.get_linestyle()) == ({0}, "-")
    assert len(page.panel("", "", "", dashed=0)[1].lines) == 1


def test_ticks_are_plain_numbers_or_names_and_stay_so():
    _, ax = page.panel("", "", "", numbers=[0.01, 0.1, 2.0], xscale="log")
    ax.plot([0.01, 2.0], [1, 2])
    assert ticks(ax) == {0.01: "0.01", 0.1: "0.1", 2.0: "2"}
    assert len(ax.get_xticks(minor=True)) == 0
    _, ax = page.panel("", "", "", names=["start", "end"])
    assert ticks(ax) == {0: "start", 1: "end"}


def test_numbers_along_x_leave_the_small_ticks_along_y():
    _, plain = page.panel("", "", "", numbers=[1, 10], xscale="log", yscale="log")
    _, later = page.panel("", "", "", yscale="log")
    page.number_axis(later, [1, 10])
    (slopes,) = page.slopes([1, 10], {"": [1, 100]}, xlabel="", ylabel="").axes
    for ax in (plain, later, slopes):
        ax.set(xlim=(0.5, 20), ylim=(1, 100))
        assert len(ax.get_xticks(minor=True)) == 0
        assert {2, 5, 20, 50} <= set(ax.get_yticks(minor=True).round(9))


@pytest.mark.parametrize("color", ["", "red"])
def test_a_mark_stands_where_it_is_told(color):
    _, ax = page.panel("", "", "")
    page.mark(ax, 3.0, "unstable", color=color, line=":", height=0.9)
    (line,), (words,) = ax.lines, ax.texts
    assert set(line.get_xdata()) == {3.0}
    assert (line.get_linestyle(), words.get_text(), words.xy) == (":", "unstable", (3.0, 0.9))
    assert words.get_color() == line.get_color() == (figures.COLORS["red"] if color else figures.INK)


def test_rows_have_their_names_from_top_to_bottom():
    figure, ax = page.rows("Loss", "change", ["first", "second"], size=(4, 2))
    ax.plot([1.0, 2.0], [0, -1], "o")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert list(ax.get_yticks()) == [0, -1]
    assert (ax.get_title(loc="left"), ax.get_xlabel()) == ("Loss", "change")
    assert set(ax.lines[0].get_xdata()) == {0}
    assert figure.get_size_inches().tolist() == [4, 2]
