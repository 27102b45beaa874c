"""Gradient descent against closed forms: where it ends, how far each step goes, and what a fit costs."""

import numpy as np
import pytest

from manytasks.simulate.direct import draw_data
from manytasks.streams import stream
from manytasks.studies.linear.descent import (
    PooledData,
    curvatures,
    descend,
    descend_to_limit,
    descent_path,
    least_norm_fit,
)

DATA = PooledData(np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([4, 3]), 0.2, 1)


def test_draws_are_those_of_the_simulation_in_streams_of_their_own():
    X, y = DATA.draw(12, 3, "path")
    expected = draw_data(stream(1, "path", 12), 3, DATA.vectors, DATA.counts, 12, 0.2)
    np.testing.assert_array_equal(X, expected[0])
    np.testing.assert_array_equal(y, expected[1])
    assert DATA.N == 7
    assert np.all(DATA.draw(12, 3, "other").y != y)


@pytest.mark.parametrize("p", [4, 12])
def test_the_least_norm_fit_is_the_pseudoinverse_and_leaves_labels_alone(p):
    X, y = DATA.draw(p, 3, "path")
    before = y.copy()
    for w, features, labels in zip(least_norm_fit(X, y), X, y, strict=True):
        np.testing.assert_allclose(w, np.linalg.pinv(features.T) @ labels, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize("p", [4, 12])
def test_curvatures_are_ends_of_the_spectrum_without_zeros(p):
    X, _ = DATA.draw(p, 3, "path")
    for top, bottom, features in zip(*curvatures(X), X, strict=True):
        values = np.linalg.eigvalsh(features @ features.T / 7)[-min(p, 7) :]
        assert (top, bottom) == pytest.approx((values[-1], values[0]))


def test_steps_follow_the_closed_form_from_any_start():
    """After k steps the distance to the limit is (I - h XX'/N)^k times that of the start."""
    X, y = DATA.draw(12, 2, "path")
    starts = stream(3).standard_normal((2, 12, 3))
    w = descend(X, y, starts, 5, 0.1)
    for features, labels, begin, ended in zip(X, y, starts, w, strict=True):
        once = np.eye(12) - 0.1 * features @ features.T / 7
        fit = begin + np.linalg.pinv(features.T) @ (labels[:, None] - features.T @ begin)
        np.testing.assert_allclose(ended - fit, np.linalg.matrix_power(once, 5) @ (begin - fit), atol=1e-12)
    np.testing.assert_array_equal(descend(X, y, starts, 0, 0.1), starts)


@pytest.mark.parametrize("p", [4, 20])
def test_prescribed_steps_arrive_and_half_as_many_do_not(p):
    X, y = DATA.draw(p, 5, "path")
    starts = np.ones((5, p, 1))
    w, steps = descend_to_limit(X, y, starts, 1e-6)
    limit = starts[..., 0] + least_norm_fit(X, y - X.sum(axis=1))
    far = np.linalg.norm(starts[..., 0] - limit, axis=1)
    assert (np.linalg.norm(w[..., 0] - limit, axis=1) / far).max() <= 1.001e-6
    top, bottom = curvatures(X)
    half = descend(X, y, starts, steps // 2, (2 / (top + bottom))[:, None, None])
    assert (np.linalg.norm(half[..., 0] - limit, axis=1) / far).max() > 1e-6


def test_a_path_shrinks_between_its_bounds_and_ends_below_the_tolerance():
    path = descent_path(*DATA.draw(12, 1, "path"), 1e-6)
    assert path.distances[0] == 1
    assert path.distances[-1] <= 1.001e-6
    assert path.outside < 1e-6
    ratios = path.distances[1:] / path.distances[:-1]
    assert ratios.max() <= path.bound * (1 + 1e-9)
    top, bottom = (values[0] for values in curvatures(DATA.draw(12, 1, "path").X))
    assert path.bound == pytest.approx((top / bottom - 1) / (top / bottom + 1))


def test_a_path_with_two_curvatures_shrinks_by_the_factor_itself():
    X, y = np.diag([1.0, 3.0])[None], np.array([[2.0, -1.0]])
    path = descent_path(X, y, 1e-4)
    np.testing.assert_allclose(path.distances, 0.8 ** np.arange(len(path.distances)), rtol=1e-9)
