"""Peaks are found on some seeds and measured on all."""

import numpy as np
import pandas as pd
import pytest

from manytasks.declarations import declarations
from manytasks.studies.networks.peaks import (
    by_width,
    declared_peaks,
    find_peak,
    near_the_top,
    peak_of_each,
    raised,
    sides,
)

WIDTHS = [2, 4, 8, 16, 32]


def rows(loss, train_error=(0.5, 0.2, 0.05, 0.002, 0.0), seeds=3, tasks=2, shift=0.0):
    """Networks whose loss is a known curve; seed s adds s times the shift at width 8, tasks cancel out."""
    return pd.DataFrame(
        {
            "seed": seed,
            "task": task,
            "width": width,
            "train_error": fitted,
            "test_loss": value + shift * seed * (width == 8) + (task - 0.5),
        }
        for seed in range(seeds)
        for task in range(tasks)
        for width, fitted, value in zip(WIDTHS, train_error, loss, strict=True)
    )


def test_the_peak_is_at_the_threshold_and_not_at_the_left_edge():
    found = find_peak(rows([9.0, 1.0, 2.0, 1.8, 1.5]), "test_loss", [0])
    assert (found.place, found.valley) == (8, 4)
    np.testing.assert_allclose(found.rise, 1.0)
    np.testing.assert_allclose(found.fall, 0.5)


def test_places_come_from_the_choosing_seeds_only():
    table = rows([9.0, 1.0, 2.0, 2.1, 1.5], shift=1.0)
    assert find_peak(table, "test_loss", [0]).place == 16
    assert find_peak(table, "test_loss", [1, 2]).place == 8
    np.testing.assert_allclose(find_peak(table, "test_loss", [1]).rise, [1.0, 2.0, 3.0])


def test_a_curve_that_only_falls_has_a_negative_rise():
    found = find_peak(rows([5.0, 4.0, 3.0, 2.0, 1.0]), "test_loss", [0])
    assert (found.place, found.valley) == (8, 4)
    assert (found.rise < 0).all()


@pytest.mark.parametrize("train_error", [(0.5, 0.4, 0.3, 0.2, 0.15), (0.05, 0, 0, 0, 0)])
def test_without_a_threshold_width_or_one_below_it_there_is_no_peak(train_error):
    assert find_peak(rows([3.0, 2.0, 1.0, 2.0, 3.0], train_error), "test_loss", [0]) is None


def test_at_the_largest_width_nothing_says_that_the_curve_falls_again():
    found = find_peak(rows([3.0, 2.0, 1.0, 2.0, 3.0], (0.9, 0.8, 0.5, 0.3, 0.05)), "test_loss", [0])
    assert (found.place, found.valley, found.fall) == (32, 8, None)
    np.testing.assert_allclose(found.rise, 2.0)


def test_a_missing_width_is_named():
    table = rows([3.0, 2.0, 1.0, 2.0, 3.0])
    missing = table[~((table["seed"] == 1) & (table["width"] == 8))]
    with pytest.raises(ValueError, match=r"^test_loss: not every seed was trained at every width$"):
        by_width(missing, "test_loss")


HUMP = [9.0, 1.0, 2.0, 1.8, 1.5]
HIGHER = [9.0, 1.0, 3.0, 1.8, 1.5]


def two_cases(column, values, first=HUMP, second=HIGHER, **others):
    parts = [
        rows(loss).assign(**{column: value}) for loss, value in zip((first, second), values, strict=True)
    ]
    return pd.concat(parts).assign(**others)


def test_a_declaration_compares_what_its_rows_name():
    entry = declarations()["A.N1, CIFAR-100, other names of the superclasses raise the peak"]
    table = two_cases("fraction", (0.0, 1.0), noise=0.0, method="multi-task")
    other = rows([1.0, 9.0, 9.0, 9.0, 9.0]).assign(fraction=1.0, noise=0.2, method="multi-task")
    lone = rows([1.0, 9.0, 9.0, 9.0, 9.0]).assign(fraction=0.0, noise=0.0, method="single-task")
    low, high = declared_peaks(pd.concat([table, other, lone]), entry)
    np.testing.assert_allclose(raised(low, high), 1.0)
    np.testing.assert_allclose(raised(high, low), -1.0)


def test_a_peak_without_a_place_cannot_be_compared():
    entry = declarations()["A.Q3, CIFAR-100, five layers peak higher than two, clean labels"]
    table = two_cases("depth", (2, 5), noise=0.0, method="multi-task")
    table.loc[table.depth == 5, "train_error"] = 0.0
    low, high = declared_peaks(table, entry)
    assert high is None
    assert raised(low, high) is None
    found = peak_of_each(table, ["depth"], "test_loss", [0])
    assert found.loc[2].tolist() == [8, 4, 1.0, 0.5]
    assert found.loc[5].isna().all()


def test_a_declaration_of_many_values_is_refused():
    entry = declarations()["A.N2, CIFAR-100, transfer falls as names are exchanged, in error"]
    with pytest.raises(ValueError, match=r"^A.N2, .*: one peak or two can be compared; its rows have "):
        declared_peaks(rows(HUMP), entry)


def test_means_leave_out_the_seeds_that_chose():
    table = rows(HUMP, shift=1.0).assign(noise=0.2, kind="a")
    found = peak_of_each(table, ["noise", "kind"], "test_loss", [0]).loc[0.2, "a"]
    np.testing.assert_allclose(found[["rise", "fall"]], [2.5, 2.0])


def test_curves_are_compared_where_the_last_is_highest_inside():
    """At a width that the choosing seeds choose, and not at the edge."""
    table = pd.concat(rows(loss, shift=-0.8).assign(depth=k) for k, loss in ((1, HUMP), (5, HIGHER)))
    width, values = near_the_top(table, "test_loss", "depth", [0])
    assert width == 8
    np.testing.assert_allclose(values[5] - values[1], 1.0)
    assert near_the_top(table, "test_loss", "depth", [2])[0] == 16


def test_a_peak_without_a_place_or_an_end_has_no_sides():
    whole = find_peak(rows(HUMP), "test_loss", [0])
    ended = find_peak(rows([3.0, 2.0, 1.0, 2.0, 3.0], (0.9, 0.8, 0.5, 0.3, 0.05)), "test_loss", [0])
    assert [each.mean() for each in sides(whole, whole)] == [1.0, 0.5, 1.0, 0.5]
    assert sides(whole, None) is None
    assert sides(ended, whole) is None
