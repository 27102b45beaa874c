"""First steps of networks: quadratic losses follow the formula exactly, quantiles are over pairs."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.network_steps import spreads


def quadratic(seed, width=8, steps=1, rate=0.8):
    """One pair of quadratic losses, and what `steps` steps on the second really cost the first."""
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((2, 3, 3))
    H1, H2 = roots @ roots.swapaxes(1, 2)
    g1, g2 = rng.standard_normal((2, 3))
    h, move = rate / width, np.zeros(3)
    for _ in range(steps):
        move = move - h * (g2 + H2 @ move)
    row = {"loss": "mse", "run": "one step" if steps == 1 else "short", "width": width, "rate": rate}
    row |= {"duration": steps * h, "inner": g1 @ g2, "curvature_train": g2 @ H1 @ g2}
    row["along"] = g2 @ H1 @ g2 - g1 @ H2 @ g2  # of the bracket along g2
    return row | {"forgotten_train_loss": g1 @ move + move @ H1 @ move / 2}


def test_one_step_costs_what_the_formula_says():
    found = spreads(pd.DataFrame(quadratic(seed) for seed in range(8)), [8])
    np.testing.assert_allclose(found.ratio.iloc[0].value, 1)
    np.testing.assert_allclose([found.ratio.iloc[0].low, found.ratio.iloc[0].high], 1)


def test_several_steps_cost_it_up_to_the_second_order():
    rows = pd.DataFrame(quadratic(seed, steps=5, rate=1e-4) for seed in range(8))
    assert spreads(rows, [8]).ratio.iloc[0].value == pytest.approx(1, abs=1e-4)


def test_groups_stand_apart_and_other_widths_stay_out():
    rows = [quadratic(seed, width) for seed in range(3) for width in (8, 16, 32)]
    rows += [quadratic(seed, 8, steps=3) for seed in range(3)]
    found = spreads(pd.DataFrame(rows), [8, 32])
    assert list(found.index) == [("mse", "one step", 8), ("mse", "one step", 32), ("mse", "short", 8)]


def test_the_interval_is_of_pairs():
    row = quadratic(1)
    rows = pd.DataFrame([row | {"forgotten_train_loss": k * row["forgotten_train_loss"]} for k in range(11)])
    ratio = spreads(rows, [8]).ratio.iloc[0]
    assert [ratio.value, ratio.low, ratio.high] == pytest.approx([5, 1, 9])
