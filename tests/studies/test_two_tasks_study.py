"""Medians over the dial, by seed; falls as logarithms; sizes in parameters per equation."""

import numpy as np
import pandas as pd

from manytasks.studies.networks.two_tasks import (
    by_seed,
    log_fall,
    with_first_steps,
    with_one_step,
    with_price,
)


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


def quadratic(rate, steps):
    """Two quadratic losses in three dimensions, and gradient steps on the second, by hand."""
    rng = np.random.default_rng(1)
    roots = rng.standard_normal((2, 3, 3))
    H1, H2 = roots @ roots.swapaxes(1, 2)
    centres, start = rng.standard_normal((2, 3)), np.zeros(3)

    def loss(point):
        return (point - centres[0]) @ H1 @ (point - centres[0]) / 2

    point = start
    for _ in range(steps):
        point = point - rate * H2 @ (point - centres[1])
    g1, g2 = H1 @ (start - centres[0]), H2 @ (start - centres[1])
    return pd.DataFrame(
        {
            "duration": [rate * steps],
            "rate": [7 * rate],
            "width": [7],
            "inner": [g1 @ g2],
            "curvature_train": [g2 @ H1 @ g2],
            "along": [g2 @ (H1 @ g2 - H2 @ g1)],
            "curvature_2": [g2 @ H2 @ g2],
            "g2": [np.linalg.norm(g2)],
            "forgotten_train_loss": [loss(point) - loss(start)],
        }
    )


def test_the_first_steps_cost_what_taylor_says():
    """One step on quadratic losses exactly; several up to the third order of their time."""
    np.testing.assert_allclose(with_first_steps(quadratic(0.1, 1))["ratio"], 1)
    gaps = [abs(with_first_steps(quadratic(rate, 3))["ratio"].item() - 1) for rate in (1e-3, 1e-4)]
    assert 1e-8 < gaps[1] < 0.02 * gaps[0]
    share = with_first_steps(quadratic(1e-5, 1))["first_order"].item()
    assert 0.999 < share < 1


def test_one_step_has_the_length_that_task_two_asks_for():
    """The best step along its gradient on a quadratic loss; what it costs is measured to second order."""
    rows = quadratic(0.1, 1)
    tau = rows["g2"] ** 2 / rows["curvature_2"]
    found = with_one_step(rows.assign(g1=0.0))
    second_order = with_first_steps(rows.assign(duration=tau, rate=7 * tau, inner=0.0, along=0.0))
    np.testing.assert_allclose(found["long_over_step"], second_order["ratio"])
    np.testing.assert_allclose(found["long_over_step"] * found["one_step"], rows["forgotten_train_loss"])
