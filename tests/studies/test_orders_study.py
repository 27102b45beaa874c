"""Orders that are drawn and trained: against the formulas, against autodiff, and one at a time."""

import re
from itertools import permutations

import numpy as np
import pytest
import torch

from manytasks import Tasks, flow, theory
from manytasks.simulate.replay_path import data_in_span, path_errors
from manytasks.statistics import limit_slope, rank_correlation
from manytasks.streams import stream
from manytasks.studies.dynamics.smooth_orders import compare, cubic_tasks
from manytasks.studies.linear.linear_orders import central_last, drawn_order, random_problems, survey
from manytasks.studies.linear.task_orders import (
    left_by_rehearsal,
    permuted_digits,
    predictions,
    rehearsal_costs,
    tabled,
    trained_in_orders,
)

W = np.array([[1.0, 0.0], [0.3, 1.0], [-0.5, 0.4]])


def test_drawn_together_is_the_path_of_the_simulation():
    X, y = data_in_span(stream(1), 20, W, np.full(3, 4), 30, 0.2)
    path = path_errors(X, y, W, np.full(3, 4), np.full(3, 2), "warm")
    np.testing.assert_allclose(drawn_order(X, y, W, (0, 1, 2), 4, 2), path[:, -1].mean(axis=1), rtol=1e-9)


def test_rehearsing_after_fits_the_buffer_and_needs_one():
    X, y = data_in_span(stream(2), 20, W, np.full(3, 4), 30, 0.0)
    without = [drawn_order(X, y, W, (2, 0, 1), 4, 0, how) for how in ("together", "after")]
    np.testing.assert_allclose(*without, rtol=1e-12)
    after, together = (drawn_order(X, y, W, (2, 0, 1), 4, 3, how) for how in ("after", "together"))
    assert np.abs(after - together).max() > 1e-3
    with pytest.raises(ValueError, match=re.escape("rehearsal must be 'together' or 'after'; got 'before'")):
        drawn_order(X, y, W, (2, 0, 1), 4, 3, "before")


def test_problems_are_above_every_threshold_and_central_last_ends_with_the_centre():
    for problem in random_problems(5, 20, seed=3):
        assert 0 < problem.memory < problem.samples
        assert problem.p > problem.samples + 4 * problem.memory + 1
        assert theory.best_order(*problem).exact
        assert central_last(problem.tasks)[-1] == problem.tasks.distances2.sum(axis=0).argmin()
    assert central_last(Tasks.from_vectors([[5.0], [0.0], [1.0]]))[0] == 0


def test_one_pass_over_all_orders_is_descent_order_by_order():
    tasks = cubic_tasks(4, 3, seed=1)
    losses, orders = tasks.losses(), np.array(list(permutations(range(4))))
    loss, forgotten = tasks.one_pass(orders, 0.05)
    for i in (0, 7, 23):
        point, own = torch.as_tensor(tasks.theta), 0.0
        for t in orders[i]:
            point = flow.descend([losses[t]], point, 0.05)
            own += float(losses[t](point))
        end = [float(each(point)) for each in losses]
        assert loss[i] == pytest.approx(np.mean(end), rel=1e-12)
        assert forgotten[i] == pytest.approx(np.sum(end) - own, rel=1e-9, abs=1e-12)


def test_networks_in_orders_are_descent_one_by_one():
    streams = permuted_digits(2, 3, samples=5, hidden=4, seed=1)
    orders = [(0, 1, 2), (2, 0, 1)]
    loss, forgotten = trained_in_orders(streams, orders, 0.1, steps=2)
    costs, products = predictions(streams)
    for i in range(2):
        losses = [streams.network.cross_entropy(streams.x[i, t], streams.y[i, t]) for t in range(3)]
        np.testing.assert_allclose(costs[i], flow.order_costs(losses, streams.start[i]), rtol=1e-9)
        np.testing.assert_allclose(products[i], flow.forgetting_products(losses, streams.start[i]), rtol=1e-9)
        for k, order in enumerate(orders):
            point, own = streams.start[i], 0.0
            for t in order:
                point = flow.descend([losses[t]], point, 0.1, rounds=2)
                own += float(losses[t](point))
            end = [float(each(point)) for each in losses]
            assert loss[i, k] == pytest.approx(np.mean(end), rel=1e-12)
            assert forgotten[i, k] == pytest.approx(np.sum(end) - own, rel=1e-9, abs=1e-12)


def test_a_buffer_adds_the_loss_of_every_earlier_task_to_a_step():
    streams, kept, order = permuted_digits(2, 3, samples=5, hidden=4, seed=1), 2, (2, 0, 1)
    loss, _ = trained_in_orders(streams, [order], 0.1, 2, kept)
    costs = rehearsal_costs(streams, kept)
    for i in range(2):
        x, y, network = streams.x[i], streams.y[i], streams.network
        own = [network.cross_entropy(x[t], y[t]) for t in range(3)]
        stored = [network.cross_entropy(x[t, :kept], y[t, :kept]) for t in range(3)]
        point = streams.start[i]
        for place, t in enumerate(order):
            of_step = [own[t], *(stored[s] for s in order[:place])]
            point = flow.descend(
                [lambda theta, of=of_step: sum(one(theta) for one in of)], point, 0.1, rounds=2
            )
        assert loss[i, 0] == pytest.approx(np.mean([float(one(point)) for one in own]), rel=1e-12)
        mean = sum(torch.func.grad(one)(streams.start[i]) for one in own) / 3
        agreement = [float(torch.func.grad(one)(streams.start[i]) @ mean) for one in stored]
        np.testing.assert_allclose(costs[i], -np.array(agreement)[:, None].repeat(3, axis=1), rtol=1e-9)


def test_what_the_first_order_of_a_buffer_leaves_is_of_second_order():
    streams, rates = permuted_digits(3, 4, samples=8, hidden=4, seed=2), np.array([4e-4, 2e-4, 1e-4])
    orders = list(permutations(range(4)))
    left = left_by_rehearsal(streams, orders, rates, kept=3)
    np.testing.assert_allclose(limit_slope(rates, left), 2, rtol=0, atol=0.05)
    ends = [trained_in_orders(streams, orders, h, 1, kept=3)[0].std(axis=1) for h in rates]
    assert limit_slope(rates, np.array(ends)).max() < 1.2  # the effect of order itself is of first order


def test_the_first_task_has_its_pixels_and_the_last_has_none_in_place():
    streams = permuted_digits(1, 3, samples=200, hidden=4, seed=1)
    edge = streams.x[0, :, :, 0]  # a corner of the image, which is empty in all digits
    assert edge[0].abs().max() == 0
    dark = (streams.x[0].abs().amax(dim=1) == 0).numpy()  # (T, 64) pixels that no image uses
    assert (dark[0] != dark[2]).any()


def test_a_survey_finds_no_regret_up_to_three_tasks_and_some_beyond():
    assert survey(3, 30, seed=2).regret.max() == 0
    found = survey(5, 30, seed=2)
    assert 0 < (found.regret > 0).mean() < 0.8
    (value,) = theory.order_values(*found.problems[0], [central_last(found.problems[0].tasks)])
    assert value == pytest.approx(found.best[0] * (1 + found.regret[0]), rel=1e-11)


def test_what_the_tables_leave_is_of_third_order():
    rates = np.array([0.01, 0.005, 0.0025])
    found = compare(cubic_tasks(4, 5, seed=3), np.array(list(permutations(range(4)))), rates)
    np.testing.assert_allclose(limit_slope(rates, found.unexplained), [3, 3], rtol=0, atol=0.1)
    plain = np.ptp(found.measured, axis=-1)
    assert limit_slope(rates, plain[:, 0]) < 2.2  # the effect of order itself is of second order


def test_tables_rank_small_steps_of_networks():
    streams = permuted_digits(2, 4, samples=8, hidden=4, seed=1)
    orders = list(permutations(range(4)))
    predicted = tabled(*predictions(streams), orders)
    measured = trained_in_orders(streams, orders, 0.002, steps=1)
    for one, other in zip(predicted, measured, strict=True):
        assert rank_correlation(one, other).min() > 0.97
