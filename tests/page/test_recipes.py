"""Recipes draw what the numbers say: artists, labels and intervals, without looking at a picture."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from messages import whole

from manytasks import figures, page
from manytasks.statistics import Interval, log_slope, mean_interval

ROWS = pd.DataFrame(
    [
        {"width": w, "seed": s, "task": t, "noise": noise, "test_loss": w + 10 * s + t + 100 * noise}
        for w in (1, 2, 8) for s in (0, 1, 2) for t in (0, 1) for noise in (0.0, 0.2)
    ]
)  # fmt: skip
SAID = {
    "name": "loss",
    "caption": "Means of {n} seeds, {level} intervals, $N_{1}$.",
    "alt": "Two rising curves.",
}


@pytest.fixture
def shown(monkeypatch):
    """What a recipe hands to figures.show."""
    calls = []
    monkeypatch.setattr(figures, "show", lambda drawn, **said: calls.append((drawn, said)))
    yield calls
    plt.close("all")


def test_curves_are_means_of_units_with_their_intervals(shown):
    page.curves(ROWS, x="width", y="test_loss", hue="noise", unit="seed", **SAID)
    ((figure,), said) = shown[0]
    (ax,) = figure.axes
    assert said["caption"] == "Means of 3 seeds, 95 % intervals, $N_{1}$."
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["0.0", "0.2"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("width", "test loss")
    clean = ax.containers[0]
    np.testing.assert_allclose(clean[0].get_xydata(), [[w, w + 10.5] for w in (1, 2, 8)])
    expected = mean_interval(np.array([[w + 10 * s + 0.5 for w in (1, 2, 8)] for s in (0, 1, 2)]))
    segments = np.array(clean[2][0].get_segments())[:, :, 1]
    np.testing.assert_allclose(segments, np.transpose([expected.low, expected.high]))


def test_panels_and_words(shown):
    page.curves(ROWS, x="width", y="test_loss", hue="task", unit="seed", panels="noise",
                labels={"test_loss": "loss (nats)", "0.2": "20 % wrong"}, ylim=(0, 50), **SAID)  # fmt: skip
    axes = [figure.axes[0] for figure in shown[0][0]]
    assert [ax.get_title(loc="left") for ax in axes] == ["0.0", "20 % wrong"]
    assert {ax.get_ylabel() for ax in axes} == {"loss (nats)"}
    assert axes[0].get_ylim() == (0, 50)


def test_several_measures_have_a_panel_each(shown):
    both = ROWS.assign(test_error=ROWS.test_loss / 100)
    page.curves(both, x="width", y=["test_error", "test_loss"], hue="noise", unit="seed",
                labels={"value": "on test images", "test_loss": "loss"}, **SAID)  # fmt: skip
    axes = [figure.axes[0] for figure in shown[0][0]]
    assert [ax.get_title(loc="left") for ax in axes] == ["test_error", "loss"]
    assert {ax.get_ylabel() for ax in axes} == {"on test images"}
    for ax, size in zip(axes, (0.01, 1.0), strict=True):
        points = ax.containers[0][0].get_xydata()
        np.testing.assert_allclose(points, [[w, size * (w + 10.5)] for w in (1, 2, 8)])


def test_a_reference_is_a_line_across(shown):
    page.curves(ROWS, x="width", y="test_loss", hue="noise", unit="seed", reference=7.0, **SAID)
    lines = shown[0][0][0].axes[0].lines
    assert [7.0, 7.0] in [list(line.get_ydata()) for line in lines]


def test_units_that_are_missing_somewhere_are_refused(shown):
    hole = ROWS[~((ROWS.width == 8) & (ROWS.seed == 1))]
    with pytest.raises(
        ValueError, match=whole("test_loss of noise = 0.0: not every unit was measured at every width")
    ):
        page.curves(hole, x="width", y="test_loss", hue="noise", unit="seed", **SAID)


def test_rankings_keep_the_order_of_the_first_panel():
    """What is last in the first panel stands last in the second, though it leads there."""
    one = pd.DataFrame({"a": [3.0, 5.0], "b": [0.0, 1.0]})
    left, right = page.rankings({"one": one, "other": -one}, xlabel="rank correlation", colors={"a": "red"})
    for figure, sign, title in ((left, 1, "one"), (right, -1, "other")):
        (ax,) = figure.axes
        assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
        assert ax.get_title(loc="left") == title
        assert ax.get_xlim() == left.axes[0].get_xlim()
        expected = mean_interval(sign * one["a"])
        np.testing.assert_allclose(ax.lines[2].get_xdata(), [expected.low, expected.high])
        assert ax.lines[2].get_color() == figures.COLORS["red"]
    plt.close("all")
    with pytest.raises(ValueError, match=whole("all panels must have the same columns; 'other' has others")):
        page.rankings({"one": one, "other": one[["a"]]}, xlabel="rank correlation")


def test_a_ranking_is_in_order_with_its_intervals():
    figure = page.ranking({"b": Interval(2, 1, 3), "a": Interval(-1, -2, 0)}, xlabel="rank correlation")
    (ax,) = figure.axes
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    assert [list(line.get_xdata()) for line in ax.lines[:3:2]] == [[-2, 0], [1, 3]]
    plt.close(figure)


def test_slopes_stand_in_the_legend():
    x = np.array([0.01, 0.02, 0.04])
    figure = page.slopes(x, {"third": x[:, None] ** 3 * [1, 5], "first": x}, xlabel="rate", ylabel="distance")
    (ax,) = figure.axes
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["third: 3.00", "first: 1.00"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 5**0.5 * x**3)
    plt.close(figure)


def test_slopes_by_another_fit_with_bars():
    x, units = np.array([0.01, 0.02, 0.04]), np.array([1.0, 2.0, 4.0])
    figure = page.slopes(x, {"mixed": (x**2 + x**3)[:, None] * units}, xlabel="rate", ylabel="distance",
                         fit=lambda x, y: log_slope(x[:2], y[:2]), spread=(0.0, 1.0), styles={"mixed": ":"},
                         ylim=(1e-6, 1))  # fmt: skip
    (ax,) = figure.axes
    slope = np.log((0.02**2 + 0.02**3) / (0.01**2 + 0.01**3)) / np.log(2)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [f"mixed: {slope:.2f}"]
    line, _, (bars,) = ax.containers[0].lines
    assert (line.get_linestyle(), ax.get_xscale(), ax.get_yscale()) == (":", "log", "log")
    assert ax.get_ylim() == (1e-6, 1)
    for segment, middle in zip(bars.get_segments(), line.get_ydata(), strict=True):
        np.testing.assert_allclose(segment[:, 1], [middle / 2, middle * 2])
    plt.close(figure)


def test_a_landscape_is_the_loss_on_a_grid():
    figure, ax = plt.subplots()
    page.landscape(
        ax, lambda t: t[0] ** 2 + 3 * t[1], (0, 2), (1, 3), points=3, levels=[4.0, 7.0], colors="k"
    )
    (drawn,) = ax.collections
    np.testing.assert_allclose(drawn.levels, [4, 7])
    for level, path in zip(drawn.levels, drawn.get_paths(), strict=True):
        on_edge = path.vertices[np.isin(path.vertices[:, 0], [0, 1, 2])]  # exact on the grid's own columns
        assert len(on_edge) >= 2
        np.testing.assert_allclose(on_edge[:, 0] ** 2 + 3 * on_edge[:, 1], level)
    plt.close(figure)


def test_groups_stand_beside_their_name_with_their_own_marker():
    groups = {
        "first": {"b": Interval(0.5, 0.25, 0.6), "a": Interval(-1.0, -2.0, 0.0)},
        "second": pd.Series({"a": Interval(3.0, 1.0, 4.0), "b": Interval(2.0, 2.0, 2.0)}),
    }
    styles = {"first": {"color": "red", "fmt": "o"}, "second": {"color": "blue", "fmt": "s"}}
    figure = page.grouped_ranking(groups, styles=styles, xlabel="order", names={"a": "A"}, xlim=(-5, 5))
    (ax,) = figure.axes
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "A"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["first", "second"]
    assert (ax.get_xlim(), ax.get_ylim()[0] > ax.get_ylim()[1]) == ((-5, 5), True)
    first, second = ax.containers
    np.testing.assert_allclose(first[0].get_xydata(), [[0.5, -0.085], [-1.0, 0.915]])
    np.testing.assert_allclose(second[0].get_xydata(), [[2.0, 0.085], [3.0, 1.085]])
    np.testing.assert_allclose(np.array(first[2][0].get_segments())[:, :, 0], [[0.25, 0.6], [-2.0, 0.0]])
    assert [each[0].get_marker() for each in (first, second)] == ["o", "s"]
    plt.close(figure)
    silent = page.grouped_ranking(groups, styles=styles, xlabel="order", legend=False)
    assert silent.axes[0].get_legend() is None
    plt.close(silent)
