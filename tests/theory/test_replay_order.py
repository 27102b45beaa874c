"""What the order of tasks changes, and what it cannot change."""

import re
import time
from itertools import permutations

import numpy as np
import pytest
from messages import whole

from manytasks import Tasks, theory

RNG = np.random.default_rng(2)


def test_pooled_data_have_no_order():
    tasks, n = Tasks.from_vectors(RNG.standard_normal((4, 3))), (5, 9, 7, 3)
    values = theory.order_values(tasks, n, n, 60, 0.2, permutations(range(4)))
    np.testing.assert_allclose(values, values[0], rtol=1e-12)


def test_without_a_buffer_the_central_task_belongs_last():
    """Rearrangement: with equal n and m = 0 the error is least when mean distances fall along the order."""
    for _ in range(20):
        tasks = Tasks.from_vectors(RNG.standard_normal((5, 3)))
        central_last = tuple(np.argsort(-tasks.distances2.mean(axis=1)).tolist())
        orders = list(permutations(range(5)))
        values = theory.order_values(tasks, 10, 0, 40, 0.2, orders)
        assert values[orders.index(central_last)] == pytest.approx(values.min(), rel=1e-12)


def test_samples_and_memory_move_with_their_task():
    tasks = Tasks.from_vectors(RNG.standard_normal((3, 3)))
    moved = Tasks(tasks.gram[np.ix_([2, 0, 1], [2, 0, 1])])
    errors = theory.replay_error(moved, (6, 4, 5), (3, 1, 2), 50, 0.1)
    (value,) = theory.order_values(tasks, (4, 5, 6), (1, 2, 3), 50, 0.1, [(2, 0, 1)], "forgetting")
    assert value == theory.forgetting(errors)


def one_after_another(tasks, n, m, p, noise_var, orders, objective, start):
    """What ``order_values`` computes for all orders at once."""
    read = theory.average_error if objective == "error" else theory.forgetting
    return [
        read(theory.replay_error(Tasks(tasks.gram[np.ix_(k, k)]), n[k], m[k], p, noise_var, start))
        for k in map(list, orders)
    ]


@pytest.mark.parametrize("start", ["warm", "scratch"])
@pytest.mark.parametrize("objective", ["error", "forgetting"])
def test_orders_at_once_are_bit_for_bit_what_each_is_alone(objective, start, monkeypatch):
    monkeypatch.setattr("manytasks.theory.task_order.BLOCK", 100)  # a few orders at a time
    for p in (1, 7, 30, 31, 45, np.array([[12, 200, 1000]])):  # thresholds lie between 1 and 60
        tasks = Tasks.from_vectors(RNG.standard_normal((6, 4)))
        n = RNG.integers(1, 20, 6)
        setting = (tasks, n, RNG.integers(0, n + 1), p, 0.3)
        orders = [RNG.permutation(6).tolist() for _ in range(8)]
        together = theory.order_values(*setting, orders, objective, start)
        np.testing.assert_array_equal(together, one_after_another(*setting, orders, objective, start))


def test_where_no_order_has_a_forgetting_the_search_ends():
    """Nothing is learned once an error is infinite, and infinite minus infinite is no number."""
    setting = (Tasks.from_vectors(RNG.standard_normal((8, 8))), 10, 1, 17, 0.1)
    assert np.isnan(theory.order_values(*setting, [range(8)], "forgetting")).all()
    assert sorted(theory.greedy_order(*setting, "forgetting")) == list(range(8))


def test_an_order_without_a_forgetting_is_not_the_best():
    few = (Tasks.from_vectors(RNG.standard_normal((3, 3))), (5, 10, 3), (3, 2, 0), 10, 0.1)
    values = theory.order_values(*few, permutations(range(3)), "forgetting")
    assert np.isnan(values).any()
    assert np.isfinite(theory.best_order(*few, "forgetting").value)


def test_equiangular_tasks_are_all_alike():
    values = theory.order_values(Tasks.equiangular(5, 0.3), 20, 8, 200, 0.1, permutations(range(5)))
    np.testing.assert_allclose(values, values[0], rtol=1e-12)


def test_candidates_beyond_seven_tasks_are_permutations():
    orders = theory.candidate_orders(Tasks.from_vectors(RNG.standard_normal((9, 4))))
    assert len(orders) == 20
    assert all(sorted(order) == list(range(9)) for order in orders)


def test_paths_go_to_the_nearest_and_to_the_farthest():
    orders = theory.candidate_orders(Tasks.from_vectors(np.arange(9.0)[:, None]))
    assert tuple(range(9)) in orders
    assert (0, 8, 1, 7, 2, 6, 3, 5, 4) in orders


@pytest.mark.parametrize("objective", ["error", "forgetting"])
def test_greedy_order_cannot_be_improved_by_one_move_and_is_exact_when_all_are_tried(objective):
    tasks = Tasks.from_vectors(RNG.standard_normal((8, 3)))
    setting = (tasks, 10, 3, 120, 0.1)
    order = theory.greedy_order(*setting, objective)
    (value,) = theory.order_values(*setting, [order], objective)
    assert value <= theory.order_values(*setting, theory.candidate_orders(tasks), objective).min()
    for _ in range(40):
        i, j = RNG.integers(8, size=2)
        rest = [k for k in order if k != order[i]]
        neighbour = (*rest[:j], order[i], *rest[j:])
        assert value <= theory.order_values(*setting, [neighbour], objective)[0] + 1e-15

    few = Tasks(tasks.gram[:4, :4])
    best = theory.greedy_order(few, 10, 3, 120, 0.1, objective)
    values = theory.order_values(few, 10, 3, 120, 0.1, [best, *permutations(range(4))], objective)
    assert values[0] == values.min()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"orders": [(0, 0)]}, "an order must be a permutation of 0 to 1; got (0, 0)"),
        ({"objective": "loss"}, "objective must be 'error' or 'forgetting'; got 'loss'"),
    ],
)
def test_impossible_input(change, message):
    arguments = {"samples": 9, "memory": 4, "p": 50, "noise_var": 0.1, "orders": [(0, 1)]} | change
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        theory.order_values(Tasks.chain(2, 0.5), **arguments)


def test_many_tasks_are_refused_where_they_would_take_for_ever_and_listed_where_not():
    message = "tasks must be at most 40, for each round compares T² orders; got 200"
    many = Tasks.chain(200, 0.9)
    with pytest.raises(ValueError, match=whole(message)):
        theory.greedy_order(many, 5, 0, 2000, 0.1)
    started = time.process_time()
    orders = theory.candidate_orders(many)
    assert time.process_time() - started < 3
    assert orders[2] == tuple(range(200))  # the nearest to task 0 is task 1, and so on
    assert {tuple(sorted(order)) for order in orders} == {tuple(range(200))}
