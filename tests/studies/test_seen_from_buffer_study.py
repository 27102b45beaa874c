"""Least squares seen from the buffer: the formula agrees with draws, the one for interpolation does not."""

import numpy as np

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.seen_from_buffer import seen_from_buffer

TASKS = Tasks.from_vectors([[1.0, 0.0], [0.2, 1.5], [-0.5, 0.5]])


def test_draws_agree_with_the_formula_across_the_threshold_alone():
    """At error rate 1e-6."""
    found = seen_from_buffer(TASKS, [20, 12, 8], [5, 0, 3], 20, 0.3, trials=2000, seed=1)
    limit = critical_z(3, 1e-6, draws=2000)
    assert np.abs(z_scores(found.drawn, found.exact, skewed=True)).max() < limit
    assert np.abs(z_scores(found.drawn, 1.1 * found.exact, skewed=True)).max() > limit
    assert np.abs(z_scores(found.drawn, found.interpolated, skewed=True)).min() > limit


def test_a_buffer_that_spans_everything_sees_the_whole_error():
    """At error rate 1e-6: the projection takes nothing away."""
    found = seen_from_buffer(TASKS, [20, 12, 8], [12, 8, 4], 20, 0.3, trials=1000, seed=2)
    whole = theory.multitask_error(TASKS, [20, 12, 8], 20, 0.3)
    limit = critical_z(3, 1e-6, draws=1000)
    assert np.abs(z_scores(found.drawn, whole, skewed=True)).max() < limit
    assert np.abs(z_scores(found.drawn, 0.9 * whole, skewed=True)).min() > limit


def test_only_stored_samples_count():
    """Buffers that differ in which task they keep see different errors of the same fits."""
    first, second = (
        seen_from_buffer(TASKS, [20, 12, 8], kept, 20, 0.0, trials=400, seed=3).drawn.mean(axis=0)
        for kept in ([6, 0, 0], [0, 0, 6])
    )
    assert first[0] < second[0]
    assert second[2] < first[2]


def test_an_interpolated_buffer_would_see_the_error_of_its_own_samples():
    """The part of the multi-task error that lies in the span of the stored samples, by its formula."""
    found = seen_from_buffer(TASKS, [20, 12, 8], [5, 0, 3], 20, 0.3, trials=2, seed=1)
    m, d, M, p = np.array([5, 0, 3]), TASKS.distances2, 8, 20
    stated = d @ m / p + m @ d @ m / (2 * p * (p - M - 1)) + M * 0.3 / (p - M - 1)
    np.testing.assert_allclose(found.interpolated, stated)
