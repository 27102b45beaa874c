"""Peaks are found on some seeds and measured on all."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.peaks import by_width, find_peak

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


def test_a_missing_width_is_named():
    table = rows([3.0, 2.0, 1.0, 2.0, 3.0])
    missing = table[~((table["seed"] == 1) & (table["width"] == 8))]
    with pytest.raises(ValueError, match=r"^test_loss: not every seed was trained at every width$"):
        by_width(missing, "test_loss")
