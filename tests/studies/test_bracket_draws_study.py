"""Draws and formulas of several cases stand where they belong."""

import numpy as np
import pytest

from manytasks import Tasks, simulate, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.bracket_draws import bracket_draws

CASES = [(Tasks.equiangular(2, -0.5), 0.0), (Tasks.equiangular(2, 1.0), 1.0)]


def test_shapes_and_places():
    found = bracket_draws(CASES, 5, [10, 20, 40], trials=7, seed=(1, "a"))
    assert found.drawn.shape == (7, 2, 4, 3)
    assert found.exact.shape == (2, 4, 3)
    problem = CASES[1][0], 5, [10, 20, 40], 1.0
    np.testing.assert_array_equal(found.exact[1, 1], theory.bracket_moments(*problem).curvature)
    np.testing.assert_array_equal(found.exact[1, 3], theory.training_forgetting(*problem))
    moments = simulate.bracket_moments(*problem, trials=7, seed=(1, "a", "moments", 1))
    np.testing.assert_array_equal(found.drawn[:, 1, 2], moments.bracket2)
    ends = simulate.training_forgetting(*problem, trials=7, seed=(1, "a", "ends", 1))
    np.testing.assert_array_equal(found.drawn[:, 1, 3], ends)


@pytest.mark.statistical
def test_means_are_those_of_the_formulas():
    """24 comparisons at an error rate of 1e-5; formulas exchanged between the cases are far off."""
    found = bracket_draws(CASES, 5, [15, 30, 60], trials=2000, seed=1)
    critical = critical_z(24, 1e-5, len(found.drawn))
    assert np.abs(z_scores(found.drawn, found.exact, skewed=True)).max() < critical
    assert np.abs(z_scores(found.drawn, found.exact[::-1], skewed=True)).max() > 3 * critical
