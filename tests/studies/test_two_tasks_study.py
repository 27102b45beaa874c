"""Medians over the dial, by seed; falls as logarithms; sizes in parameters per equation."""

import numpy as np
import pandas as pd

from manytasks.studies.two_tasks import by_seed, log_fall, with_price


def rows():
    """The price falls by 4 ^ (1 + fraction), seed by seed from another height."""
    return pd.DataFrame(
        {
            "seed": seed,
            "width": width,
            "fraction": fraction,
            "price": (seed + 1) * (width / 8) ** (-1 - fraction),
        }
        for seed in range(3)
        for width in (8, 32)
        for fraction in (0.0, 0.5, 1.0)
    )


def test_a_seed_counts_once_with_its_median_over_the_dial():
    found = by_seed(rows().sample(frac=1, random_state=1), "price")
    np.testing.assert_allclose(found[8], [1, 2, 3])
    np.testing.assert_allclose(found[32], np.array([1, 2, 3]) / 8)


def test_falls_are_within_a_pair_of_tasks():
    np.testing.assert_allclose(log_fall(rows().sample(frac=1, random_state=2), "price", 8, 32), np.log(8))


def test_a_pair_without_a_common_sign_is_left_out():
    table = rows()
    table.loc[(table["fraction"] == 0) & (table["width"] == 32) & (table["seed"] == 0), "price"] = -1.0
    np.testing.assert_allclose(log_fall(table, "price", 8, 32)[0], np.log([8, 16]).mean())


def test_size_and_price_are_in_units_of_what_there_is_to_learn():
    table = pd.DataFrame(
        {
            "parameters": [3000.0],
            "per_class": [10],
            "forgotten_train_loss": [0.3],
            "loss_2": [1.5],
            "cosine": [-1.0],
            "g1": [2.0],
            "g2": [2.0],
        }
    )
    found = with_price(table, 10).iloc[0]
    np.testing.assert_allclose([found["size"], found["price"], found["inner"]], [3.0, 0.2, -4.0])
