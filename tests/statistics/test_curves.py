"""Ranks, slopes and peaks of curves: known answers, independent routes, error rates."""

import numpy as np
import pytest
from messages import whole
from scipy import stats

from manytasks.statistics import (
    critical_t,
    limit_slope,
    log_slope,
    peak,
    rank_correlation,
    weighted_log_slope,
)
from manytasks.streams import stream


def test_ranks_against_scipy_with_ties():
    x, y = stream(1, "ranks").integers(0, 5, (2, 7, 20))
    expected = [stats.spearmanr(a, b).statistic for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(rank_correlation(x, y), expected)
    np.testing.assert_allclose(rank_correlation(x.T, y.T, axis=0), expected)
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3]))


def test_slopes_of_powers():
    x = np.array([0.5, 1.0, 4.0, 9.0])
    powers = np.array([-1.0, 0.5, 3.0])
    np.testing.assert_allclose(log_slope(x, 7 * x[:, None] ** powers), powers)
    np.testing.assert_allclose(log_slope(x, (7 * x[:, None] ** powers).T, axis=1), powers)
    y = np.exp(stream(1, "slope").standard_normal(4))
    assert log_slope(x, y) == pytest.approx(np.polyfit(np.log(x), np.log(y), 1)[0])


def test_the_limit_of_a_slope_is_found_from_finite_steps():
    x = np.array([0.025, 0.2, 0.1, 0.05])[[1, 2, 3, 0]]
    bends = np.array([-0.8, 0.3, 1.5])
    y = x[:, None] ** 3 * (1 + bends * x[:, None])
    assert np.abs(limit_slope(x, y) - 3).max() < 0.01
    assert np.abs(log_slope(x, y) - 3).max() > 0.1  # what it repairs
    np.testing.assert_allclose(limit_slope(x[::-1], y[::-1]), limit_slope(x, y))
    np.testing.assert_allclose(limit_slope(x, y.T, axis=1), limit_slope(x, y))


@pytest.mark.statistical
def test_weighted_slopes_cover_the_exponent():
    """4,000 power laws with errors of 1 to 5 %: 95 % within 4.4 standard errors; error rate 1e-5."""
    x, error = np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.01, 0.02, 0.03, 0.05])
    noise = stream(1, "weighted").standard_normal((4000, 4))
    slopes = [weighted_log_slope(x, y, error / x) for y in (1 + error * noise) / x]
    held = np.mean([slope.low < -1 < slope.high for slope in slopes])
    allowed = 4.4 * np.sqrt(0.95 * 0.05 / 4000)
    assert abs(held - 0.95) < allowed
    wrong = np.mean([slope.low < -0.97 < slope.high for slope in slopes])
    assert wrong < 0.95 - allowed  # an exponent off by 3 % is noticed


def test_a_known_hump():
    curve = np.array([2.0, 1.0, 3.0, 2.5, 0.5, 0.7])
    units = curve + np.array([[-0.1], [0.0], [0.2]]) + 0.01 * stream(1, "hump").standard_normal((3, 6))
    found = peak(units)
    assert (found.place, found.left, found.right) == (2, 1, 4)
    assert found.height == pytest.approx(2.0, abs=0.05)
    drops = units[:, [2]] - units[:, [1, 4]]
    assert found.score == pytest.approx(min(stats.ttest_1samp(drops, 0.0).statistic))


def test_a_monotone_curve_has_no_height():
    falling = -np.arange(5.0) + 0.01 * stream(1, "falling").standard_normal((4, 5))
    assert peak(falling).height < 0
    assert peak(falling).score < 0


@pytest.mark.statistical
def test_noise_alone_seldom_peaks():
    """2,000 flat curves of 10 units at level .05: alarms within 4 standard errors; a hump of 2 s is found."""
    noise = stream(1, "flat").standard_normal((2000, 10, 8))
    limit = critical_t(6, 9, 2 * 0.05)  # one-sided, over six inner places
    alarms = np.mean([peak(units).score > limit for units in noise])
    assert alarms < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 2000)
    hump = 2.0 * (np.arange(8) == 4)
    assert np.mean([peak(units + hump).score > limit for units in noise[:200]]) > 0.9


UNITS = "a peak needs at least 2 units (rows) and 3 places (columns); got "


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: peak([[1.0, 2.0, 1.0]]), UNITS + "(1, 3)"),
        (lambda: peak([[1.0, 2.0]] * 3), UNITS + "(3, 2)"),
        (lambda: log_slope([1, 2], [1, 0]), "a slope of logarithms needs positive numbers"),
        (lambda: log_slope([2, 2], [1, 3]), "a slope needs at least 2 different x; got [2. 2.]"),
        (lambda: limit_slope([1, 2, 3], [1, 2, 3]),
         "an extrapolated slope needs at least 3 x with one ratio between neighbours; got [1. 2. 3.]"),
        (lambda: limit_slope([1, 2, 4], [1, 0, 3]), "a slope of logarithms needs positive numbers"),
        (lambda: weighted_log_slope([1, 2], [1, 0], [1, 1]),
         "a weighted slope of logarithms needs positive x and errors, and y other than zero"),
        (lambda: rank_correlation([1], [2]),
         "a rank correlation needs at least 2 numbers along the axis; got shape (1,)"),
    ],
)  # fmt: skip
def test_refused(call, message):
    with pytest.raises(ValueError, match=whole(message)):
        call()
