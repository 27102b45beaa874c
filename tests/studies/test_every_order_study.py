"""Every order of the same tasks: other routes to the readings, a limit, orders with a meaning."""

from itertools import permutations

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.every_order import (
    Readings,
    crowd,
    falling_norm,
    forgetting_limit,
    readings,
    tried_orders,
    uneven_vectors,
)
from manytasks.studies.linear.linear_orders import central_last

UNEVEN = Tasks.from_vectors(uneven_vectors(T=4, seed=1, draw=0))
ORDERS = tried_orders(UNEVEN, seed=1)


@pytest.mark.parametrize("start", ["warm", "scratch"])
@pytest.mark.parametrize("memory", [0, 4, 9])
def test_both_readings_are_those_of_the_package_order_by_order(start, memory):
    setting = (9, memory, 90, 0.1)
    found = readings(UNEVEN, ORDERS, *setting, start)
    for objective, got in (("error", found.error), ("forgetting", found.forgetting)):
        expected = theory.order_values(UNEVEN, *setting, ORDERS, objective, start)
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("memory", [0, 5, 10])
def test_p_times_forgetting_tends_to_its_limit_like_one_over_p(memory):
    limits = np.array([forgetting_limit(UNEVEN, order, 10, 0.3) for order in ORDERS])
    left = [
        np.abs(p * readings(UNEVEN, ORDERS, 10, memory, p, 0.3).forgetting - limits).max()
        for p in (10**5, 10**6)
    ]
    assert left[1] < 1e-2 * np.abs(limits).max()
    assert left[0] / left[1] == pytest.approx(10, rel=0.02)
    assert limits.min() == pytest.approx(forgetting_limit(UNEVEN, falling_norm(UNEVEN), 10, 0.3))


def test_equal_norms_have_one_limit():
    equal = Tasks.chain(4, 0.3)
    limits = [forgetting_limit(equal, order, 10, 0.3) for order in permutations(range(4))]
    np.testing.assert_allclose(limits, limits[0])


def test_the_rank_counts_the_orders_with_less_error():
    assert Readings(np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.3, 0.2])).rank == 3
    assert Readings(np.array([3.0, 1.0, 2.0]), np.array([0.3, 0.1, 0.1])).rank == 1


def test_up_to_five_tasks_every_order_is_tried_once():
    assert len(set(tried_orders(Tasks.chain(5, 0.5), seed=1))) == 120


def test_of_six_tasks_a_sample_is_tried_with_the_orders_that_the_page_looks_up():
    tasks = Tasks.from_vectors(uneven_vectors(T=6, seed=1, draw=0))
    orders = tried_orders(tasks, seed=1)
    assert all(sorted(order) == list(range(6)) for order in orders)
    last = central_last(tasks)
    assert {tuple(range(6)), last, last[::-1], falling_norm(tasks)} <= set(orders)
    assert orders == tried_orders(tasks, seed=1) != tried_orders(tasks, seed=2)


def test_falling_norm_puts_the_longest_first():
    norms = UNEVEN.norms2[list(falling_norm(UNEVEN))]
    assert (np.diff(norms) < 0).all()


def test_vectors_lie_around_one_of_length_one_and_differ_by_draw():
    vectors = np.stack([uneven_vectors(T=50, seed=1, draw=k) for k in range(40)])
    assert np.abs(vectors.mean(axis=(0, 1)) - [1, 0, 0]).max() < 5 * np.sqrt(1 / 3 / 2000)
    assert vectors.var() == pytest.approx(1 / 3 + 2 / 9, rel=0.1)
    assert not np.array_equal(vectors[0], vectors[1])


def test_a_crowd_has_its_families():
    tasks, families = crowd(T=9, seed=1)
    assert tasks.T == 9
    assert all(sorted(order) == list(range(9)) for orders in families.values() for order in orders)
    assert families["falling norm"] == [falling_norm(tasks)]
    assert families["central last"] == [central_last(tasks)]
    assert len(set(families["random orders"])) == 60
    assert families["candidate orders"] == theory.candidate_orders(tasks)
