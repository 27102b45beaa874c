"""The declared statistics of linear theory on real tasks, on tables whose answer is known."""

import numpy as np
import pandas as pd

from manytasks.studies.features.real_tasks import (
    price_in_schools,
    price_of_predicted_ridge,
    relative_error,
    right_signs,
    transfers,
    typical_error,
    without_threshold,
)

RIDGES = (0.0, 1.0, 10.0)


def table(seeds=4):
    """Errors that differ from their predictions by known factors: 10 % below at N = 30, 5 % above at 240."""
    rows = [
        {
            "seed": seed,
            "grouping": grouping,
            "samples": N,
            "ridge": ridge,
            "together_predicted": 1.0 + ridge / 100,
            "together_loss": (1.0 + ridge / 100) * (0.9 if N == 30 else 9 if ridge == 0 else 1.05),
            "alone_predicted": 1.2,
            "alone_loss": 1.3 if seed else 0.8,
        }
        for seed in range(seeds)
        for grouping in ("superclass", "mixed")
        for N in (30, 240)
        for ridge in RIDGES
    ]
    return pd.DataFrame(rows)


def test_the_median_leaves_out_the_threshold_and_nothing_else():
    kept = without_threshold(table(), [240])
    assert len(kept) == len(table()) - 4 * 2
    errors = relative_error(kept, "together_loss", "together_predicted", ["grouping", "samples", "ridge"])
    assert errors.shape == (4, 10)
    np.testing.assert_allclose(errors.xs(30, axis=1, level="samples"), -0.1)
    np.testing.assert_allclose(typical_error(errors), 0.1)  # 6 of 10 cells


def test_signs_count_where_the_prediction_is_clear():
    signs = right_signs(transfers(without_threshold(table(), [240])), 0.02)
    assert signs[0] < 0.5
    assert signs[[1, 2, 3]].tolist() == [1, 1, 1]
    only = table()[table()["ridge"] == 10]
    assert right_signs(transfers(only.assign(alone_predicted=1.11)), 0.02).empty


def test_the_price_of_a_ridge_compares_with_the_best_of_other_seeds():
    wrong = table().assign(together_predicted=lambda rows: 2 - rows["together_predicted"])
    prices = price_of_predicted_ridge(wrong[wrong["samples"] == 30], [0, 1], [2, 3])
    np.testing.assert_allclose(prices, 0.1)  # it likes ridge 10 best, which costs a tenth
    assert prices.index.tolist() == [2, 3]
    right = price_of_predicted_ridge(table()[table()["samples"] == 30], [0, 1], [2, 3])
    np.testing.assert_allclose(right, 0)


def test_in_schools_the_best_ridge_is_chosen_on_other_splits():
    rows = [
        {
            "seed": s,
            "ridge": r,
            "shared_loss": 0.5 + 0.1 * (r != (1 if s < 2 else 10)),
            "best_ridge_loss": 0.6,
        }
        for s in range(4)
        for r in (1, 10)
    ]
    prices = price_in_schools(pd.DataFrame(rows), [0, 1], [2, 3])
    np.testing.assert_allclose(prices, 0)  # 0.6 is what the ridge of the choosing splits costs in the others
