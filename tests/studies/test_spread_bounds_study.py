"""How much of the bound is used: exact spectra against draws, sides, directions; draws of ridge fits."""

import numpy as np
import pytest

from manytasks import simulate, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear import ridge_draws
from manytasks.studies.linear.similar_noise import exact_gaps, mean_excess, share_of_bound
from manytasks.studies.linear.spread_bounds import (
    SPECTRA,
    largest_excess,
    moments_by_size,
    used_by_draws,
    used_exactly,
)

MU = 0.3


@pytest.fixture(scope="module")
def found():
    return moments_by_size([4, 8], MU, 80, seed=1)


def test_spectra_have_about_one_mean_and_their_shapes():
    for p in (8, 40):
        assert SPECTRA["flat"](p).tolist() == [1.0] * p
        assert SPECTRA["two levels"](p).mean() == pytest.approx(1)
        steep = SPECTRA["steep"](p)
        assert steep[0] / steep[-1] == pytest.approx(1.1 / (0.1 + 1 / p), rel=1e-9)
        assert (np.diff(steep) < 0).all()


def test_moments_are_drawn_by_name_and_size(found):
    assert list(found) == [(name, N) for name in SPECTRA for N in (4, 8)]
    direct = simulate.ridge_moments(SPECTRA["steep"](8), 8, 8 * MU, trials=100, seed=(1, "sizes", "steep", 8))
    np.testing.assert_array_equal(found["steep", 8].excess, direct.excess)
    assert len(found["flat", 4].noise) == 200


def test_the_largest_difference_is_that_of_one_direction(found):
    largest = largest_excess(found, "steep", MU)
    for place, N in enumerate((4, 8)):
        mean, error = mean_excess(found["steep", N])
        k = np.abs(mean).argmax()
        assert largest.drawn.mean[place] == np.abs(mean).max()
        assert largest.drawn.error[place] == error[k]
        limit = theory.spread_bound(SPECTRA["steep"](N), N, MU * N)
        assert largest.bound[place] == max(limit.high, -limit.low)
    assert largest.bound[1] < largest.bound[0]


def test_the_exact_share_keeps_its_sign_and_stays_within_one():
    grid = np.geomspace(0.01, 30, 5)
    assert (used_exactly(1000, 1, grid) > 0).all()  # one feature: the upper limit, nearly reached
    assert used_exactly(1000, 1, [1.0])[0] > 0.98
    at_threshold = used_exactly(100, 100, grid)
    assert at_threshold[0] < 0
    assert np.abs(at_threshold).max() <= 1
    factors = theory.training_factors(100, 100, ridge=grid[:1] * 100)
    bound = theory.spread_bound(np.ones(100), 100, grid[0] * 100, float(factors.noise[0]))
    np.testing.assert_allclose(at_threshold[0], -((factors.spread - factors.noise)[0] / bound.low))


def test_the_drawn_share_reaches_as_far_as_any_direction_may(found):
    zero, wide = (used_by_draws(found, MU, critical) for critical in (0.0, 4.0))
    shares = [
        share_of_bound(mean_excess(moments).mean, theory.spread_bound(SPECTRA[name](N), N, MU * N)).max()
        for (name, N), moments in found.items()
    ]
    assert zero.value == zero.high == wide.value == max(shares)
    lifted = {key: moments._replace(excess=np.abs(moments.excess)) for key, moments in found.items()}
    for moments in (found, lifted):  # the lower end reaches farthest, and the upper one
        ends = [
            share_of_bound(
                mean_excess(each).mean + side * mean_excess(each).error,
                theory.spread_bound(SPECTRA[name](N), N, MU * N),
            ).max()
            for (name, N), each in moments.items()
            for side in (-4, 4)
        ]
        assert used_by_draws(moments, MU, 4.0).high == pytest.approx(max(ends))
    assert wide.high > wide.value
    assert wide.low < wide.value


@pytest.mark.statistical
def test_moments_give_the_error_and_the_identity_the_difference():
    """Largest of 12 and of 42 scores, error rate 1e-4; without the noise they are seen to differ."""
    errors, predicted = ridge_draws.errors_and_moments([(3, 2), (4, 6)], MU, 0.25, 2000, seed=1)
    assert errors.shape == predicted.shape == (2000, 12)
    limit = critical_z(54, 1e-4, draws=2000)
    assert np.abs(z_scores(errors - predicted, 0.0, skewed=True)).max() < limit
    quiet = ridge_draws.errors_and_moments([(3, 2), (4, 6)], MU, 0.0, 2000, seed=1)[1]
    assert np.abs(z_scores(errors - quiet, 0.0, skewed=True)).min() > limit
    gaps = ridge_draws.identity_gaps(MU, 2000, seed=1)
    assert gaps.shape == (2000, 42)
    assert np.abs(z_scores(gaps, 0.0, skewed=True)).max() < limit


def test_gaps_stand_by_sample_size_and_cell():
    sizes = ridge_draws.exact_sizes([20, 40], [(0.5, 0.1), (2, 1)])
    np.testing.assert_allclose(sizes[1, 3:], np.abs(exact_gaps(40, 80, 1)))
    np.testing.assert_allclose(sizes[0, :3], np.abs(exact_gaps(20, 10, 0.1)))


def test_gaps_of_two_levels_are_times_n_and_shrink_with_draws():
    few, many = (ridge_draws.two_level_gaps((0.5,), (8,), trials, seed=1)[0.5, 8] for trials in (200, 1600))
    assert (few.error / many.error > 1.3).all()  # 500 draws, 4,000 draws
    p, N = 8, 16
    s = SPECTRA["two levels"](p)
    drawn = simulate.ridge_moments(s, N, 0.1 * N, trials=500, seed=(1, "two levels", N, p))
    told = theory.ridge_moments(s, N, 0.1 * N)
    np.testing.assert_allclose(few.mean[2], N * (drawn.noise.mean() / told.noise - 1))
    np.testing.assert_allclose(few.mean[0], N * (drawn.first[:, :4].mean() / told.first[0] - 1))


def test_worth_by_law_is_that_of_gaussian_features_for_gaussian_features():
    worth = ridge_draws.worth_by_law(("gaussian", "rademacher"), 4000, seed=1)
    assert worth.excess.tolist() == [0, -2]
    assert worth.loc["gaussian", "drawn"] == pytest.approx(worth.gaussian.iloc[0], rel=0.03)
    assert worth.loc["rademacher", "drawn"] < 0.9 * worth.gaussian.iloc[0]  # signs scatter less
    assert worth.gaussian.nunique() == 1
