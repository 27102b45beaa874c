"""Weights of spread for several laws: standardized entries, exact ends, and the limit of many samples."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.streams import stream
from manytasks.studies.linear.spread_weights import LAWS, large_sample_weight, spread_weights


@pytest.mark.parametrize("law", LAWS)
def test_laws_are_standardized_and_have_their_kurtosis(law):
    """At error rate 1e-6 each."""
    kurtosis, draw = LAWS[law]
    x = draw(stream(1, law), (400_000,))
    limit = critical_z(1, 1e-6)
    if law == "random signs":
        np.testing.assert_array_equal(np.abs(x), 1)
        assert kurtosis == -2
    else:
        assert abs(z_scores(x**2, 1.0)) < limit
        assert np.mean(x**4) - 3 == pytest.approx(kurtosis, abs=0.5)
    assert abs(z_scores(x, 0.0)) < limit


def test_normal_features_weigh_what_the_theorem_says():
    """At error rate 1e-6; the weight of the other side of the threshold, 1 - 1/p, is seen."""
    drawn = spread_weights("normal", 30, [2, 10], 3000, seed=1)
    exact = theory.effective_noise(Tasks.from_vectors([[1.0], [-1.0]]), 15, [2, 10], 0.0)
    limit = critical_z(2, 1e-6, draws=3000)
    assert np.abs(z_scores(drawn, exact, skewed=True)).max() < limit
    assert np.abs(z_scores(drawn, [1 - 1 / 2, 1 - 1 / 10], skewed=True)).max() > limit


def test_signs_of_one_feature_weigh_nothing():
    np.testing.assert_allclose(spread_weights("random signs", 20, [1], 5, seed=1), 0, atol=1e-12)
    assert np.all(spread_weights("Laplace", 20, [1], 5, seed=1) > 0)


def test_many_samples_weigh_by_kurtosis():
    np.testing.assert_allclose(large_sample_weight("normal", np.array([1, 10])), [2, 1.1])
    assert large_sample_weight("random signs", np.array([1]))[0] == 0
    drawn = spread_weights("Laplace", 400, [2], 800, seed=3)
    assert drawn.mean() == pytest.approx(large_sample_weight("Laplace", np.array([2]))[0], rel=0.15)
