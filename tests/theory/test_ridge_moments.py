"""The deterministic equivalents of a ridge fit's moments: limits, the errors they add up to, their rate."""

import numpy as np
import pytest

from manytasks import theory
from manytasks.theory.ridge_moments import RidgeMoments, pooled_risk

POWER = 1 / np.arange(1, 41)
W = np.stack([np.ones(40), np.linspace(-1, 1, 40)])
COUNTS = np.array([9, 6])


def test_the_error_is_the_formula_written_out():
    """Against a naive transcription with matrices."""
    kappa, sigma = theory.effective_ridge(POWER, 15, 0.4), np.diag(POWER)
    inverse = np.linalg.inv(sigma + kappa * np.eye(40))
    df2 = np.trace(sigma @ sigma @ inverse @ inverse)
    mean = (9 * W[0] + 6 * W[1]) / 15
    away = W - mean
    own = np.array([d @ sigma @ d for d in away])
    expected = (
        kappa**2 * mean @ sigma @ inverse @ inverse @ mean / (1 - df2 / 15)
        + 2 * kappa * np.array([d @ sigma @ inverse @ mean for d in away])
        + own
        + df2 / (15 - df2) * (0.2 + (9 * own[0] + 6 * own[1]) / 15)
    )
    np.testing.assert_allclose(theory.ridge_error(POWER, W, COUNTS, 0.2, 0.4), expected, rtol=1e-12)


def test_spread_costs_what_noise_does():
    moments = theory.ridge_moments(POWER, 15, 0.4)
    np.testing.assert_array_equal(moments.spread, np.full(40, moments.noise))


def test_only_the_spread_knows_of_several_tasks():
    """Without it, every task errs as in a fit to the mean task alone, moved by its own difference."""
    moments = theory.ridge_moments(POWER, 15, 0.4)
    one = pooled_risk(moments._replace(spread=np.zeros(40)), POWER, W, COUNTS, 0.2)
    spread = pooled_risk(moments, POWER, W, COUNTS, 0.2) - one
    away = W - (9 * W[0] + 6 * W[1]) / 15
    np.testing.assert_allclose(spread, moments.noise * (COUNTS / 15) @ np.square(away) @ POWER, rtol=1e-12)
    mean = np.array([9 * W[0] + 6 * W[1]]) / 15
    alone = pooled_risk(moments, POWER, mean, np.array([15]), 0.2)
    assert (COUNTS / 15) @ one - (COUNTS / 15) @ np.square(away) @ POWER == pytest.approx(alone[0], rel=1e-12)


def test_the_threshold_and_equal_tasks():
    """However large the noise factor, equal tasks without noise pay nothing, for whatever shares."""
    moments = theory.ridge_moments(POWER, 40)
    assert np.isinf(moments.noise)
    assert not moments.second.any()
    equal = np.stack([W[1] / 3] * 3)
    np.testing.assert_array_equal(pooled_risk(moments, POWER, equal, np.array([7, 11, 22]), 0.0), np.zeros(3))


def test_absent_features_are_never_learned():
    moments = theory.ridge_moments([1.0, 0.0], 5, 0.3)
    assert moments.first[1] == 1
    assert moments.noise == theory.ridge_moments([1.0], 5, 0.3).noise


CELLS = [(ratio, share) for ratio in (0.5, 1.0, 2.0) for share in (0.1, 1.0)]


def gaps(N, p, share):
    """N times the relative error of first, second and noise for the identity, by the exact spectrum."""
    exact = theory.training_factors(N, p, ridge=share * N)
    guess = theory.ridge_moments(np.ones(p), N, share * N)
    guessed = np.array([guess.first[0], guess.second[0], guess.noise])
    return N * (np.array([exact.first, exact.second, exact.noise]) / guessed - 1)


@pytest.mark.parametrize(("ratio", "share"), CELLS)
def test_the_error_is_one_over_the_samples(ratio, share):
    """N times it changes by less than 6 % or 0.03 from N to 2N; N^(-1/2) would be 41 %, N^(-2) 50 %."""
    N = 60
    few, many = gaps(N, round(ratio * N), share), gaps(2 * N, round(2 * ratio * N), share)
    np.testing.assert_allclose(few, many, rtol=0.06, atol=0.03)
    assert 0.05 < np.abs(many).max() < 6


def test_at_the_threshold_the_parameter_is_one_over_samples_and_effective_ridge():
    """The error of the missed share is 0.23/(Nκ), that of its cost 0.46/(Nκ), of noise below 0.3/N."""
    for share in (0.003, 0.01, 0.03, 0.1):
        kappa = theory.effective_ridge(np.ones(128), 128, share * 128)
        first, second, noise = gaps(128, 128, share)
        assert first * kappa == pytest.approx(0.23, abs=0.02)
        assert second * kappa == pytest.approx(0.46, abs=0.04)
        assert abs(noise) < 0.3


def test_moments_are_tuples_of_one_kind():
    assert isinstance(theory.ridge_moments([1.0], 3, 1.0), RidgeMoments)
