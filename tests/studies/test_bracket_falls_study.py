"""Falls with width: exact powers, shares of one fall in another, and orders that width cannot explain."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.bracket_falls import by_group, carried, log_falls, order_of_seeds

OPTIONS = {"seed": 1, "resamples": 200}


def rows(seeds=5, spread=0.0):
    """The bracket falls like 1/width, the price like its square times a factor of the seed."""
    table = pd.DataFrame(
        {"loss": "mse", "seed": seed, "width": width, "fraction": fraction}
        for seed in range(seeds)
        for width in (8, 16, 64)
        for fraction in (0.0, 0.5, 1.0)
    )
    power = 2 + spread * (table["seed"] - (seeds - 1) / 2)
    table["relative_curvature"] = (1 + table["fraction"]) * 8 / table["width"]
    table["price"] = (1 + table["seed"]) * (8 / table["width"]) ** power
    return table


def test_a_power_falls_by_its_exponent():
    found = log_falls(rows(), ["relative_curvature", "price"], 16, 64)
    for column, power in (("relative_curvature", 1), ("price", 2)):
        fall = found[column]
        np.testing.assert_allclose([fall.value, fall.low, fall.high], power * np.log(4))


def test_seeds_that_differ_open_the_interval_to_both_sides():
    fall = log_falls(rows(spread=0.2), ["price"], 8, 64)["price"]
    assert fall.value == pytest.approx(2 * np.log(8))
    half = 2.776 * np.log(8) * 0.2 * np.sqrt(2.5 / 5)  # t of four degrees, spread of 0, 1, ..., 4
    assert [fall.low, fall.high] == pytest.approx([fall.value - half, fall.value + half], rel=1e-3)


def test_the_share_is_the_ratio_of_logarithms():
    share = carried(rows(), 8, 64, **OPTIONS)
    np.testing.assert_allclose([share.value, share.low, share.high], 0.5)
    uneven = carried(rows(spread=0.2), 8, 64, **OPTIONS)
    assert uneven.value == pytest.approx(0.5)
    assert uneven.low < 0.49 < 0.51 < uneven.high


def test_one_falls_in_proportion_to_the_other():
    table = rows()
    assert carried(table.assign(price=table["relative_curvature"]), 8, 64, **OPTIONS).value == pytest.approx(
        1
    )


def test_orders_are_within_a_width_and_over_seeds():
    """Over all rows width would order bracket and price; at one width only the seed is left."""
    table = rows()
    with_seed = table.assign(relative_curvature=table["relative_curvature"] * (1 + table["seed"] / 10))
    assert order_of_seeds(with_seed) == pytest.approx(1)
    against = table.assign(relative_curvature=table["relative_curvature"] / (1 + table["seed"] / 10))
    assert order_of_seeds(against) == pytest.approx(-1)


def test_groups_have_streams_and_numbers_of_their_own():
    """Each group is what ``carried`` says of it alone, drawn from the stream that bears its name."""
    table = pd.concat([rows(spread=0.2).assign(scenario="task"), rows(spread=0.1).assign(scenario="domain")])
    found = by_group(table, 8, 64, seed=(1, "test"), resamples=200)
    alone = carried(rows(spread=0.1), 8, 64, seed=(1, "test", "mse", "domain"), resamples=200)
    assert found.carried["mse", "domain"] == alone
    assert found.carried["mse", "task"] != alone
    assert found.price["mse", "task"].value == pytest.approx(64)
    assert found.price["mse", "task"].low < 64 < found.price["mse", "task"].high
