"""What feeds the peak: two roads to one cost, rises from level to level, and medians at the threshold."""

import numpy as np
import pytest
import scipy

from manytasks import Tasks
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.linear_peak import (
    NOISE,
    SPREAD,
    height_steps,
    median_peaks,
    peak_of_medians,
    two_roads,
    with_spread,
)
from manytasks.studies.linear.pooled_errors import drawn_errors


@pytest.mark.parametrize(("T", "spread"), [(2, 0.5), (5, 0.1), (10, 1.0)])
def test_tasks_have_the_spread_that_is_asked_for(T, spread):
    W = with_spread(T, spread).vectors(T)
    assert np.square(W - W.mean(axis=0)).sum(axis=1).mean() == pytest.approx(spread)
    np.testing.assert_allclose(np.square(W).sum(axis=1), 1)


def test_both_roads_cost_what_the_theorem_says():
    """At error rate 1e-6; a cost of a fifth more is seen."""
    spreads = np.array([0.2, 0.8])
    found = two_roads(2, 2, 10, spreads, 4000, seed=1)
    cost = 4 / (10 - 4 - 1) * (1 - 1 / 10) * spreads
    limit = critical_z(4, 1e-6, draws=4000)
    assert set(found) == {SPREAD, NOISE}
    for drawn in found.values():
        assert np.abs(z_scores(drawn, cost, skewed=True)).max() < limit
        assert np.abs(z_scores(drawn, 1.2 * cost, skewed=True)).max() > limit
    assert np.all(found[SPREAD] != found[NOISE])  # draws of their own


def test_steps_are_paired_rises_of_similarity_and_noise():
    found = height_steps(2, 5, 16, [1.0, 0.5], [0.0, 0.4], 50, seed=1)
    level = {
        (cosine, noise): drawn_errors(Tasks.equiangular(2, cosine), 5, 16, noise, trials=50, seed=1)
        for cosine in (1.0, 0.5)
        for noise in (0.0, 0.4)
    }
    expected = [
        level[0.5, 0.0] - level[1.0, 0.0],
        level[0.5, 0.4] - level[1.0, 0.4],
        level[1.0, 0.4] - level[1.0, 0.0],
        level[0.5, 0.4] - level[0.5, 0.0],
    ]
    np.testing.assert_allclose(found, np.array(expected).T)


def test_a_median_ratio_takes_the_higher_side_and_the_outer_ends():
    rng = np.random.default_rng(2)
    errors = rng.exponential([1.0, 6.0, 3.0], (501, 3))
    found = peak_of_medians(errors, 0.99)
    ordered = np.sort(errors, axis=0)
    assert found.value == ordered[250, 1] / ordered[250, 2]
    k = int(scipy.stats.binom.ppf(0.005, 501, 0.5)) - 1  # of the ends of an exact interval
    assert found.low == ordered[k, 1] / ordered[-1 - k, 2]
    assert found.high == ordered[-1 - k, 1] / ordered[k, 2]
    swapped = peak_of_medians(errors[:, ::-1], 0.99)
    assert swapped == found
    assert found.low < 2 < found.high  # the true ratio


def test_medians_are_compared_setting_by_setting():
    tasks = {"a": Tasks.equiangular(2, 0.5), "b": Tasks.equiangular(2, 0.5)}
    found = median_peaks(tasks, 6, [0.0, 1.0], 0.9, 200, seed=(1, "medians"))
    assert len(found) == 4
    draws = {"trials": 200, "seed": (1, "medians", "b", "1.0")}
    errors = drawn_errors(tasks["b"], 6, [6, 12, 24], 1.0, **draws)
    assert found[3] == peak_of_medians(errors, 0.9)
    assert found[1].value != found[3].value  # one geometry, two names: two streams
