"""Cells beside their predictions, on tables whose answer is known."""

import numpy as np
import pandas as pd

from manytasks.studies.features.predicted_cells import (
    clear_gains,
    curve,
    curves,
    same_best_ridge,
    worst,
)
from manytasks.studies.features.real_tasks import transfers


def table():
    """Two seeds; relatives gain where the common error is below 1, mixed tasks never."""
    rows = [
        {
            "seed": seed,
            "grouping": grouping,
            "samples": N,
            "ridge": ridge,
            "together_loss": together + 0.1 * seed,
            "together_predicted": said,
            "alone_loss": 1.0 + 0.1 * seed,
            "alone_predicted": 1.0,
        }
        for seed in (0, 1)
        for grouping, N, ridge, together, said in (
            ("superclass", 30, 1.0, 1.2, 1.3),
            ("superclass", 30, 10.0, 0.8, 0.9),
            ("superclass", 60, 1.0, 0.7, 0.8),
            ("superclass", 60, 10.0, 0.8, 0.99),
            ("mixed", 30, 1.0, 1.2, 0.9),  # said to gain, and does not
            ("mixed", 30, 10.0, 1.1, 1.2),
        )
    ]
    return pd.DataFrame(rows)


def test_a_curve_keeps_its_seeds_apart_and_its_prediction_together():
    rows = table().query("grouping == 'superclass' and ridge == 10")
    drawn, said = curve(rows, "samples", "together_loss", "together_predicted")
    np.testing.assert_allclose(drawn.loc[[0, 1], [30, 60]], [[0.8, 0.8], [0.9, 0.9]])
    assert said.to_dict() == {30: 0.9, 60: 0.99}


def test_the_worst_cell_is_found_by_size_without_the_threshold():
    cells = [("mixed", 30, 0.0), ("mixed", 240, 0.0), ("mixed", 240, 1.0), ("superclass", 60, 10.0)]
    seeds = [[0.1, 5.0, -0.5, 0.2], [0.3, 5.0, -0.1, 0.3]]  # means 0.2, 5, -0.3, 0.25
    errors = pd.DataFrame(seeds, columns=pd.MultiIndex.from_tuples(cells))
    found = worst(errors, beside=[240])
    assert (found.samples, found.ridge) == (240, 1.0)
    np.testing.assert_allclose([found.size, found.bias], [0.3, 0.15 / 3])
    assert worst(errors, beside=[]).size == 5


def test_gains_count_where_the_prediction_is_clear():
    gains = clear_gains(transfers(table()), 0.02)
    assert gains.loc["superclass"].to_dict() == {"gain": 2, "clear": 3}  # 0.99 is not clear
    assert gains.loc["mixed"].to_dict() == {"gain": 0, "clear": 2}
    assert clear_gains(transfers(table()), 0.005).loc["superclass"].to_dict() == {"gain": 3, "clear": 4}


def test_best_ridges_are_compared_cell_by_cell():
    same = same_best_ridge(table())
    assert same.to_dict() == {("superclass", 30): True, ("superclass", 60): True, ("mixed", 30): False}
    noisy = table()
    noisy.loc[(noisy.seed == 0) & (noisy.ridge == 10) & (noisy.samples == 60), "together_loss"] = -1.0
    assert not same_best_ridge(noisy)[("superclass", 60)]  # means over seeds decide


def test_curves_stand_by_value_in_the_order_asked_for():
    rows = table()
    rows = rows[rows.grouping == rows.grouping.iloc[0]]
    wanted = sorted(rows.ridge.unique(), reverse=True)
    found = curves(rows, "ridge", wanted, "samples", "together_loss", "together_predicted")
    assert list(found) == wanted
    for ridge, each in found.items():
        alone = curve(rows[rows.ridge == ridge], "samples", "together_loss", "together_predicted")
        assert each.drawn.equals(alone.drawn)
        assert each.said.equals(alone.said)
    assert not found[wanted[0]].drawn.equals(found[wanted[-1]].drawn)
