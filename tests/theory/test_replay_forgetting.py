"""Forgetting and average error as readings of any error matrix, and the parts F1 and F2."""

import re

import numpy as np
import pytest

from manytasks import Tasks, theory


def test_readings_of_a_measured_matrix():
    errors = np.arange(18.0).reshape(2, 3, 3)
    np.testing.assert_array_equal(theory.average_error(errors), [7, 16])
    np.testing.assert_array_equal(theory.forgetting(errors), [((6 - 0) + (7 - 4)) / 2] * 2)


@pytest.mark.parametrize("start", ["warm", "scratch"])
def test_parts_sum_to_forgetting(start):
    tasks, p = Tasks.chain(4, -0.5), np.array([4, 90, 200, 1000])
    terms = theory.forgetting_terms(tasks, 20, 8, p, 0.2, start)
    whole = theory.forgetting(theory.replay_error(tasks, 20, 8, p, 0.2, start))
    np.testing.assert_allclose(terms["F1"] + terms["F2"], whole, rtol=1e-12)
    without = theory.forgetting(theory.replay_error(tasks, 20, 0, p, 0.2, start))
    np.testing.assert_array_equal(terms["F1"], without)


def test_both_parts_vanish_like_one_over_p_or_faster():
    terms = theory.forgetting_terms(Tasks.chain(4, -0.5), 20, 8, [10**4, 10**6], 0.2)
    assert abs(terms["F1"][1]) < 0.011 * abs(terms["F1"][0])
    assert abs(terms["F2"][1]) < 0.00011 * abs(terms["F2"][0])  # the buffer acts at order 1/p² only


def test_parts_keep_the_sign_of_infinity():
    terms = theory.forgetting_terms(Tasks.chain(2, 0.5), 20, 10, 31, 0.1)
    assert np.isfinite(terms["F1"])
    assert terms["F2"] == np.inf


def test_forgetting_is_undefined_where_both_errors_are_infinite():
    assert np.isnan(theory.forgetting(np.full((2, 2), np.inf)))


@pytest.mark.parametrize("reading", [theory.forgetting, theory.average_error])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 0)])
def test_an_error_matrix_is_square(reading, shape):
    message = re.escape(f"errors must have shape (..., T, T); got {shape}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        reading(np.zeros(shape))


def test_one_task_cannot_forget():
    with pytest.raises(ValueError, match=r"^forgetting needs at least 2 tasks; got an error matrix for 1$"):
        theory.forgetting([[0.1]])
