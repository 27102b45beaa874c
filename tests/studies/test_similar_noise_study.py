"""Shares of a bound and gaps of equivalents, on numbers that one can follow."""

import numpy as np
import pytest

from manytasks import theory
from manytasks.simulate import DrawnMoments
from manytasks.studies.linear.similar_noise import drawn_gaps, exact_gaps, mean_excess, share_of_bound


def test_each_side_is_measured_by_its_own_limit():
    bound = theory.SpreadBound(-0.1, 0.4)
    np.testing.assert_allclose(share_of_bound([-0.2, -0.05, 0.0, 0.1, 0.8], bound), [2, 0.5, 0, 0.25, 2])


def test_gaps_are_relative_errors_in_the_mean_over_directions():
    guess = theory.RidgeMoments(np.array([0.5, 0.5, 0.1]), np.array([0.25, 0.25, 0.1]), 2.0, np.zeros(3))
    first = np.array([[0.4, 0.7, 9.0], [0.6, 0.5, 9.0]])  # means 0.55 in both draws
    second = np.array([[0.2, 0.2, 9.0], [0.3, 0.3, 9.0]])
    moments = DrawnMoments(first, second, np.array([1.0, 3.0]), first, first)
    gaps = drawn_gaps(moments, guess, slice(0, 2))
    np.testing.assert_allclose(gaps.mean, [0.1, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(gaps.error, [0.0, 0.2, 0.5], atol=1e-12)
    np.testing.assert_allclose(mean_excess(moments).mean, [0.5, 0.6, 9.0])


@pytest.mark.parametrize(("N", "p"), [(30, 60), (60, 30)])
def test_exact_gaps_vanish_as_the_ridge_grows(N, p):
    """With a huge ridge the fit is zero: everything is missed, and only the noise factor has a gap."""
    first, second, noise = exact_gaps(N, p, 1e6)
    assert abs(first) < 1e-9
    assert abs(second) < 1e-9
    assert abs(noise) < 1e-4
    assert np.abs(exact_gaps(N, p, 0.1)).max() > 1e-3
