"""A prediction and what was measured on it: the line breaks where it is told to."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from manytasks import figures, page
from manytasks.statistics import mean_interval


def test_a_line_breaks_at_its_threshold_and_points_have_their_intervals():
    line = pd.Series([1.0, 2.0, 3.0, 4.0], index=[10, 20, 40, 80])
    draws = pd.DataFrame(np.arange(12.0).reshape(6, 2), columns=[10, 80])
    fig, ax = plt.subplots()
    page.predictions(ax, line, draws, color="green", label="measured", threshold=40)
    first, second = ax.lines[:2]
    assert (first.get_xdata().tolist(), second.get_xdata().tolist()) == ([10, 20], [40, 80])
    assert (first.get_ydata().tolist(), second.get_ydata().tolist()) == ([1, 2], [3, 4])
    points = ax.containers[0]
    assert points.lines[0].get_ydata().tolist() == [5, 6]
    assert points.lines[0].get_xdata().tolist() == [10, 80]
    ends = mean_interval(draws.to_numpy())
    segments = points.lines[2][0].get_segments()
    np.testing.assert_allclose([each[:, 1] for each in segments], np.transpose([ends.low, ends.high]))
    assert {each.get_color() for each in ax.lines} == {figures.COLORS["green"]}
    assert ax.get_legend_handles_labels()[1] == ["measured"]
    plt.close(fig)


def test_without_a_threshold_it_is_one_line_in_the_style_asked_for():
    fig, ax = plt.subplots()
    line, draws = pd.Series([1.0, 2.0], index=[1, 2]), pd.DataFrame(np.eye(2))
    page.predictions(ax, line, draws, color="blue", linewidth=0.5)
    lines = [each for each in ax.lines if each not in ax.containers[0].get_children()]
    assert ax.lines[0].get_xdata().tolist() == [1, 2]
    assert ax.lines[0].get_linewidth() == 0.5
    assert not any(len(each.get_xdata()) == 0 for each in lines)
    plt.close(fig)


def test_quartiles_are_a_line_and_a_band():
    fig, ax = plt.subplots()
    draws = np.arange(5.0)[:, None] * [1.0, 10.0]
    found = page.quartiles(ax, [3, 4], draws, color="red", label="errors")
    np.testing.assert_array_equal(found, [[1, 10], [2, 20], [3, 30]])
    assert ax.lines[0].get_ydata().tolist() == [2, 20]
    corners = ax.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} >= {(3, 1), (4, 10), (3, 3), (4, 30)}
    assert ax.get_legend_handles_labels()[1] == ["errors"]
    plt.close(fig)
