"""Bias and variance from pairs of data sets, against the theorem and against fits that are known."""

import numpy as np
import pytest

from manytasks import theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.one_task import TASK, bias_and_variance, running_means


def test_bias_and_variance_are_where_the_theorem_has_them():
    """At error rate 1e-6; the two exchanged, or the error in the place of the variance, are seen."""
    found = bias_and_variance(8, [2, 40], 0.3, pairs=2000, seed=1)
    limit = critical_z(4, 1e-6, draws=2000)
    assert np.abs(z_scores(found.drawn, found.expected, skewed=True)).max() < limit
    assert np.abs(z_scores(found.drawn, found.expected[::-1], skewed=True)).min() > limit
    error = found.expected.sum(axis=0)
    np.testing.assert_allclose(error, theory.single_task_error(TASK, 8, [2, 40], 0.3)[:, 0])
    b = 1 - 8 / 40
    assert found.expected[1, 1] == pytest.approx(b * (1 - b) + 8 * 0.3 / (40 - 8 - 1))
    assert found.expected[1, 0] == pytest.approx(2 * 0.3 / (8 - 2 - 1))


def test_a_fit_without_noise_below_the_threshold_has_neither():
    found = bias_and_variance(9, [3], 0.0, pairs=4, seed=1)
    np.testing.assert_allclose(found.drawn, 0, atol=1e-20)


def test_running_means_end_at_the_mean_column_by_column():
    draws = np.random.default_rng(1).standard_normal((7, 2, 3))
    found = running_means(draws)
    np.testing.assert_allclose(found[0], draws[0])
    np.testing.assert_allclose(found[3], draws[:4].mean(axis=0))
    np.testing.assert_allclose(found[-1], draws.mean(axis=0))
