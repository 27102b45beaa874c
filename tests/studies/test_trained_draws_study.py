"""Draws of training agree with the theorem and with nothing beside it; stops and anchors by other routes."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.streams import stream
from manytasks.studies.linear.stopping import Stops, anchor_rises, stops
from manytasks.studies.linear.trained_draws import (
    drawn_spread,
    errors_by_order,
    errors_by_rule,
    spread_ratios,
)

UNEVEN = Tasks.from_vectors([[1.0, 0.0], [0.5, 1.5]])
RULES = {"flow": {"time": [0.3, 2.0]}, "descent": {"rate": 0.1, "steps": [3]}}


def scores(found):
    return np.abs(z_scores(found.drawn, found.expected, skewed=True))


def test_errors_of_all_rules_agree_with_the_theorem_and_only_in_their_order():
    """At error rate 1e-6."""
    found = errors_by_rule(UNEVEN, 6, [4, 30], 0.2, RULES, [0.6, -0.3], trials=1000, seed=1)
    limit = critical_z(found.expected.size, 1e-6, draws=1000)
    assert found.drawn.shape == (1000, 12)
    assert scores(found).max() < limit
    assert scores(found._replace(expected=found.expected[::-1])).max() > limit
    other = errors_by_rule(UNEVEN, 6, [4, 30], 0.2, RULES, [0.0, 0.0], trials=100, seed=1)
    assert np.abs(other.expected - found.expected).min() > 1e-3


def test_before_training_the_error_is_the_distance_from_the_anchor():
    rules = {"flow": {"time": [1e-9]}, "descent": {"rate": 0.1, "steps": [0]}}
    found = errors_by_rule(UNEVEN, 6, [4], 0.2, rules, [0.6, -0.3], trials=3, seed=1)
    start = [0.6, -0.3] @ np.array([[1.0, 0.0], [0.5, 1.5]])
    away = np.square(np.array([[1.0, 0.0], [0.5, 1.5]]) - start).sum(axis=1)
    np.testing.assert_allclose(found.expected, np.tile(away, 2), rtol=1e-6)
    np.testing.assert_allclose(found.drawn, np.tile(away, (3, 2)), rtol=1e-6)


def test_errors_and_differences_of_two_orders_agree_with_the_theorem():
    """At error rate 1e-6; the differences have the sign that says which order came first."""
    found = errors_by_order(UNEVEN, 8, [5, 40], 0.2, [0.4, 3.0], trials=1000, seed=1)
    limit = critical_z(found.expected.size, 1e-6, draws=1000)
    assert scores(found).max() < limit
    assert scores(found._replace(expected=-found.expected)).min() > limit


def test_the_other_order_turns_the_differences_around():
    turned = Tasks(UNEVEN.gram[::-1, ::-1])
    one, other = (errors_by_order(each, 8, [5, 40], 0.2, [0.4], 2, 1).expected for each in (UNEVEN, turned))
    np.testing.assert_allclose(one[4:].reshape(2, 2), -other[4:].reshape(2, 2)[:, ::-1])
    np.testing.assert_allclose(one[4:].reshape(2, 2), (one[:4] - other[[1, 0, 3, 2]]).reshape(2, 2))


def test_the_spread_factor_is_the_formula_for_gaussian_features_and_smaller_for_signs():
    """At error rate 1e-6 over 40 batches of 200 data sets."""
    formula = float(theory.training_factors(20, 4, 0.3).spread)
    limit = critical_z(1, 1e-6, draws=40)
    batches = {
        law: np.array([[drawn_spread(law, np.eye(4)[0], 10, 0.3, 200, stream(1, law, i))] for i in range(40)])
        for law in ("gaussian", "rademacher")
    }
    assert abs(z_scores(batches["gaussian"], [formula])[0]) < limit
    assert z_scores(batches["rademacher"], [formula])[0] < -limit
    signs = 1 - 2 / (4 + 1)  # of the first step, with excess kurtosis -2
    assert batches["rademacher"].mean() / formula == pytest.approx(signs, abs=0.2)


def test_ratios_are_spread_factors_over_the_formula():
    direction = np.full(4, 0.5)
    drawn = drawn_spread("uniform", direction, 10, 0.3, 50, stream(1, "law", "uniform", "all"))
    formula = float(theory.training_factors(20, 4, 0.3).spread)
    found = spread_ratios(["gaussian", "uniform"], direction, 10, 0.3, 50, 1, "all")
    assert found[1] == pytest.approx(drawn / formula)


@pytest.mark.parametrize(("N", "p"), [(20, 6), (6, 20)])
def test_stops_are_the_best_of_a_fine_grid(N, p):
    alone, grid = Tasks([[1.0]]), np.geomspace(1e-2, 1e2, 2001)
    by_time = theory.training_error(alone, N, p, 0.3, grid)[:, 0]
    by_ridge = theory.training_error(alone, N, p, 0.3, ridge=N * grid)[:, 0]
    end = theory.training_error(alone, N, p, 0.3, np.inf)[0]
    found = stops([(N, p)], [0.3])
    assert found.gains[0] == pytest.approx(end - by_time.min(), rel=1e-5)
    assert found.prices[0] == pytest.approx(by_time.min() / by_ridge.min() - 1, abs=1e-5)
    assert found.shares[0] == pytest.approx(grid[by_time.argmin()] * p * 0.3 / N, rel=1e-2)


def test_at_the_threshold_stopping_gains_without_bound_and_settings_are_counted():
    found = stops([(5, 5), (5, 20)], [0.1, 1.0])
    assert np.isposinf(found.gains).tolist() == [True, True, False, False]
    counted = Stops(np.ones(3), np.array([-1e-13, -1e-3, 0.1]), np.array([0.0, -0.1, np.inf]))
    assert (counted.better, counted.useless) == (1, 2)


def test_beside_the_best_anchor_the_error_rises_as_its_parabola_says():
    setting = (UNEVEN, 8, 20, 0.2, [2.0, 0.5])
    rises = anchor_rises(UNEVEN, 8, [5, 20], 0.2, lengths=[0.5], beside=0.1)
    assert rises.shape == (2, 1, 2)
    errors = [theory.training_path(*setting, c)[1] for c in (-1.0, 0.0, 1.0)]
    bent = (errors[0] - 2 * errors[1] + errors[2]) / 2  # coefficient of c^2
    np.testing.assert_allclose(rises[1, 0], 0.01 * np.array([bent[1], bent.mean()]), rtol=1e-6)
