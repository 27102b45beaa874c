"""Changes at equal loss, seed by seed; the largest of all cells; levels that are shared out."""

import numpy as np
import pandas as pd
import pytest

from manytasks.statistics import highest, mean_interval
from manytasks.studies.dynamics.flatness_answers import answer, largest_change, smallest_product
from manytasks.studies.dynamics.flatness_runs import MEASURES, by_run, cells, change, paired

PLAIN, RATE, PENALTY = (0.1, 0.0), (0.4, 0.0), (0.1, 0.3)


def table(spread=0.01):
    """The curvature is a power of rate plus penalty, with noise of a seed that all its runs share half of."""
    rng, rows = np.random.default_rng(1), []
    for seed in range(6):
        own = rng.standard_normal()
        for tasks in (1, 3):
            for level in (0.2, 0.5):
                for rate, penalty in (PLAIN, RATE, PENALTY):
                    noise = spread * (own + rng.standard_normal())
                    for task in range(tasks):
                        row = dict.fromkeys(MEASURES, np.exp(noise))
                        row |= {"sharpness": (rate + penalty) ** -0.5 * np.exp(noise), "steps": 8 / rate}
                        row |= {"tasks": tasks, "level": level, "rate": rate, "penalty": penalty}
                        rows.append(row | {"seed": seed, "task": task})
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


RUNS = by_run(table())
LOST = (3, 0.2, 0.4, 0.0, 2)


def test_runs_are_means_over_tasks():
    rows = table()
    rows["test_loss"] = rows["task"]
    found = by_run(rows)["test_loss"]
    assert (found.xs(1, level="tasks") == 0).all()
    assert (found.xs(3, level="tasks") == 1).all()
    assert cells(RUNS) == [(1, 0.2), (1, 0.5), (3, 0.2), (3, 0.5)]


def test_changes_are_within_a_seed():
    gap = paired(RUNS, (1, 0.5), RATE, "sharpness")
    one, base = (RUNS["sharpness"].loc[(1, 0.5, *way)].sort_index() for way in (RATE, PLAIN))
    np.testing.assert_allclose(gap, np.log(one.to_numpy() / base.to_numpy()))
    np.testing.assert_allclose(paired(RUNS, (1, 0.5), RATE, "steps"), np.log(0.25))
    points = paired(RUNS, (1, 0.5), RATE, "test_error")
    np.testing.assert_allclose(
        points, (RUNS["test_error"].loc[(1, 0.5, *RATE)] - RUNS["test_error"].loc[(1, 0.5, *PLAIN)])
    )
    assert paired(RUNS, (3, 0.2), RATE, "sharpness", against=RATE).tolist() == [0.0] * 6


def test_a_seed_that_never_comes_there_is_left_out_of_both():
    runs = RUNS.copy()
    runs.loc[LOST] = np.nan
    gap = paired(runs, (3, 0.2), RATE, "sharpness")
    np.testing.assert_allclose(gap, np.delete(paired(RUNS, (3, 0.2), RATE, "sharpness"), 2))
    without = RUNS.drop(index=LOST)
    np.testing.assert_allclose(paired(without, (3, 0.2), RATE, "sharpness"), gap)


def test_a_change_is_the_mean_of_the_pairs():
    assert change(RUNS, (1, 0.2), PENALTY, "sharpness", 0.9) == mean_interval(
        paired(RUNS, (1, 0.2), PENALTY, "sharpness"), 0.9
    )


def test_the_largest_change_shares_its_error_rate():
    found = largest_change(RUNS, [RATE, PENALTY], ["sharpness", "test_loss"], 0.02)
    level = 1 - 2 * 0.02 / 16
    by_hand = [
        change(RUNS, cell, way, measure, level)
        for cell in cells(RUNS)
        for way in (RATE, PENALTY)
        for measure in ("sharpness", "test_loss")
    ]
    assert found.high == max(each.high for each in by_hand)
    assert found.value == max(each.value for each in by_hand)
    assert largest_change(RUNS, [RATE], ["sharpness"], 0.02).high < -0.5


def test_rate_and_penalty_of_one_sum_are_alike_and_without_noise_equal():
    """Noise alone tells them apart, by much less than a fifth of what the penalty does."""
    found = answer(RUNS, 0.4, "sharpness", 0.01)
    fifth = 0.2 * 0.5 * np.log(4)
    assert -fifth < found.value < -0.8 * fifth
    assert found.high < 0
    quiet = answer(by_run(table(1e-6)), 0.4, "sharpness", 0.01)
    assert quiet.value == pytest.approx(-fifth, abs=1e-5)


def test_other_answers_are_sizes():
    found = answer(RUNS, 0.4, "steps", 0.01)
    np.testing.assert_allclose([found.value, found.low, found.high], np.log(4))
    noisy = answer(RUNS, 0.4, "test_loss", 0.04)
    expected = highest(change(RUNS, cell, RATE, "test_loss", 1 - 0.04 / 4).absolute() for cell in cells(RUNS))
    assert noisy == expected


def test_the_smallest_product_has_the_smallest_lower_end():
    """The cell that is least sure reaches lowest, though its mean is not the smallest."""
    runs = RUNS.copy()
    where = (3, 0.2, *RATE)
    runs.loc[where, "sharpness"] = np.array([1.0, 3.0, np.nan, 1.0, 3.0, 2.0])
    found = smallest_product(runs, 0.4, 0.9)
    assert found == mean_interval(0.4 * np.array([1.0, 3.0, 1.0, 3.0, 2.0]), 0.9)
    assert found.value > 0.4 * runs["sharpness"].loc[(1, 0.2, *RATE)].max()
