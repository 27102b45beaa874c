"""The survey of laws: every number is of its own law, side and formula."""

import numpy as np
import pytest

from manytasks import Tasks
from manytasks.studies.features.correlated_features import four_laws
from manytasks.studies.features.feature_laws import LENGTHS, law_factor, law_features
from manytasks.studies.features.law_survey import Side, survey
from manytasks.studies.features.universality import (
    measured_errors,
    next_order_error,
    predicted_errors,
)

PAIR, P, NOISE = Tasks.equiangular(2, 0.4), 12, 0.5
SIDES = {"above": Side(2, 1, 60), "below": Side(20, 10, 40)}
LAWS = ["exponential", "student-3", LENGTHS[1]]


@pytest.fixture(scope="module")
def found():
    return survey(LAWS, PAIR, SIDES, NOISE, P, seed=1)


def test_every_law_is_drawn_by_its_own_name(found):
    for (law, side), errors in found.drawn.items():
        samples, memory, trials = SIDES[side]
        X = law_features(law, P, 2 * samples, trials, seed=(1, "features", law, side))
        np.testing.assert_array_equal(errors, measured_errors(X, PAIR, NOISE, memory, seed=1))
    assert len(found.drawn) == 6
    assert found.factors["exponential"] == law_factor(
        "exponential", P, 4, 60, seed=(1, "lengths", "exponential")
    )
    np.testing.assert_allclose(found.factors[LENGTHS[1]], (P - 2) / P * 4 / 3)


def test_the_rule_multiplies_the_noise_and_nothing_else(found):
    law = LENGTHS[1]
    np.testing.assert_array_equal(
        found.ruled(law, "above"), predicted_errors(PAIR, 2, NOISE * found.factors[law], 1, P)
    )
    gaps = found.rule_gaps([law, "exponential"], "above")
    ratios = found.drawn[law, "above"] / found.ruled(law, "above")
    np.testing.assert_allclose(gaps.mean[0], ratios.mean(0) - 1)
    np.testing.assert_allclose(gaps.error[0], ratios.std(0, ddof=1) / np.sqrt(60))
    assert gaps.mean.shape == gaps.error.shape == (2, 5)


def test_each_formula_stands_where_it_was_made_for(found):
    ratios = found.pooled_ratios()
    by_kind = {kind: {key[:2] for key in ratios if key[2] == kind} for _, _, kind in ratios}
    assert by_kind["Gaussian formula"] == {(law, side) for law in LAWS for side in SIDES}
    assert by_kind["length rule"] == {(law, "above") for law in LAWS}
    assert by_kind["with γ at order 1/p"] == {("exponential", "below")}  # the others have no kurtosis
    mean = found.drawn["exponential", "below"][:, 1].mean()
    told = next_order_error(PAIR, 20, NOISE, P, "exponential")
    np.testing.assert_allclose(ratios["exponential", "below", "with γ at order 1/p"].mean, mean / told)
    mean = found.drawn["student-3", "above"][:, 1].mean()
    np.testing.assert_allclose(
        ratios["student-3", "above", "length rule"].mean, mean / found.ruled("student-3", "above")[1]
    )
    np.testing.assert_allclose(
        ratios["student-3", "above", "Gaussian formula"].mean,
        mean / predicted_errors(PAIR, 2, NOISE, 1, P)[1],
    )


def test_distances_are_in_units_of_a_task_alone(found):
    table, told = found.distances(), predicted_errors(PAIR, 20, NOISE, 10, P)
    mean = found.drawn["student-3", "below"].mean(axis=0)
    np.testing.assert_allclose(table.loc["student-3", "below"], (mean - told) / told[0])
    assert table.index.tolist() == LAWS


def test_correlated_laws_have_a_mean_variance_of_one():
    laws = four_laws(6, 4, seed=1)
    assert list(laws) == ["AR(1), 0.5", "AR(1), 0.9", "equal 0.3", "random ReLU"]
    for law in laws.values():
        np.testing.assert_allclose(np.trace(law.covariance), 6)
    np.testing.assert_allclose(laws["AR(1), 0.9"].covariance[1, 4], 0.9**3)
    np.testing.assert_allclose(laws["equal 0.3"].covariance[1, 4], 0.3)
    again = four_laws(6, 4, seed=2)["random ReLU"].covariance
    assert np.abs(laws["random ReLU"].covariance - again).max() > 0.01
