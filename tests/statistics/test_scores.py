"""Scores of simulated means: right sizes, right error rates, and what is refused."""

import numpy as np
import pytest
from messages import whole
from scipy import stats

from manytasks.statistics import critical_t, critical_z, noticed, z_scores
from manytasks.streams import stream


def test_scores_are_students_t():
    draws = stream(1, "draws").standard_normal((50, 3)) + 2
    np.testing.assert_allclose(z_scores(draws, 2.1), stats.ttest_1samp(draws, 2.1).statistic)


def test_scores_keep_the_shape_and_move_with_the_expectation():
    draws = stream(1, "draws").standard_normal((50, 2, 3))
    shift = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(z_scores(draws + shift, shift), z_scores(draws, 0.0))


@pytest.mark.statistical
def test_error_rate():
    """2000 tests of 20 true means at alpha = .1: about a tenth reject. Error rate of this test below 1e-3."""
    draws = stream(1, "many").standard_normal((100, 2000, 20))
    rejected = np.abs(z_scores(draws, 0.0)).max(axis=1) > critical_z(20, 0.1)
    assert 0.05 < rejected.mean() < 0.13 + 4 * np.sqrt(0.1 * 0.9 / 2000)


@pytest.mark.statistical
def test_error_rate_of_few_draws():
    """5000 tests of 20 true means of 5 draws at alpha = .1: a tenth reject. Error rate below 1e-3.

    The power is in the second half: normal quantiles reject far more often.
    """
    draws = stream(1, "few").standard_normal((5, 5000, 20))
    largest = np.abs(z_scores(draws, 0.0)).max(axis=1)
    assert 0.08 < (largest > critical_z(20, 0.1, draws=5)).mean() < 0.115
    assert (largest > critical_z(20, 0.1)).mean() > 0.3


@pytest.mark.statistical
def test_error_rate_of_skewed_draws():
    """20,000 tests of the mean of 200 squares at alpha = .001: 20 reject, 46 with probability 1e-6.

    The power is in the second half: without the transformation some 80 reject, 50 with probability 1e-3.
    """
    draws = stream(1, "squares").chisquare(1, size=(200, 20_000))
    limit = critical_z(1, 1e-3, draws=200)
    assert 5 < np.sum(np.abs(z_scores(draws, 1.0, skewed=True)) > limit) < 46
    assert np.sum(np.abs(z_scores(draws, 1.0)) > limit) > 50


@pytest.mark.statistical
def test_skewness_costs_symmetric_draws_nothing():
    """20,000 tests of normal means at alpha = .01: 200 reject, within 4 standard deviations. Error rate 1e-4.

    Means half a standard deviation off are rejected nearly always.
    """
    draws = stream(1, "symmetric").standard_normal((100, 20_000))
    limit = critical_z(1, 0.01, draws=100)
    assert 144 < np.sum(np.abs(z_scores(draws, 0.0, skewed=True)) > limit) < 260
    assert np.mean(np.abs(z_scores(draws, 0.5, skewed=True)) > limit) > 0.97


@pytest.mark.statistical
def test_what_is_noticed_is_noticed_nine_times_in_ten():
    """2000 theories wrong by what `noticed` says: nine tenths exceed the limit. Error rate below 1e-3."""
    draws = stream(1, "power").normal(5, 2, size=(400, 2000))
    limit = critical_z(10)
    wrong = [5 * (1 + noticed(column, 5, limit)) for column in draws.T]
    assert 0.87 < (np.abs(z_scores(draws, wrong)) > limit).mean() < 0.93


@pytest.mark.parametrize(
    ("draws", "message"),
    [
        ([[1.0, 2.0]], "draws must have at least 2 rows, one a draw; got shape (1, 2)"),
        (1.0, "draws must have at least 2 rows, one a draw; got shape ()"),
        ([1.0, 1.0], "all draws of a number are equal: a constant needs no statistical test"),
    ],
)
def test_refused_draws(draws, message):
    with pytest.raises(ValueError, match=whole(message)):
        z_scores(draws, 0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "comparisons must be a whole number of at least 1; got 0"),
        ((1.5,), "comparisons must be a whole number of at least 1; got 1.5"),
        ((3, 0.0), "alpha must be a probability between 0 and 1; got 0.0"),
        ((3, 1.0), "alpha must be a probability between 0 and 1; got 1.0"),
        ((3, 0.1, 1), "draws must be one number of at least 2; got 1"),
    ],
)
def test_refused_error_rates(arguments, message):
    with pytest.raises(ValueError, match=whole(message)):
        critical_z(*arguments)


def test_critical_values_are_those_of_the_tables():
    assert critical_t(1, 9, 0.05) == pytest.approx(2.262157, abs=1e-6)
    assert critical_t(10, 4, 0.05) == pytest.approx(stats.t.ppf(1 - 0.0025, 4))
    assert critical_t(7, 10**9) == pytest.approx(critical_z(7), rel=1e-6)
    assert critical_t(7, 9) == critical_z(7, draws=10)


@pytest.mark.parametrize("degrees", [0, -1, float("nan")])
def test_refused_degrees(degrees):
    message = f"degrees must be one number of at least 1; got {degrees}"
    with pytest.raises(ValueError, match=whole(message)):
        critical_t(1, degrees)
