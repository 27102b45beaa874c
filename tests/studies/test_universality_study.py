"""Laws of features and what they do to errors, against limits and direct calculation."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.simulate.features import excess_kurtosis
from manytasks.streams import stream
from manytasks.studies.features import coefficient_rates
from manytasks.studies.features.coefficient_rates import coefficient_gaps, gaps_by_width, limit_of_gap
from manytasks.studies.features.feature_laws import LENGTHS, law_factor, law_features, squared_lengths
from manytasks.studies.features.random_lengths import (
    least_squares_noise,
    skewed_bias,
    student_equivalent,
    student_noise,
)
from manytasks.studies.features.universality import (
    QUANTITIES,
    measured_errors,
    next_order_error,
    predicted_errors,
)
from manytasks.studies.linear.similar_noise import Drawn

PAIR = Tasks.equiangular(2, 0.4)


@pytest.mark.statistical
@pytest.mark.parametrize("law", LENGTHS)
def test_samples_have_the_lengths_of_their_law(law):
    """6 standard errors for the mean of 1/τ, of which the factor is made; the mean length is p."""
    p = 30
    lengths = squared_lengths(law, p, (40_000,), stream(1, "lengths"))
    inverse = (p - 2) / lengths
    allowed = 6 * inverse.std() / 200 + 1e-12
    assert abs(inverse.mean() - law_factor(law, p, 4, 10, seed=1)) < allowed
    if law != LENGTHS[2]:  # there the second moment is infinite
        np.testing.assert_allclose(lengths.mean(), p, rtol=0.02)
    X = law_features(law, p, 5, 400, seed=(1, "features"))
    assert X.shape == (400, p, 5)
    assert (
        abs(np.square(X).mean(axis=(0, 2)) / np.square(X).mean() - 1).max() < 0.5
    )  # no direction is special


def test_an_unknown_law_of_lengths_is_refused():
    with pytest.raises(ValueError, match=r"law must be 'fixed length', .*; got 'long'"):
        squared_lengths("long", 4, (2,), stream(1))


def test_data_sets_with_an_empty_sample_are_left_out():
    X = law_features("sparse", 3, 4, 500, seed=(1, "sparse"))
    assert 50 < len(X) < 450
    assert X.any(axis=1).all()
    assert len(law_features("gaussian", 3, 4, 500, seed=(1, "sparse"))) == 500


@pytest.mark.statistical
def test_measured_factors_are_those_of_the_law():
    """Gaussian entries: (p - 2) E‖x‖⁻² = 1; signs: 1 - 2/p without any scatter."""
    assert abs(law_factor("gaussian", 20, 10, 2000, seed=1) - 1) < 0.02
    np.testing.assert_allclose(law_factor("rademacher", 20, 10, 5, seed=1), 0.9)


def test_one_drawn_data_set_measures_what_its_fits_miss():
    """Written out for one data set: lstsq alone, pooled and along the path from both starts."""
    X = stream(5, "X").standard_normal((1, 12, 6))
    got = measured_errors(X, PAIR, 0.0, 1, seed=3)[0]
    assert len(got) == len(QUANTITIES)
    basis = np.linalg.qr(stream(3, "tasks", 12).standard_normal((12, 2)))[0].T
    W = PAIR.vectors(2) @ basis
    A = X[0].T
    y = np.r_[A[:3] @ W[0], A[3:] @ W[1]]

    def fitted(rows, start=0.0):
        return start + np.linalg.lstsq(A[rows], y[rows] - A[rows] @ (start + np.zeros(12)), rcond=None)[0]

    def missed(w):
        return np.square(w - W).sum(axis=1)

    alone = np.mean([missed(fitted([0, 1, 2]))[0], missed(fitted([3, 4, 5]))[1]])
    pooled = missed(fitted(range(6))).mean()
    first, last = fitted([0, 1, 2]), [0, 3, 4, 5]
    forgotten = [missed(fitted(last, start))[0] - missed(first)[0] for start in (first, 0.0)]
    np.testing.assert_allclose(got, [alone, pooled, alone - pooled, *forgotten])


@pytest.mark.statistical
def test_gaussian_features_obey_all_five_formulas():
    """4,000 draws; 5 standard errors in five comparisons."""
    X = law_features("gaussian", 30, 16, 4000, seed=(1, "gaussian"))
    drawn = measured_errors(X, PAIR, 0.5, 3, seed=1)
    expected = predicted_errors(PAIR, 8, 0.5, 3, 30)
    error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - expected) < 5 * error).all()
    assert (error[:2] < 0.01).all()
    assert (np.abs(drawn.mean(axis=0) - 1.05 * expected)[:2] > 5 * error[:2]).all()


def test_kurtosis_moves_noise_and_spread_as_the_theorem_says():
    p, above, below, alike = 40, 10, 80, Tasks.equiangular(2, 1.0)
    for n in (above, below):  # Gaussian entries have none
        plain = theory.multitask_error(PAIR, n, p, 1.0).mean()
        np.testing.assert_allclose(next_order_error(PAIR, n, 1.0, p, "gaussian"), plain)
    clean = theory.multitask_error(PAIR, above, p, 0.0).mean()
    np.testing.assert_allclose(
        next_order_error(PAIR, above, 0.0, p, "sparse"), clean
    )  # the spread gains nothing
    for n, N in ((above, 20), (below, 160)):  # equal tasks have no spread
        noise = (
            theory.multitask_error(alike, n, p, 1.0).mean() - theory.multitask_error(alike, n, p, 0.0).mean()
        )
        gain = next_order_error(alike, n, 1.0, p, "sparse") - theory.multitask_error(alike, n, p, 1.0).mean()
        np.testing.assert_allclose(gain / noise, 6 / max(p, N))
    spread = theory.multitask_error(PAIR, below, p, 0.0).mean()
    gain = next_order_error(PAIR, below, 0.0, p, "sparse") - spread
    V = PAIR.distances2[0, 1] / 4  # of two tasks with as many samples
    np.testing.assert_allclose(gain, 6 * (1 / 40 - 1 / 160) * V * 40 / 120, rtol=0.05)


def test_coefficients_are_the_means_over_noise_and_directions():
    X = stream(2, "X").standard_normal((3, 9, 4))
    gaps = coefficient_gaps(X)
    for data, gap in zip(X, gaps, strict=True):
        pinv = np.linalg.pinv(data.T)
        np.testing.assert_allclose(gap[0], np.square(pinv).sum() / (4 / 4) - 1)  # N/(p - N - 1) is 1
        blocks = [[np.trace(np.outer(pinv[:, i], data[:, j])) / 9 for j in range(4)] for i in range(4)]
        np.testing.assert_allclose(np.trace(blocks), 4 / 9)  # the projection
    signs = law_features("rademacher", 40, 2, 2000, seed=(1, "signs"))
    assert coefficient_gaps(signs)[:, 0].mean() < 0


@pytest.mark.statistical
def test_gaussian_coefficients_have_no_gap():
    """6 standard errors of 4,096 draws at p = 20; there are 16 times as many at half the width, at most."""
    gaps = gaps_by_width("gaussian", [20, 80], 256, seed=1)
    assert gaps.mean.shape == gaps.error.shape == (2, 2)
    assert (np.abs(gaps.mean) < 6 * gaps.error).all()
    assert gaps.error[0, 0] < 0.02
    sparse = gaps_by_width("sparse", [40, 80], 256, seed=1)
    assert (sparse.mean[:, 0] > 6 * sparse.error[:, 0]).all()


def test_narrow_widths_get_more_draws_but_not_too_many(monkeypatch):
    sizes = []

    def counted(law, p, N, trials, *, seed):
        sizes.append((p, N, trials))
        return law_features(law, p, N, 4, seed=seed)

    monkeypatch.setattr(coefficient_rates, "law_features", counted)
    gaps_by_width("gaussian", [10, 20, 40, 80], 3, seed=1)
    assert sizes == [(10, 5, 48), (20, 10, 48), (40, 20, 12), (80, 40, 3)]


def test_the_limit_of_a_gap_weighs_by_errors():
    p = np.array([40.0, 80.0, 160.0, 320.0, 640.0])
    gaps = -2 / p + 7 / p**2 - 90 / p**3
    spoilt, error = gaps.copy(), 0.01 / p
    spoilt[0] += 1.0
    error[0] = 1e6
    limit = limit_of_gap(p, Drawn(spoilt, error))
    np.testing.assert_allclose(limit.mean, -2)
    drawn = gaps + np.random.default_rng(1).standard_normal((400, 5)) * 0.01 / p
    found = [limit_of_gap(p, Drawn(each, 0.01 / p)).mean for each in drawn]
    np.testing.assert_allclose(np.std(found), limit_of_gap(p, Drawn(gaps, 0.01 / p)).error, rtol=0.15)


@pytest.mark.statistical
def test_student_lengths_multiply_the_noise():
    """Above the threshold exactly ν/(ν - 2); below, the equivalent, near 1/p; 6 standard errors."""
    above = student_noise([6, 400], 10, 30, 1500, seed=(1, "above"))
    error = above.std(axis=0, ddof=1) / np.sqrt(1500)
    assert (np.abs(above.mean(axis=0) - [1.5, 400 / 398]) < 6 * error).all()
    assert (error < 0.03).all()
    below = student_noise([6, 400], 80, 20, 400, seed=(1, "below"))
    expected = [student_equivalent(nu, 80, 20) for nu in (6, 400)]
    assert (np.abs(below.mean(axis=0) / expected - 1) < 0.05).all()
    assert expected[0] > 1.1


def test_equal_lengths_cost_least():
    assert least_squares_noise(np.array([0.5, 1.5]), 60, 20) > least_squares_noise(np.ones(2), 60, 20)
    np.testing.assert_allclose(least_squares_noise(np.ones(2), 60, 20), 0.5)
    q = least_squares_noise(np.array([0.5, 1.5]), 60, 20)
    np.testing.assert_allclose(30 * (0.5 * q / (1 + 0.5 * q) + 1.5 * q / (1 + 1.5 * q)), 20)


@pytest.mark.statistical
def test_skewed_entries_favour_one_direction():
    """Along (1, ..., 1) the bias is smaller, by more than 6 standard errors; across it is a few per cent."""
    bias = skewed_bias(12, 3000, seed=1)
    along, across = (bias[name] for name in ("along", "across"))
    assert along.mean() < -6 * along.std() / np.sqrt(3000)
    assert abs(across.mean()) < 0.08
    assert excess_kurtosis("exponential") == 6
