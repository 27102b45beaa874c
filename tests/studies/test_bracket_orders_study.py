"""Orders of pairs and the widest networks: perfect and reversed orders, ties with what the page records."""

import numpy as np
import pandas as pd
import pytest

from manytasks.statistics import Interval
from manytasks.studies.networks.bracket_orders import first_step_orders, leaders, widest
from manytasks.studies.networks.bracket_predictors import jackknife_order


def rows(loss, scenario, sign):
    """Four seeds, two widths, three pairs; what is lost follows the curvature, or runs against it."""
    table = pd.DataFrame(
        [(s, w, f) for s in range(4) for w in (8, 16) for f in (0.0, 0.5, 1.0)],
        columns=["seed", "width", "fraction"],
    )
    table["curvature_train"] = np.arange(24) % 7 + table["seed"] / 10
    table["forgotten_train_loss"] = sign * table["curvature_train"] ** 3
    return table.assign(loss=loss, scenario=scenario)


def test_each_kind_of_network_has_its_own_order():
    table = pd.concat([rows("mse", "task", 1), rows("cross-entropy", "task", -1)])
    found = first_step_orders(table, 0.95).set_index("loss")
    assert found.squared.to_dict() == {"mse": True, "cross-entropy": False}
    assert found.correlation["mse"].value == pytest.approx(1)
    assert found.correlation["cross-entropy"].value == pytest.approx(-1)


def test_it_is_the_jackknife_at_the_level_asked_for():
    table = rows("mse", "domain", 1)
    table["forgotten_train_loss"] += np.random.default_rng(1).normal(0, 40, len(table))
    wide, narrow = (first_step_orders(table, level).correlation.item() for level in (0.99, 0.5))
    assert wide == jackknife_order(table, "curvature_train", "forgotten_train_loss", 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_leader_has_the_largest_order_of_the_target():
    def interval(value):
        return Interval(value, value - 0.1, value + 0.1)

    keys = [("tasks", "long", "mse", "task"), ("tasks", "long", "mse", "domain")]
    keys += [("tasks", "short", "mse", "task"), ("widths", "long", "mse", "task")]
    values = {"bracket": [0.3, 0.9, 0.0, 1.0], "g2": [0.5, -0.2, 1.0, 0.0], "gap": [-0.9, 0.4, 0.0, 0.0]}
    index = pd.MultiIndex.from_tuples(keys)
    orders = pd.DataFrame({name: list(map(interval, each)) for name, each in values.items()}, index)
    found = leaders(orders, "long")
    assert found.best.to_dict() == {("mse", "task"): "g2", ("mse", "domain"): "bracket"}
    assert found.order[("mse", "task")] == interval(0.5)
    assert found.bracket[("mse", "task")] == interval(0.3)


def test_other_widths_do_not_count_and_seeds_count_once():
    table = pd.DataFrame(
        {
            "width": [8, 16, 16, 16, 16],
            "seed": [0, 0, 0, 0, 1],
            "size": [1.0, 9.0, 9.0, 9.0, 9.0],
            "price": [7.0, 1.0, 2.0, 30.0, 4.0],
            "relative_curvature": [9.0, 0.1, 0.2, 0.3, 0.4],
            "sharpness_1": [1.0, 2.0, 4.0, 6.0, 8.0],
            "mean_curvature": [1.0, 1.0, 1.0, 1.0, 1.0],
        }
    )
    found = widest(table, 16)
    assert found == pytest.approx((9.0, 3.0, 0.25, 5.0, 16 / 9))
