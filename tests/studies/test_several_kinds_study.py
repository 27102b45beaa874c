"""Kinds of networks stay apart until they are joined, shares are counted, draws come in their order."""

import numpy as np
import pytest
import torch

from manytasks import flow
from manytasks.statistics import mean_interval
from manytasks.studies.dynamics import independent_data as independent
from manytasks.studies.dynamics import several_kinds
from manytasks.studies.dynamics.bracket_terms import push_against_flatness, trained_together
from manytasks.studies.dynamics.disruption import RATE, Disruption, disruption
from manytasks.studies.dynamics.parallelogram import ANGLES, CENTRES, START, parallelogram
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.round_gaps import flowed_in_turn, order_gap
from manytasks.studies.dynamics.round_reach import Reach
from manytasks.studies.dynamics.rounds import FIELDS, flowed, stepped
from manytasks.studies.dynamics.scaled_pairs import scaled_pairs
from manytasks.studies.dynamics.small_pairs import Pairs


@pytest.fixture(scope="module")
def kinds():
    return [scaled_pairs("tanh", "squared", 2, 1), scaled_pairs("softplus", "cross-entropy", 1, 1)]


def test_the_gap_of_the_parallelogram_by_matrices():
    turns = [np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in ANGLES]
    first, second = (turn @ np.diag([1, 0.05]) @ turn.T for turn in turns)
    slopes = [H @ (np.array(START) - c) for H, c in zip((first, second), np.array(CENTRES), strict=True)]
    for step in (0.9, 0.3):
        found = parallelogram(step)
        np.testing.assert_allclose(found.gap, step**2 * (second @ slopes[0] - first @ slopes[1]))
        one, two = found.walks[0, 1], found.walks[1, 0]
        np.testing.assert_allclose(one[-1] - two[-1], found.gap)
        np.testing.assert_allclose(one[1], np.array(START) - step * slopes[0])
        np.testing.assert_allclose(two[1], np.array(START) - step * slopes[1])


def quadratics(*sharp):
    start = torch.tensor([[1.0, 0.5]] * len(sharp), dtype=torch.float64)
    losses = (lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2)
    data = {"sharp": torch.tensor(sharp, dtype=torch.float64)}
    return Pairs(lambda d: [lambda t: d["sharp"] * losses[0](t), losses[1]], start, data)


def test_distances_and_gaps_of_all_kinds_stand_side_by_side():
    rates, several = [0.2, 0.05], [quadratics(1.0, 0.5), quadratics(0.1)]
    found, gaps = several_kinds.all_distances(several, rates), several_kinds.all_order_gaps(several, rates)
    assert list(found) == list(FIELDS)
    for pairs, columns in zip(several, (slice(2), slice(2, 3)), strict=True):
        end = flowed(pairs, FIELDS["with the bracket"], rates)
        alone = (stepped(pairs, rates) - end).norm(dim=-1)
        np.testing.assert_allclose(found["with the bracket"][:, columns], alone)
        for way, move in (("steps", stepped), ("flows", flowed_in_turn)):
            np.testing.assert_allclose(gaps[way].gap[:, columns], order_gap(pairs, rates, move).gap)


def test_the_bracket_term_is_as_long_as_the_next_order_where_it_says(kinds):
    found = several_kinds.dominance(kinds)
    losses = kinds[0].losses({name: value[1] for name, value in kinds[0].data.items()})
    here, rate = kinds[0].theta[1], float(found.equal_at[1])
    fields = [flow.modified_field(losses, rate, k)(here) for k in (0, 1, 2)]
    half = rate * flow.lie_bracket(*losses, here) / 2
    np.testing.assert_allclose(float((fields[2] - fields[1]).norm()), float(half.norm()))
    rest = float((fields[1] - fields[0] - half).norm())
    np.testing.assert_allclose(found.part[1], float(half.norm()) / (float(half.norm()) + rest))
    between = sorted(found.equal_at)
    rates = [between[0] / 2, between[0] * 1.001, between[2] * 2]
    np.testing.assert_allclose(found.longer(rates).longer, [1, 2 / 3, 0])


def test_disruption_is_measured_before_and_after_training(kinds):
    found = disruption(kinds, 5)
    np.testing.assert_allclose(found.drawn[2:], push_against_flatness(kinds[1]))
    np.testing.assert_allclose(found.trained[:2], push_against_flatness(trained_together(kinds[0], 5, RATE)))
    assert found.same_side == 0
    assert not np.allclose(found.drawn, found.trained)


def test_what_outweighs_flatness_is_counted():
    found = Disruption(np.array([0.5, 1.5, -3.0, 0.9]), np.array([2.0, 1.1, 7.0, 1.0]), 0)
    shares = found.outweighed()
    assert shares["where"].tolist() == ["drawn", "trained"]
    assert [one.value for one in shares.part] == [0.25, 0.75]
    assert found.outweighed(0.5).part[0].high < shares.part[0].high


def test_the_rate_of_an_error_is_read_on_logarithmic_axes():
    large = [0.1, 0.2, 0.4]
    found = Reach(np.zeros((1, 3)), np.square(large)[:, None] * [1.0, 1.0, 9.0])
    np.testing.assert_allclose(found.good_up_to(large, 0.03), np.sqrt(0.03))
    assert found.good_up_to(large, 10.0) == pytest.approx(0.4)


@pytest.fixture(scope="module")
def data():
    return independent.independent_data(2, 3, seed=5)


def test_draws_come_from_one_generator_in_their_order(data):
    generator = generator_of(5, "drift")
    for count, (theta, tasks), name in (
        (2, data.streams, "drift"),
        (3, data.moving, "within"),
        (1, (None, {name: value[None] for name, value in data.one.items()}), ""),
        (6, data.mixing, "mixing"),
    ):
        for key, value in random_tasks(independent.NETWORK, count, 8, generator).items():
            torch.testing.assert_close(tasks[key], value)
        if theta is not None:
            torch.testing.assert_close(theta, starts(independent.NETWORK, count, 5, name))


def test_brackets_of_independent_tasks(data):
    found = independent.independence(data, [0.0, 0.5, 1.0], seed=5)
    (theta, tasks), network = data.mixing, independent.NETWORK
    np.testing.assert_allclose(found.relative[:, 0], 0, atol=1e-12)
    assert found.disjoint == 0
    one, two = (network.squared_loss(tasks[f"x{i}"][4], tasks[f"y{i}"][4]) for i in (1, 2))
    for here, seen in (
        (theta[4], found.relative[4, -1]),
        (flow.descend([one], theta[4], independent.RATE, independent.LEARNED), found.trained[4, -1]),
    ):
        lengths = [torch.func.grad(loss)(here).norm() for loss in (one, two)]
        expected = flow.lie_bracket(one, two, here).norm() / lengths[0] / lengths[1]
        np.testing.assert_allclose(seen, float(expected), rtol=1e-6)
    growths = found.growths(0.9)
    assert growths.parameters.tolist() == ["shared", "shared", "disjoint"]
    assert growths.growth[0] == mean_interval(found.relative[:, 2] - found.relative[:, 0], 0.9)
    assert growths.growth[1] == mean_interval(found.trained[:, 1] - found.trained[:, 0], 0.9)
    assert growths.growth[2].high == 0
