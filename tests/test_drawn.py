"""For each kind of artist the numbers of a figure are what was drawn."""

import gzip
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from manytasks import drawn, figures


@pytest.fixture
def panel():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def table(ax, *others):
    return pd.read_csv(io.StringIO(drawn.numbers([ax.figure, *others])), comment="#")


def columns(found, *names):
    return found[list(names)].to_numpy().tolist()


def test_a_line_and_its_legend(panel):
    panel.plot([1, 2, 3], [0.25, np.nan, 0.125], label="error")
    panel.plot([1, 2], [3, 4])
    found = table(panel)
    assert list(found.columns) == ["panel", "series", "x", "y", "low", "high"]
    assert found.series.tolist() == ["error", "error", "series 2", "series 2"]
    assert columns(found, "x", "y") == [[1, 0.25], [3, 0.125], [1, 3], [2, 4]]


@pytest.mark.parametrize("fmt", ["o", "none"])
def test_error_bars_along_y(panel, fmt):
    panel.errorbar([1, 2], [10, 20], [[1, 2], [3, 4]], fmt=fmt, capsize=2, label="mean")
    found = table(panel)
    assert set(found.series) == {"mean"}
    assert columns(found, "x", "low", "high") == [[1, 9, 13], [2, 18, 24]]
    assert fmt == "none" or found.y.tolist() == [10, 20]


def test_error_bars_along_x_say_so(panel):
    panel.errorbar([10, 20], [1, 2], xerr=[1, 2], fmt="o")
    assert "(low, high: ends in the direction of x)" in drawn.numbers([panel.figure])
    assert columns(table(panel), "x", "y", "low", "high") == [[10, 1, 9, 11], [20, 2, 18, 22]]


def test_a_band(panel):
    panel.fill_between([1, 2, 3], [1, 2, 3], [2, 4, 6], label="95 %")
    panel.fill_betweenx([1, 2], [5, 5], [7, 8])
    found = table(panel)
    assert columns(found[:3], "x", "low", "high") == [[1, 1, 2], [2, 2, 4], [3, 3, 6]]
    assert columns(found[3:], "y", "low", "high") == [[1, 5, 7], [2, 5, 8]]


def test_a_band_with_a_gap_has_both_parts(panel):
    panel.fill_between([1, 2, 3, 4, 5], 0, [1, 2, 3, 4, 5], where=[True, True, False, True, True])
    assert columns(table(panel), "x", "high") == [[1, 1], [2, 2], [4, 4], [5, 5]]


@pytest.mark.parametrize("draw", ["bar", "barh"])
def test_bars(panel, draw):
    getattr(panel, draw)([1, 2], [3, 4], label="share")
    ends = columns(table(panel), *("xy" if draw == "bar" else "yx"))
    assert ends == [[1, 3], [2, 4]]


def test_a_histogram_and_its_outline(panel):
    panel.hist([1, 1, 3], bins=[0, 2, 4], label="draws")
    panel.stairs([5, 6], [0, 2, 4], label="law")
    panel.hist([1, 1, 3], bins=[0, 2, 4], histtype="step", label="outline")
    found = table(panel)
    assert columns(found[found.series == "draws"], "x", "y") == [[1, 2], [3, 1]]
    assert columns(found[found.series == "law"], "x", "y") == [[1, 5], [3, 6]]
    assert [2, 2] in columns(found[found.series == "outline"], "x", "y")


def test_points_with_and_without_a_colour_that_means_something(panel):
    panel.scatter([1, 2], [3, 4], c=[0.1, 0.2], label="chapters")
    assert columns(table(panel), "x", "y", "value") == [[1, 3, 0.1], [2, 4, 0.2]]


def test_cells_of_a_mesh_and_of_an_image(panel):
    other, ax = plt.subplots()
    values = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    figure = panel.figure
    figure.colorbar(panel.pcolormesh([0, 1, 2, 3], [0, 1, 2], values))
    ax.imshow(values, origin="upper")
    found = table(panel, other)
    plt.close(other)
    assert set(found.panel) == {"a", "b"}  # a colour bar is none
    expected = [[x + 0.5, y + 0.5, values[y, x]] for y in range(2) for x in range(3)]
    assert columns(found[found.panel == "a"], "x", "y", "value") == expected
    expected = [[x, y, values[y, x]] for y in range(2) for x in range(3)]
    assert columns(found[found.panel == "b"], "x", "y", "value") == expected


def test_the_lines_of_a_contour_have_their_level(panel):
    x = np.linspace(-1, 1, 41)
    panel.contour(x, x, np.hypot(x, x[:, None]), levels=[0.25, 0.5])
    found = table(panel)
    assert set(found.value) == {0.25, 0.5}
    np.testing.assert_allclose(np.hypot(found.x, found.y), found.value, atol=0.01)


def test_many_lines_at_once(panel):
    panel.vlines([1, 2], 0, [3, 4], label="gaps")
    assert columns(table(panel), "series", "x", "y") == [
        ["gaps, 1", 1, 0],
        ["gaps, 1", 1, 3],
        ["gaps, 2", 2, 0],
        ["gaps, 2", 2, 4],
    ]


def test_marks_and_words_are_no_numbers(panel):
    panel.axvline(1)
    panel.axhline(2)
    panel.annotate("here", (0, 0))
    figures.threshold(panel, 3)
    assert drawn.numbers([panel.figure]) == ""


def test_title_and_labels_stand_above(panel):
    panel.plot([1], [1])
    panel.set(title="Training loss", xlabel="parameters $p$", ylabel="error")
    first = drawn.numbers([panel.figure]).splitlines()[0]
    assert first == "# panel a: Training loss; x: parameters $p$; y: error"


def test_long_series_are_thinned_until_the_file_is_small(panel):
    rng = np.random.default_rng(1)
    x, y = np.arange(30_000), rng.standard_normal(30_000)
    panel.plot(x, y, label="path")
    panel.plot([0, 1], [5, 6], label="short")
    text = drawn.numbers([panel.figure])
    assert len(gzip.compress(text.encode())) <= drawn.LARGEST
    found = table(panel)
    path = found[found.series == "path"]
    assert f"# of longer series {len(path)} points each\n" in text
    assert path.x.iloc[[0, -1]].tolist() == [0, 29_999]
    np.testing.assert_allclose(path.y, y[path.x], rtol=1e-5)
    assert columns(found[found.series == "short"], "x", "y") == [[0, 5], [1, 6]]


def test_what_cannot_be_read_is_named(panel):
    panel.contourf([[1, 2], [3, 4]])
    with pytest.raises(drawn.Unreadable, match=r"^the numbers of filled contours cannot be read$"):
        drawn.numbers([panel.figure])
    panel.clear()
    panel.imshow(np.zeros((2, 2, 3)))
    with pytest.raises(drawn.Unreadable, match=r"^the numbers of a picture in colours cannot be read$"):
        drawn.numbers([panel.figure])
    panel.clear()
    panel.hexbin([1, 2, 3], [1, 2, 3])
    with pytest.raises(drawn.Unreadable, match=r"^the numbers of "):
        drawn.numbers([panel.figure])


def test_columns_that_are_given():
    assert drawn.given(pd.DataFrame({"p": [10], "error": [1 / 3]})) == "p,error\n10,0.333333"
    with pytest.raises(ValueError, match=r"^data must be columns of equal length, at least 1; got "):
        drawn.given({"p": [1, 2], "error": [1]})
    with pytest.raises(ValueError, match=r"^data must be columns of equal length, at least 1; got "):
        drawn.given({})
