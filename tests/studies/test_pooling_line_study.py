"""Between pooling and parting: on the line nobody gains, beyond it everybody, in theory and by draws."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.both_sides import spread_of
from manytasks.studies.linear.pooling_line import across, pooling_ratio


@pytest.mark.parametrize(("T", "n", "p", "cosine"), [(2, 12, 4, 0.0), (3, 20, 6, 0.5), (5, 100, 10, 0.9)])
def test_on_the_line_nobody_gains(T, n, p, cosine):
    tasks = Tasks.equiangular(T, cosine)
    at = pooling_ratio(T, n, p) * spread_of(tasks, n)
    on, less, more = (theory.knowledge_transfer(tasks, n, p, factor * at) for factor in (1, 0.9, 1.1))
    np.testing.assert_allclose(on, 0, atol=1e-12)
    assert less.max() < 0 < more.min()


def test_sizes_are_taken_one_by_one():
    sizes = np.array([12, 30, 200])
    np.testing.assert_allclose(pooling_ratio(3, sizes, 6), [pooling_ratio(3, int(n), 6) for n in sizes])


def test_draws_fall_on_their_sides():
    tasks = Tasks.equiangular(3, 0.5)
    at = pooling_ratio(3, 20, 6) * spread_of(tasks, 20)
    half, twice = across(tasks, 20, 6, at, (0.5, 2.0), 400, seed=1)
    assert half < -5
    assert twice > 5
    (alone,) = across(tasks, 20, 6, at, (2.0,), 400, seed=1)
    assert alone == twice  # every factor has draws of its own
