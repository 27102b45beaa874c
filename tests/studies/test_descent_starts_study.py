"""Descent from other starts: errors of the theorem, ends of descent, and peaks that stand out."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.descent import PooledData, descend_to_limit, least_norm_fit
from manytasks.studies.linear.descent_starts import (
    descend_from_starts,
    prominence,
    prominences,
    start_error,
    starts_around,
    told_from_zero,
)

DATA = PooledData(np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([5, 4]), 0.2, 1)
STARTS = [np.zeros(2), np.array([0.8, 0.4]), np.array([-2.0, 1.0])]


def test_a_start_replaces_the_norm_in_the_bias_above_and_nothing_below():
    norms = np.square(DATA.vectors).sum(axis=1)
    zero = theory.multitask_error(Tasks.from_vectors(DATA.vectors), DATA.counts, [5, 30], 0.2).mean(axis=-1)
    for start in STARTS:
        shift = (np.square(DATA.vectors - start).sum(axis=1) - norms).mean()
        expected = zero + np.array([0, (1 - 9 / 30) * shift])
        np.testing.assert_allclose(start_error(DATA, start, [5, 30]), expected)


def test_errors_of_descent_are_where_the_theorem_has_them():
    """At error rate 1e-6; a formula that forgets the start is seen."""
    found = descend_from_starts(DATA, STARTS, [40, 60], trials=300, tolerance=1e-6)
    expected = np.array([start_error(DATA, start, [40, 60]) for start in STARTS])
    limit = critical_z(expected.size, 1e-6, draws=300)
    assert np.abs(z_scores(found.errors, expected, skewed=True)).max() < limit
    assert np.abs(z_scores(found.errors, expected[0], skewed=True))[1:].min() > limit


def test_descent_ends_at_the_nearest_interpolator_and_not_at_the_smallest():
    found = descend_from_starts(DATA, STARTS, [4, 40], trials=5, tolerance=1e-7)
    assert found.to_nearest <= 1.001e-7
    assert 0.1 < found.to_minimum < np.inf
    only_below = descend_from_starts(DATA, STARTS, [4], trials=5, tolerance=1e-7)
    assert only_below.to_minimum == np.inf
    only_zero = descend_from_starts(DATA, STARTS[:1], [40], trials=5, tolerance=1e-7)
    assert only_zero.to_minimum == np.inf


def test_distances_are_relative_to_the_way_from_the_start():
    X, y = DATA.draw(40, 3, "starts")
    own, far, apart = np.concatenate([STARTS[2], np.zeros(38)]), [], []
    for features, labels in zip(X, y, strict=True):
        span = features @ np.linalg.pinv(features)
        goal = own + np.linalg.pinv(features.T) @ (labels - features.T @ own)
        far.append(np.linalg.norm(goal - own))
        apart.append(np.linalg.norm(own - span @ own))  # what of the start no sample touches
    found = descend_from_starts(DATA, [STARTS[0], STARTS[2]], [40], trials=3, tolerance=1e-9)
    assert found.to_minimum == pytest.approx(min(np.array(apart) / far), rel=1e-6)
    coarse = descend_from_starts(DATA, [STARTS[2]], [40], trials=3, tolerance=0.3)
    w, _ = descend_to_limit(X, y, np.broadcast_to(own[:, None], (3, 40, 1)), 0.3)
    goals = own + least_norm_fit(X, y - own @ X)
    missed = np.linalg.norm(w[..., 0] - goals, axis=1) / np.linalg.norm(own - goals, axis=1)
    assert coarse.to_nearest == pytest.approx(missed.max())
    assert missed.max() > 1.01 * missed.min()


def test_prominence_is_the_ratio_to_the_best_beyond():
    beyond = [start_error(DATA, STARTS[1], p) for p in range(12, 900)]
    assert prominence(DATA, STARTS[1]) == pytest.approx(start_error(DATA, STARTS[1], 11) / min(beyond))


def test_near_starts_stand_out_and_far_ones_do_not():
    found = prominences(DATA, STARTS)
    assert found.loc[0].tolist() == [1, 1]
    assert found.loc[1, "distance2"] < 1 < found.loc[1, "prominence"]
    assert found.loc[2, "prominence"] < 1 < found.loc[2, "distance2"]
    means = [np.square(DATA.vectors - start).sum() for start in STARTS]
    np.testing.assert_allclose(found["distance2"], np.array(means) / means[0])


def test_starts_lie_around_the_mean_task_and_its_opposite_at_their_distances():
    data = PooledData(Tasks.equiangular(50, 0.5).vectors(50), np.full(50, 2), 0.1, 1)
    starts, middle = starts_around(data, [0.0, 3.0], seed=1), data.vectors.mean(axis=0)
    np.testing.assert_array_equal(starts[0], -middle)
    np.testing.assert_array_equal(starts[2], middle)
    for start, side in ((starts[1], -1), (starts[3], 1)):
        assert np.linalg.norm(start - side * middle) == pytest.approx(3, rel=0.3)
    assert np.abs(starts[1] + middle - (starts[3] - middle)).max() > 0.1


def test_the_formula_for_zero_is_right_with_few_parameters_only():
    data = PooledData(Tasks.equiangular(2, 0.5).vectors(2), np.array([4, 4]), 0.1, 1)
    start = data.vectors.mean(axis=0)
    found = told_from_zero(data, [start, -start], [4, 20])
    assert found.wide.tolist() == [False, False, True, True]
    np.testing.assert_allclose(found.ratio[:2], 1)
    assert found.ratio[2] < 1 < found.ratio[3]
    np.testing.assert_allclose(
        found.ratio[3], start_error(data, -start, 20) / start_error(data, 0 * start, 20)
    )
