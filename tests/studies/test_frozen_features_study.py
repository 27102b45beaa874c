"""Fits on frozen features: noise, thresholds and bumps, each by another route."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.frozen_features import FrozenDraw, frozen_draw, largest_residual
from manytasks.studies.networks.frozen_noise import (
    amplification,
    amplifications,
    linear_amplification,
    noise_rises,
    noise_scores,
    participation,
)
from manytasks.studies.networks.frozen_peaks import (
    KINDS,
    bump,
    errors_of_equal_tasks,
    peak_places,
    rises,
    three_errors,
    transfer_by_share,
)


@pytest.fixture(scope="module")
def digits():
    return frozen_draw(2, 20, 0.5, 90, seed=1)


def drawn(N=30, p=12, M=50, seed=1):
    rng = np.random.default_rng(seed)
    train, test = rng.standard_normal((N, p)), rng.standard_normal((M, p))
    return FrozenDraw(train, test, rng.standard_normal((N, 3)), rng.standard_normal((M, 3)))


def test_digits_become_features_of_one_layer(digits):
    assert digits.train.shape == (40, 90)
    assert digits.labels.shape == (40, 10)
    np.testing.assert_allclose(digits.labels.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_array_equal((digits.labels > 0).sum(axis=0), 4)  # two of each class and task
    assert digits.train.min() == 0
    narrow = digits.first(30)
    np.testing.assert_allclose(narrow.train, digits.train[:, :30] * np.sqrt(3))
    np.testing.assert_allclose(narrow.test, digits.test[:, :30] * np.sqrt(3))
    np.testing.assert_array_equal(narrow.labels, digits.labels)
    other = frozen_draw(2, 20, 0.5, 30, seed=1)  # a narrower layer of the same seed, drawn anew
    np.testing.assert_allclose(narrow.train, other.train)


@pytest.mark.parametrize("p", [12, 45])
def test_amplification_is_the_trace_of_the_theorem(p):
    draw = drawn(p=p)
    plus, C = np.linalg.pinv(draw.train), draw.test.T @ draw.test / len(draw.test)
    np.testing.assert_allclose(amplification(draw), np.trace(plus.T @ C @ plus))


@pytest.mark.statistical
@pytest.mark.parametrize("p", [10, 70])
def test_noise_raises_the_error_by_the_amplification(digits, p):
    """5 standard errors of 3,000 draws; an amplification wrong by 20 % is noticed."""
    draw = digits.first(p)
    found, B = noise_rises(draw, 3000, seed=2), amplification(draw)
    assert found.shape == (3000,)
    error = found.std() / np.sqrt(3000)
    assert abs(found.mean() - B) < 5 * error
    assert 0.2 * B > 5 * error


def test_scores_hold_each_width_against_right_and_wrong_factors(digits):
    right, wrong = noise_scores(digits, (10, 70), (1.0, 2.0), 300, seed=2)
    for p, score, false in zip((10, 70), right, wrong, strict=True):
        found, expected = noise_rises(digits.first(p), 300, seed=2), amplification(digits.first(p))
        error = found.std(ddof=1) / np.sqrt(300)
        assert score == pytest.approx((found.mean() - expected) / error)
        assert score - false == pytest.approx(expected / error)


@pytest.mark.statistical
def test_of_gaussian_features_the_mean_is_that_of_linear_theory():
    """Below the threshold for any covariance, above for the identity; 6 standard errors of 300 draws."""
    rng, N = np.random.default_rng(1), 30
    labels = np.zeros((N, 1))
    for p, root in ((12, np.diag(np.arange(1.0, 13.0))), (80, np.eye(80))):
        found = []
        for _ in range(300):
            test = np.sqrt(p) * root  # whose second moment is the covariance, exactly
            found.append(
                amplification(FrozenDraw(rng.standard_normal((N, p)) @ root, test, labels, np.zeros((p, 1))))
            )
        error = np.std(found) / np.sqrt(300)
        assert abs(np.mean(found) - linear_amplification(N, [p])[0]) < 6 * error
        assert error < 0.06 * np.mean(found)


def test_draws_are_named_and_nested():
    found = amplifications(2, 20, [10, 90], 90, draws=2, seed=(1, "draw"))
    assert found.shape == (2, 2)
    for r in range(2):
        draw = frozen_draw(2, 20, 0.5, 90, seed=(1, "draw", r))
        np.testing.assert_allclose(found[r], [amplification(draw.first(10)), amplification(draw)])
    assert found[0, 0] != found[1, 0]


def test_labels_are_fitted_from_the_threshold_on():
    assert largest_residual(drawn(p=30)) < 1e-8
    assert largest_residual(drawn(p=29)) > 1e-3
    draw = drawn()
    left = draw.labels - draw.train @ np.linalg.lstsq(draw.train, draw.labels, rcond=None)[0]
    np.testing.assert_allclose(largest_residual(draw), np.abs(left).max())


def test_participation_counts_directions():
    rng = np.random.default_rng(1)
    orthogonal = np.linalg.qr(rng.standard_normal((40, 40)))[0]
    np.testing.assert_allclose(participation(orthogonal[:, :7]), 7, rtol=1e-5)
    np.testing.assert_allclose(participation(orthogonal[:, :2] * [1.0, 2.0]), 25 / 17, rtol=1e-5)


def test_rises_are_of_logarithms_within_a_seed():
    rows = pd.DataFrame(
        {"seed": seed, "noise": noise, "task": task, "test_loss": np.exp(noise * (seed + 1) + task)}
        for seed in range(3)
        for noise in (0.0, 5.0, 2.0)
        for task in (0, 1)
    )
    np.testing.assert_allclose(rises(rows, "noise"), [5, 10, 15])


def test_all_places_of_peaks_are_named():
    index = pd.MultiIndex.from_product([["pooled", "alone"], [0.0, 0.1], [10, 20, 30]])
    median = pd.Series([1, 3, 2, 1, 2, 3, 5, 1, 1, 4, 2, 2], index, dtype=float)
    assert peak_places(median, "pooled") == [20, 30]
    assert peak_places(median, "alone") == [10]


def test_labels_that_are_linear_in_the_features_are_told_by_enough_samples():
    draw = drawn(N=30, p=12)
    real, ridge, linear = three_errors(draw, seed=1)
    assert linear < 1e-20
    best = np.linalg.lstsq(draw.train, draw.labels, rcond=None)[0]
    np.testing.assert_allclose(real, np.square(draw.test @ best - draw.truth).sum(1).mean())
    penalty = 1e-3 * np.square(draw.train).sum() / 30
    w = np.linalg.solve(draw.train.T @ draw.train + penalty * np.eye(12), draw.train.T @ draw.labels)
    np.testing.assert_allclose(ridge, np.square(draw.test @ w - draw.truth).sum(1).mean())


def test_the_teacher_is_as_loud_as_the_labels():
    """Features that no training sample has: nothing of the teacher is learned, and all of it is missed."""
    draw = drawn(N=5, p=12)
    blind = draw._replace(train=np.zeros((5, 12)))
    with np.errstate(all="ignore"), pytest.raises(np.linalg.LinAlgError):
        three_errors(blind, seed=1)
    faint = draw._replace(train=np.eye(5, 12), test=draw.test * (np.arange(12) >= 5))
    np.testing.assert_allclose(three_errors(faint, seed=1)[2], 0.9)


def test_equal_tasks_see_the_same_digits():
    found = errors_of_equal_tasks(2, 20, [10, 38, 90], 90, draws=2, seed=1)
    assert tuple(found) == KINDS
    assert found["real labels"].shape == (2, 3)
    draw = frozen_draw(2, 20, 0.0, 90, seed=(1, "break", 1))
    expected = three_errors(draw.first(38), seed=(1, "break", 1))
    np.testing.assert_allclose([found[kind][1, 1] for kind in KINDS], expected)
    beside, away = np.array([False, True, False]), np.array([True, False, False])
    assert bump(found["real labels"], beside, away) > 2
    assert bump(found["real labels, ridge"], beside, away) < bump(found["real labels"], beside, away)


def test_a_bump_is_of_medians():
    errors = np.array([[1.0, 2.0, 4.0], [1.0, 4.0, 4.0], [9.0, 99.0, 4.0]])
    np.testing.assert_allclose(
        bump(errors, np.array([False, True, True]), np.array([True, False, False])), 4.0
    )


def test_transfer_is_what_the_pooled_fit_saves_by_share_seed_and_width():
    rows = pd.DataFrame(
        {"seed": seed, "fraction": share, "features": p, "task": task, "method": method, "test_loss": loss}
        for seed in (0, 1)
        for share in (0.0, 1.0)
        for p in (8, 64)
        for task in (0, 1)
        for method, loss in (("single-task", 1 + seed + p + task), ("multi-task", 1 + 100 * share))
    )
    found = transfer_by_share(rows)
    assert list(found) == [0.0, 1.0]
    np.testing.assert_allclose(found[0.0], [[8.5, 64.5], [9.5, 65.5]])
    np.testing.assert_allclose(found[1.0], found[0.0] - 100)
