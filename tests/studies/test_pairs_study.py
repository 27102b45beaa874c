"""Pairs of tasks: changes along a dial, orders within a group, predictions that have not seen their unit."""

import numpy as np
import pandas as pd
import pytest
from messages import whole

from manytasks.statistics import rank_correlation
from manytasks.studies.networks.pairs import (
    MEASURES,
    by_head,
    change_by_seed,
    distinct,
    lead_by_seed,
    order_by_seed,
    predicted_share,
    with_transfer,
)


def table(seeds=3, noise=0.0):
    """Transfer falls with the strength, twice as fast along "labels"; the groups differ by a constant."""
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {"seed": seed, "width": width, "dial": dial, "strength": strength}
        for seed in range(seeds)
        for width in (8, 64)
        for dial in ("pixels", "labels")
        for strength in (0.0, 0.5, 1.0)
    )
    rows["alone_error"] = 0.5 + rows["seed"] / 100
    slope = np.where(rows["dial"] == "labels", 0.4, 0.2)
    rows["together_error"] = rows["alone_error"] - 0.1 - (rows["width"] == 8) + slope * rows["strength"]
    rows["heads_error"] = rows["alone_error"] - 0.1
    for name, (column, sign) in MEASURES.items():
        fresh = rng.standard_normal(len(rows))
        rows[column] = (
            fresh if name.startswith("bracket") else -sign * slope * rows["strength"] + noise * fresh
        )
    return with_transfer(rows)


def test_transfer_is_own_minus_common():
    found = table()
    np.testing.assert_allclose(found["two heads"], 0.1)
    np.testing.assert_allclose(found.query("strength == 0 and width == 64")["one head"], 0.1)


def test_a_change_is_that_from_end_to_end_within_a_seed():
    found = table().sample(frac=1, random_state=1)
    change = change_by_seed(found, "one head", "dial")
    np.testing.assert_allclose(change[["labels", "pixels"]], [[-0.4, -0.2]] * 3)
    assert change_by_seed(found, "one head", ["width", "dial"]).shape == (3, 4)
    np.testing.assert_allclose(change_by_seed(found, "one head"), -0.3)


def test_a_pair_that_is_missing_is_named():
    found = table()
    lost = (found["seed"] == 1) & (found["dial"] == "labels") & (found["strength"] == 1)
    message = "one head: every seed needs the weakest and the strongest pair of every dial"
    with pytest.raises(ValueError, match=whole(message)):
        change_by_seed(found[~lost], "one head", "dial")


def test_the_pair_at_zero_counts_once():
    found = distinct(table())
    assert (found["strength"] == 0).sum() == 3 * 2
    assert len(found) == 3 * 2 * 5


def test_orders_are_those_of_the_groups():
    found = table(noise=0.05)
    orders = order_by_seed(found, "one head", ["width", "dial"])
    assert orders.columns.tolist() == list(MEASURES)
    assert orders.index.tolist() == [0, 1, 2]
    name, (column, sign) = "function distance", MEASURES["function distance"]
    by_hand = [
        float(rank_correlation(sign * group[column], group["one head"]))
        for _, group in found[found["seed"] == 1].groupby(["width", "dial"])
    ]
    assert orders.loc[1, name] == pytest.approx(np.mean(by_hand))


def test_a_lead_is_the_difference_of_orders():
    found = table(noise=0.05)
    orders = order_by_seed(found, "one head", ["width"])
    lead = lead_by_seed(found, "one head", ["width"], "weight cosine", "cross-task risk")
    np.testing.assert_allclose(lead, orders["weight cosine"] - orders["cross-task risk"])


def test_both_kinds_of_head_stand_in_one_table():
    found = table().assign(dataset="digits")
    rows = by_head(found).set_index("heads")["transfer"]
    np.testing.assert_allclose(rows["one head"], found["one head"])
    np.testing.assert_allclose(rows["two heads"], found["two heads"])


def test_groups_are_never_compared_with_each_other():
    """Without noise every group is in order; over both widths, whose transfers are far apart, it is not."""
    found = table()
    apart = order_by_seed(found, "one head", ["width", "dial"], ["weight distance"])
    np.testing.assert_allclose(apart, 1.0)
    mixed = order_by_seed(found, "one head", ["dial"], ["weight distance"])
    assert (mixed < 0.9).all(axis=None)


def test_a_measure_that_never_changes_orders_nothing():
    found = table().assign(cross_risk=1.0)
    with pytest.raises(
        ValueError, match=whole("one head: a rank correlation needs pairs of a group that differ")
    ):
        order_by_seed(found, "one head", ["width"], ["cross-task risk"])


def test_a_prediction_has_not_seen_its_unit():
    """A curve through other seeds tells all; one through the other dial misses what only this one reaches."""
    found = table()
    names = ["weight distance", "bracket at start"]
    by_seed = predicted_share(found, "one head", "seed", ["width"], names)
    np.testing.assert_allclose(by_seed["weight distance"], 1.0)
    assert (by_seed["bracket at start"] < 0.5).all()
    by_dial = predicted_share(found, "one head", "dial", ["width"], names)
    assert (by_dial["weight distance"] < 0.95).all()
