"""Lines of constant memory: ends against the inside, the next bytes, and what advice from elsewhere costs."""

import numpy as np
import pandas as pd
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import z_scores
from manytasks.studies.linear.linear_budgets import advised_share, cost_of_advice, error_along
from manytasks.studies.networks.budgets import (
    cost_of_others_share,
    ends_above_inside,
    final_by_share,
    sides_by_line,
    smallest_fall,
)
from manytasks.studies.networks.doublings import all_doublings, doubling_gains

SHARES = (0.0, 0.25, 0.5, 1.0)
LINES = ["stream", "stored", "budget"]


def rows(errors, seeds=3):
    """A line whose final error is known by share; seed s adds s / 100, earlier times do not count."""
    return pd.DataFrame(
        {
            "stored": "uint8",
            "budget": 64,
            "share": share,
            "seed": seed,
            "task": task,
            "after": after,
            "test_error": 9.0 if after == 0 else error + seed / 100 + (task - 0.5) / 10,
        }
        for share, error in zip(SHARES, errors, strict=True)
        for seed in range(seeds)
        for after in range(2)
        for task in range(2)
    )


def test_the_final_error_is_that_after_the_last_task():
    found = final_by_share(rows([0.4, 0.3, 0.2, 0.6]), "test_error")
    np.testing.assert_allclose(found.loc[("uint8", 64, 2)], [0.42, 0.32, 0.22, 0.62])


def test_both_ends_are_compared_with_the_share_that_the_choosing_seeds_choose():
    table = rows([0.4, 0.3, 0.2, 0.6])
    table.loc[(table["seed"] == 0) & (table["share"] == 0.25), "test_error"] -= 0.2
    on_first, on_others = (ends_above_inside(table, "test_error", choose) for choose in ([0], [1, 2]))
    assert on_first["best"].tolist() == [0.25, 0.25]
    assert on_others["best"].tolist() == [0.5, 0.5]
    for above, expected in zip(on_others["above"], (0.2, 0.4), strict=True):
        np.testing.assert_allclose(above, expected)


def test_the_smallest_fall_is_the_less_certain_of_the_two():
    rng = np.random.default_rng(1)
    values = pd.DataFrame(rng.normal([0.5, 0.3, 0.2, 0.4], 0.02, (6, 4)), columns=SHARES)
    falls = [z_scores(values[end] - values[0.5], 0.0) for end in (0.0, 1.0)]
    assert smallest_fall(values) == pytest.approx(min(falls))
    values[0.0] = values[0.5]
    assert smallest_fall(values) == 0


def test_what_the_next_bytes_buy_starts_at_the_best_of_the_smaller_budget():
    small = pd.DataFrame(
        {share: [value] * 2 for share, value in zip(SHARES, (0.5, 0.4, 0.3, 0.6), strict=True)}
    )
    large = small - 0.1 + pd.DataFrame({share: [0.0, 0.05] for share in SHARES})
    found = doubling_gains(small, large)
    assert found.columns.tolist() == ["network", "both, in proportion", "buffer"]
    np.testing.assert_allclose(found.loc[0], [0.0, 0.1, -0.05], atol=1e-12)
    np.testing.assert_allclose(found.loc[1], found.loc[0] - 0.05)


def lost():
    names = [("a", "uint8", 64_000), ("b", "uint8", 64_000), ("c", "float32", 64_000)]
    index = pd.MultiIndex.from_tuples(names, names=LINES)
    return pd.DataFrame(
        [[0.0, 0.25, 0.2, 0.3], [0.3, 0.0, 0.1, 0.3], [0.3, 0.2, 0.0, 0.1]], index=index, columns=SHARES
    )


def test_a_share_from_other_streams_is_the_one_that_is_safest_there():
    assert cost_of_others_share(lost()).tolist() == [0.2, 0.1, 0.0]


def test_linear_advice_is_the_exact_optimum_and_costs_what_stands_at_its_share():
    prices = {("a", "uint8"): 785.0, ("b", "uint8"): 65.0, ("c", "float32"): 257.0}
    found = cost_of_advice(lost(), prices, 5, 500, [0.0, 0.6])
    for (stream, stored, money), row in found.iterrows():
        for cosine, cost in row.items():
            price = prices[stream, stored]
            best = theory.best_split(
                Tasks.equiangular(5, cosine), 500, 0.0, money / 4, sample_cost=price / 4
            ).memory
            share = advised_share(cosine, 5, 500, money, price)
            assert share == pytest.approx(4 * best * price / money)
            assert cost == pytest.approx(np.interp(share, SHARES, lost().loc[stream, stored, money]))


def test_the_linear_error_along_a_line_buys_whole_samples_and_parameters():
    found = error_along(0.3, 3, 50, 40_000, 400, [0.0, 0.5, 1.0])
    problem = Tasks.equiangular(3, 0.3)
    for value, memory in zip(found[:2], (0, 25), strict=True):
        parameters = (40_000 - 800 * memory) // 4
        expected = theory.average_error(theory.replay_error(problem, 50, memory, parameters, 0.0))
        assert value == pytest.approx(expected)
    assert np.isnan(found[2])  # nothing is left for a model


def test_both_sides_of_each_line_stand_under_its_name():
    table = pd.concat([rows([0.4, 0.3, 0.2, 0.6]), rows([0.5, 0.3, 0.2, 0.9]).assign(budget=128)])
    ends = ends_above_inside(table.assign(budget=1000 * table.budget), "test_error", [0])
    found = sides_by_line(ends, {"uint8": "images"})
    assert list(found) == ["64 kB as images", "128 kB as images"]
    np.testing.assert_allclose([side.mean() for side in found["128 kB as images"]], [0.3, 0.7])


def test_every_step_to_the_next_budget_is_one_doubling():
    budgets, rng = (64, 128, 256), np.random.default_rng(2)
    index = pd.MultiIndex.from_product([["uint8", "float32"], budgets, range(3)], names=[*LINES[1:], "seed"])
    values = pd.DataFrame(rng.random((18, 4)), index=index, columns=SHARES).sort_index()
    found = all_doublings(values, ["float32", "uint8"])
    steps = [(how, less, 2 * less) for how in ("float32", "uint8") for less in (64, 128)]
    assert list(found) == steps
    for how, less, more in steps:
        alone = doubling_gains(values.loc[how, less], values.loc[how, more])
        pd.testing.assert_frame_equal(found[how, less, more], alone)
    with pytest.raises(ValueError, match="each budget must be twice the one before; got 64 and 256"):
        all_doublings(values.drop(128, level="budget"), ["uint8"])
