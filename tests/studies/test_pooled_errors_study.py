"""Pooled errors: theory as a mean over tasks, draws about it, ratios at the peak, and more data."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.pooled_errors import drawn_errors, error_by_data, mean_error, peak_ratio

UNEVEN = Tasks.from_vectors([[1.0, 0.0], [0.5, 2.0], [-1.0, 0.3]])


def test_the_mean_is_over_tasks():
    errors = theory.multitask_error(UNEVEN, [5, 9, 2], [8, 60], 0.3)
    np.testing.assert_allclose(mean_error(UNEVEN, [5, 9, 2], [8, 60], 0.3), errors.sum(axis=1) / 3)
    assert np.ptp(errors, axis=1).min() > 0.1  # a mean over widths would be another number


def test_draws_are_where_the_mean_is():
    """At error rate 1e-6; a mean of two of the three tasks is seen."""
    drawn = drawn_errors(UNEVEN, [5, 9, 2], [6, 60], 0.3, trials=1000, seed=1)
    exact = theory.multitask_error(UNEVEN, [5, 9, 2], [6, 60], 0.3)
    limit = critical_z(2, 1e-6, draws=1000)
    assert np.abs(z_scores(drawn, exact.mean(axis=1), skewed=True)).max() < limit
    assert np.abs(z_scores(drawn, exact[:, 1:].mean(axis=1), skewed=True)).max() > limit
    again = drawn_errors(UNEVEN, [5, 9, 2], [6, 60], 0.3, trials=1000, seed=2)
    assert np.all(again != drawn)


def test_a_peak_needs_food():
    equal = Tasks.equiangular(4, 1.0)
    # (1 - N/p) at N + 2 and at 2N, for N = 40
    assert peak_ratio(equal, 10, 0.0) == pytest.approx((2 / 42) / (1 / 2))
    assert peak_ratio(equal, 10, 0.1) > 1
    noisy = mean_error(equal, 10, 42, 0.1) / mean_error(equal, 10, 80, 0.1)
    assert peak_ratio(equal, 10, 0.1) == pytest.approx(noisy)
    assert peak_ratio(Tasks.equiangular(4, 0.9), 10, 0.0) > 1


def test_more_data_hurt_up_to_the_threshold_and_help_beyond():
    tasks, samples = Tasks.equiangular(3, 0.2), np.arange(1, 21)
    line = error_by_data(tasks, samples, 30, 0.0)
    assert np.isinf(line[samples == 10]).all()
    assert np.all(np.diff(line[2:9]) > 0)
    assert np.all(np.diff(line[10:]) < 0)
    assert line[4] == pytest.approx(theory.multitask_error(tasks, 5, 30, 0.0).mean())
