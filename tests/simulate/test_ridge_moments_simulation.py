"""Drawn moments of a ridge fit: they add up to errors of data sets, for several laws; identity and bound."""

import numpy as np
import pytest
from messages import whole
from monte_carlo import (
    assert_means,
    assert_wrong_by_three_percent_fails,
    critical_z,
    z_scores,
    z_scores_between,
)

from manytasks import simulate, theory
from manytasks.theory.ridge_moments import RidgeMoments, pooled_risk

LAWS = ("gaussian", "rademacher", "student-12")
S = np.array([3.0, 1.0, 0.3, 0.1, 0.1])
W = np.array([[1.0, -1.0, 2.0, 0.0, 1.0], [-1.0, -0.5, 0.0, 2.0, 1.0]])
COUNTS = (5, 3)
TRIALS = 40_000


@pytest.mark.statistical
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("ridge", [0.5, 8.0])
def test_they_add_up_to_the_error(law, ridge):
    """Data sets with labels against moments of others without: error rate 1e-3 a case, power 5 %."""
    drawn = simulate.ridge_moments(S, 8, ridge, law=law, trials=TRIALS, seed=5)
    noise = drawn.noise
    moments = RidgeMoments(drawn.first, drawn.second, noise, drawn.spread)
    predicted = pooled_risk(moments, S, W, np.array(COUNTS), 0.3)
    found = simulate.ridge_error(S, W, COUNTS, 0.3, ridge, law=law, trials=TRIALS, seed=4)
    limit = critical_z(2)
    assert np.abs(z_scores_between(found, predicted)).max() < limit
    assert np.abs(z_scores_between(found, 1.05 * predicted)).min() > limit


@pytest.mark.statistical
@pytest.mark.parametrize(("p", "N"), [(12, 30), (30, 12)])
def test_the_identity_covariance_is_exact(p, N):
    """Against the exact spectrum, spread included: error rate 1e-3, power 3 %."""
    drawn = simulate.ridge_moments(np.ones(p), N, 0.2 * N, trials=20_000, seed=6)
    exact = theory.training_factors(N, p, ridge=0.2 * N)
    cells = [(drawn.first.mean(axis=1), exact.first), (drawn.second.mean(axis=1), exact.second)]
    cells += [(drawn.noise, exact.noise), (drawn.spread.mean(axis=1), exact.spread)]
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)


SPECTRA = {
    "two levels": (np.r_[np.full(4, 1.6), np.full(4, 0.4)], 6),
    "power law, N < p": (3.0 / np.arange(1, 11) ** 1.5, 5),
    "power law, N > p": (3.0 / np.arange(1, 6) ** 1.5, 12),
    "a weak feature": (np.array([1.0, 1.0, 1e-4]), 4),
}


@pytest.mark.statistical
@pytest.mark.parametrize("share", [0.1, 1.0])
@pytest.mark.parametrize("name", SPECTRA)
def test_spread_exceeds_noise_by_the_identity(name, share):
    """Gaussian features, direction by direction: error rate 1e-3 a case."""
    s, N = SPECTRA[name]
    drawn = simulate.ridge_moments(s, N, share * N, trials=TRIALS, seed=7)
    difference = drawn.spread - drawn.noise[:, None]
    assert np.abs(z_scores(difference - drawn.excess, 0.0)).max() < critical_z(len(s))
    # Power: on the same draws, an excess of the other sign is seen.
    assert np.abs(z_scores(difference + drawn.excess, 0.0)).max() > critical_z(len(s))


@pytest.mark.statistical
@pytest.mark.parametrize("law", ["rademacher", "student-12"])
def test_the_identity_needs_gaussian_features(law):
    """One feature of signs or of a Student law: the excess is another one, seen with probability near 1."""
    drawn = simulate.ridge_moments(S[:2], 8, 8.0, law=law, trials=TRIALS, seed=8)
    excess = drawn.spread - drawn.noise[:, None] - drawn.excess
    assert np.abs(z_scores(excess, 0.0)).max() > critical_z(2)


@pytest.mark.statistical
@pytest.mark.parametrize("share", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("name", SPECTRA)
def test_the_bound_holds_for_other_spectra(name, share):
    """4 standard errors outside count as a violation: error rate below 1e-3 in all, if the bound were met."""
    s, N = SPECTRA[name]
    drawn = simulate.ridge_moments(s, N, share * N, trials=5_000, seed=9)
    mean, error = drawn.excess.mean(axis=0), 4 * drawn.excess.std(axis=0, ddof=1) / np.sqrt(5_000)
    low, high = theory.spread_bound(s, N, share * N)
    assert (mean + error > low).all()
    assert (mean - error < high).all()


@pytest.mark.statistical
def test_a_bound_ten_times_closer_would_be_violated_by_other_spectra():
    """Upper side: a strong feature among weak ones, with a ridge as large as its variance times N."""
    s, N = np.array([1.0, 0.1, 0.1, 0.01]), 200
    drawn = simulate.ridge_moments(s, N, float(N), trials=2_000, seed=10)
    mean, error = drawn.excess.mean(axis=0), 4 * drawn.excess.std(axis=0, ddof=1) / np.sqrt(2_000)
    low, high = theory.spread_bound(s, N, float(N))
    assert (mean[0] - error[0]) > high / 2
    assert low < 0


@pytest.mark.statistical
@pytest.mark.parametrize(("ratio", "share"), [(2, 0.1), (0.5, 0.1), (1, 0.1), (2, 0.0)])
def test_the_equivalents_are_off_by_one_over_the_samples(ratio, share):
    """Two levels, 1.6 and 0.4: N times every relative error is the same at p = 20 and at p = 40.

    Allowed are a fifth for the next order and 4 standard errors: error rate below 1e-3 in all. Power: with a
    rate of N^(-1/2) or N^(-2) the largest would change by 41 % or more, which is beyond what is allowed.
    """
    scaled = [scaled_gaps(p, round(p / ratio), share) for p in (20, 40)]
    (few, few_error), (many, many_error) = scaled
    error = np.hypot(few_error, many_error)
    assert (np.abs(few - many) < 0.2 * np.abs(many) + 4 * error).all()
    largest = np.abs(few).argmax()
    assert 0.2 * abs(many[largest]) + 4 * error[largest] < 0.41 * abs(few[largest])


def scaled_gaps(p, N, share):
    """N times the relative errors of first, second and spread in both blocks and of noise, with errors."""
    s = np.r_[np.full(p // 2, 1.6), np.full(p // 2, 0.4)]
    drawn = simulate.ridge_moments(s, N, share * N, trials=320_000 // p, seed=(11, p))
    guess = theory.ridge_moments(s, N, share * N)
    spread = drawn.noise[:, None] + drawn.excess
    ratios = [drawn.noise / guess.noise]
    for block in (slice(p // 2), slice(p // 2, p)):
        pairs = ((drawn.first, guess.first), (drawn.second, guess.second), (spread, guess.spread))
        ratios += [found[:, block].mean(axis=1) / expected[block].mean() for found, expected in pairs]
    ratios = np.array(ratios)
    return N * (ratios.mean(axis=1) - 1), N * ratios.std(axis=1, ddof=1) / np.sqrt(ratios.shape[1])


def test_the_same_data_for_every_ridge_and_number_of_trials():
    few, many = (simulate.ridge_moments(S, 8, 0.5, trials=k, seed=1).spread for k in (3, 5))
    np.testing.assert_array_equal(few, many[:3])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"N": 1}, "N must be a whole number of at least 2; got 1"),
        (
            {"eigenvalues": [1.0, 0.0]},
            "eigenvalues must be above 0 to be drawn: an absent feature has no direction",
        ),
        ({"ridge": -1}, "ridge must be finite and at least 0; got -1"),
        ({"trials": 0}, "trials must be a whole number of at least 1; got 0"),
    ],
)
def test_impossible_input_is_refused(wrong, message):
    arguments = {"eigenvalues": [1.0, 2.0], "N": 4, "ridge": 0.1, "trials": 3, "seed": 1} | wrong
    with pytest.raises(ValueError, match=whole(message)):
        simulate.ridge_moments(**arguments)
