"""Who ranks forgetting: over pairs at one width, over widths of one pair, by bootstrap and by jackknife."""

import numpy as np
import pandas as pd
import pytest
from messages import whole
from scipy import stats

from manytasks.streams import stream
from manytasks.studies.networks.bracket_predictors import (
    TARGETS,
    cubes,
    jackknife_order,
    order_of_pairs,
    order_of_widths,
    rank_measures,
)


def table(seeds=4):
    """What is lost grows along the dial and falls with width; "dial" knows the first, "size" the second."""
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {"loss": loss, "scenario": "task", "run": run, "seed": seed, "width": width, "fraction": fraction}
        for loss in ("mse", "cross-entropy")
        for run in ("one step", "long")
        for seed in range(seeds)
        for width in (8, 16, 32)
        for fraction in (0.0, 0.25, 0.5, 1.0)
    )
    rows["forgotten_train_loss"] = rows["fraction"] - np.log2(rows["width"])
    rows["forgotten_test_loss"] = -rows["forgotten_train_loss"]
    rows["dial"], rows["size"] = rows["fraction"], -rows["width"]
    rows["noise"] = rng.standard_normal(len(rows))
    return rows


def one_group(**columns):
    rows = table()
    return rows[(rows["loss"] == "mse") & (rows["run"] == "long")].assign(**columns)


def test_cubes_do_not_mind_the_order_of_rows():
    rows = one_group()
    found = cubes(rows.sample(frac=1, random_state=1), "noise", "fraction")
    assert found.shape == (4, 3, 4, 2)
    here = rows.set_index(["seed", "width", "fraction"])["noise"]
    assert found[2, 1, 3, 0] == here[2, 16, 1.0]
    np.testing.assert_allclose(found[0, 0, :, 1], [0.0, 0.25, 0.5, 1.0])


def test_a_network_that_is_missing_is_named():
    message = "noise: every seed needs every width and fraction once; got 47 rows"
    with pytest.raises(ValueError, match=whole(message)):
        cubes(one_group().iloc[1:], "noise", "fraction")
    twice = pd.concat([one_group().iloc[1:], one_group().iloc[1:2]])
    with pytest.raises(ValueError, match="got 48 rows"):
        cubes(twice, "noise", "fraction")


def test_orders_are_spearmans():
    rows = one_group()
    units = cubes(rows, "noise", "forgotten_train_loss")
    by_hand = [
        stats.spearmanr(part["noise"], part["forgotten_train_loss"]).statistic
        for _, part in rows.groupby("width")
    ]
    assert order_of_pairs(units) == pytest.approx(np.mean(by_hand))
    by_hand = [
        stats.spearmanr(part["noise"], part["forgotten_train_loss"]).statistic
        for _, part in rows[rows["seed"] == 1].groupby("fraction")
    ]
    assert order_of_widths(units)[1] == pytest.approx(np.mean(by_hand))


def test_each_measure_ranks_what_it_knows():
    rows = table()
    found = rank_measures(rows, ["dial", "noise"], 8, seed=1, resamples=50)
    assert found.columns.tolist() == ["dial", "noise"]
    assert len(found) == 2 * len(TARGETS) * 2
    row = found.loc[("tasks", "long run, training", "mse", "task")]
    assert row["dial"].value == pytest.approx(1) == row["dial"].low
    assert found.loc[("tasks", "long run, test", "mse", "task"), "dial"].value == pytest.approx(-1)
    wide = rank_measures(
        rows.assign(size=rows["size"] + rows["noise"] / 1e9), ["size"], 16, seed=1, resamples=50
    )
    assert wide.loc[("widths", "one step, training", "mse", "task"), "size"].value == pytest.approx(1)


def test_only_widths_from_the_start_are_ranked():
    """At the smallest width the measure is turned around; from the next one on it is in order."""
    rows = table()
    rows["size"] = np.where(rows["width"] == 8, -100.0, rows["size"])
    for start, expected in ((8, -0.5), (16, 1.0)):
        found = rank_measures(rows, ["size"], start, seed=1, resamples=50)
        order = found.loc[("widths", "long run, training", "cross-entropy", "task"), "size"]
        assert order.value == pytest.approx(expected)


def test_the_bootstrap_draws_seeds_with_all_that_is_theirs():
    rows = one_group()
    found = rank_measures(rows, ["noise"], 8, seed=(1, "a"), resamples=100)
    units = cubes(rows, "noise", "forgotten_train_loss")
    picks = stream((1, "a"), "bootstrap").integers(0, 4, (20, 4))
    drawn = [order_of_pairs(units[pick]) for pick in picks]
    order = found.loc[("tasks", "long run, training", "mse", "task"), "noise"]
    np.testing.assert_allclose([order.low, order.high], np.quantile(drawn, [0.025, 0.975]))


def test_a_jackknife_is_that_of_its_definition():
    rows = one_group()
    units = cubes(rows, "noise", "forgotten_train_loss")
    left_out = [order_of_pairs(np.delete(units, s, axis=0)) for s in range(4)]
    values = 4 * order_of_pairs(units) - 3 * np.array(left_out)
    ends = stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
    found = jackknife_order(rows, "noise", "forgotten_train_loss", 0.9)
    np.testing.assert_allclose([found.value, found.low, found.high], [values.mean(), *ends])
