"""One learner by hand, a valley by a solver of ODEs, factors of a quadratic, a sweep that is known."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.integrate import solve_ivp

from manytasks import flow
from manytasks.statistics import limit_slope, mean_interval
from manytasks.studies.dynamics import shown_learner
from manytasks.studies.dynamics.flatness_fields import SETTINGS
from manytasks.studies.dynamics.flatness_flows import flatness_changes
from manytasks.studies.dynamics.flatness_networks import FlatnessNetworks, flatness_networks
from manytasks.studies.dynamics.flatness_sweep import FlatnessSweep
from manytasks.studies.dynamics.one_task_steps import relative_gaps, scaled_learners, step_gaps
from manytasks.studies.dynamics.random_pairs import generator_of, normal, random_tasks, starts
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses
from manytasks.studies.dynamics.step_reach import StepReach, quadratic_errors, step_reach


def test_the_shown_learner_has_its_own_stream_and_unit_curvature():
    learner, network = shown_learner.shown_learner(4), shown_learner.NETWORK
    generator = generator_of(4, "task")
    torch.testing.assert_close(learner.x, normal(generator, 8, 3))
    torch.testing.assert_close(learner.y, normal(generator, 8, 1))
    raw = network.squared_loss(learner.x, learner.y)
    curvature = torch.func.jacrev(torch.func.grad(raw))(learner.theta)
    top = torch.linalg.eigvalsh(curvature)[-1]
    torch.testing.assert_close(learner.loss(learner.theta + 0.1), raw(learner.theta + 0.1) / top)
    rates = [0.1, 0.05]
    end = learner.theta - 0.05 * torch.func.grad(learner.loss)(learner.theta)
    follow = flow.integrate(lambda t: -torch.func.grad(learner.loss)(t), learner.theta, 0.05)
    np.testing.assert_allclose(step_gaps(learner.pairs, [0], rates)[0, 1, 0], float((end - follow).norm()))


def test_iterates_tell_the_field_of_every_order():
    rates = np.array([0.05, 0.025, 0.0125])
    found = shown_learner.shown_learner(1).second_route([0, 1, 2], rates)
    np.testing.assert_allclose(limit_slope(rates, found, axis=1), [1, 2, 3], atol=0.15)


def test_the_valley_by_hand_and_by_a_solver():
    found = shown_learner.walk_the_valley(0.3, 4, [0, 1])

    def slope(p):
        return np.array([p[0] + 0.1 * p[0] * p[1] ** 2, 0.2 * p[1] + 0.1 * p[1] * p[0] ** 2])

    point = np.ones(2)
    for step in found.steps:
        np.testing.assert_allclose(step, point)
        point = point - 0.3 * slope(point)
    times = np.linspace(0, 1.2, 200)
    flowed = solve_ivp(lambda _, p: -slope(p), (0, 1.2), [1, 1], t_eval=times, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.flows[0], flowed.y.T, atol=1e-6)
    near, far = (np.linalg.norm(found.flows[k][-1] - found.steps[-1]) for k in (1, 0))
    assert near < far / 3


def test_factors_of_a_quadratic_are_those_of_the_package():
    for order in (0, 1, 3):
        field = flow.modified_field([lambda t: (t**2).sum() / 2], 0.3, order)
        pull = float(field(torch.ones(1, dtype=torch.float64)))
        np.testing.assert_allclose(quadratic_errors([0.3], order), abs(np.exp(0.3 * pull) - 0.7))
    small = np.array([0.02, 0.01])
    for order in (0, 2):
        found = quadratic_errors(small, order)
        np.testing.assert_allclose(np.log2(found[0] / found[1]), order + 2, atol=0.05)


def test_the_reach_of_many_steps():
    network, rates = flow.Network((2, 2, 1)), [0.1, 0.4]
    found = step_reach(network, 3, 4, rates, seed=2)
    np.testing.assert_allclose(found.off, relative_gaps(scaled_learners(network, 3, 4, 2), [0, 1], rates)[1])
    known = StepReach(np.array([0.1, 0.4]), np.array([[0.01, 0.02, 0.03], [0.16, 0.32, 0.03001]]))
    np.testing.assert_allclose(known.reaches(0.04)[:2], [0.2, np.sqrt(0.02)])
    assert known.by_rate.off.tolist() == [0.02, 0.16]
    assert known.by_rate.rate.tolist() == [0.1, 0.4]


@pytest.fixture(scope="module")
def table():
    """Logarithms are 2 (h + λ) times the number of tasks; errors are h + λ; curvature 1 at the finest."""
    rows = []
    ways = [(rate, 0.0) for rate in (0.1, 0.2, 0.4, 0.8)] + [(0.1, 0.1), (0.1, 0.3), (0.1, 0.7)]
    for tasks in (1, 3):
        for level in (0.2, 0.5):
            for seed in range(3):
                for rate, penalty in ways:
                    value = np.exp(2 * tasks * (rate + penalty - 0.1) * level)
                    row = {"gradient_norm": value, "sharpness": value, "test_loss": value, "time": value}
                    row |= {"steps": value, "test_error": rate + penalty, "seed": seed, "tasks": tasks}
                    rows.append(row | {"level": level, "rate": rate, "penalty": penalty})
    found = pd.DataFrame(rows)
    lost = (found.rate == 0.4) & (found.seed == 2) & (found.level == 0.2)
    found.loc[lost, "test_loss"] = np.nan
    return found


def test_what_a_sweep_has(table):
    sweep = FlatnessSweep.of(table)
    assert (sweep.rates, sweep.seeds) == ([0.1, 0.2, 0.4, 0.8], 3)
    assert sweep.cells == [(1, 0.2), (1, 0.5), (3, 0.2), (3, 0.5)]
    assert sweep.implicit == {0.2: (0.2, 0.0), 0.4: (0.4, 0.0), 0.8: (0.8, 0.0)}
    assert sweep.explicit == {0.2: (0.1, 0.1), 0.4: (0.1, 0.3), 0.8: (0.1, 0.7)}
    assert (sweep.reached(0.2), sweep.reached(0.4)) == (3, 2)


def test_changes_of_a_sweep_are_those_that_were_put_in(table):
    sweep = FlatnessSweep.of(table)
    for tasks in (1, 3):
        for way in ((0.4, 0.0), (0.1, 0.3)):
            change = sweep.change(tasks, way, "sharpness")
            np.testing.assert_allclose([change.value, change.high], 2 * tasks * 0.3 * 0.5)
            hundreds = sweep.in_hundreds(tasks, way, "sharpness").value
            np.testing.assert_allclose(hundreds, 100 * np.expm1(2 * tasks * 0.3 * 0.5))
            np.testing.assert_allclose(sweep.in_hundreds(tasks, way, "test_error").value, 30)


def test_answers_and_products_of_a_sweep(table):
    sweep = FlatnessSweep.of(table)
    speed = sweep.answers("time", 0.4, 0.05)
    assert speed.rate.tolist() == [0.4, 0.8]
    np.testing.assert_allclose([one.value for one in speed.found], [3 * 0.3, 3 * 0.7])  # level 0.5, 3 tasks
    alike = sweep.answers("sharpness", 0.2, 0.05).found[0].value
    np.testing.assert_allclose(alike, -0.2 * 2 * 0.1 * 0.2)  # the least change, of 1 task at 0.2
    products = sweep.products(0.95)
    expected = [rate * np.exp(2 * (rate - 0.1) * 0.2) for rate in sweep.rates]
    np.testing.assert_allclose([one.value for one in products.found], expected)
    assert products.rate.tolist() == sweep.rates


def test_flatness_of_networks_by_setting():
    network, names = flow.Network((3, 5, 1)), ("x1", "y1", "x2", "y2")
    tasks = random_tasks(network, 2, 8, generator_of(6, "pairs of tasks"), names)
    pairs = Pairs(squared_losses(network), starts(network, 2, 6, "pair", scale=1.5), tasks)
    found = flatness_networks(2, 0.2, 8, seed=6)
    np.testing.assert_allclose(found.changes, flatness_changes(pairs, 0.2, 8).dropna())
    columns = [(setting, terms) for setting in SETTINGS for terms in ("flatness", "all")]
    known = FlatnessNetworks(pd.DataFrame({column: [k, k + 1.0] for k, column in enumerate(columns)}))
    assert [one.value for one in known.means("all")] == [1.5, 3.5, 5.5]
    assert known.means("flatness", 0.5)[0] == mean_interval([0.0, 1.0], 0.5)
