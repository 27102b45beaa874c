"""Schedules, rounds and orders of quadratics, whose steps are products of matrices, flows exponentials."""

from functools import reduce
from itertools import permutations

import numpy as np
import pytest
import torch

from manytasks import flow
from manytasks.statistics import limit_slope
from manytasks.studies.dynamics import alternation
from manytasks.studies.dynamics.order_sums import order_sums
from manytasks.studies.dynamics.palindromes import ORDERS, mean_order_gap, schedule_gaps
from manytasks.studies.dynamics.scaled_pairs import scaled_pairs
from manytasks.studies.dynamics.small_pairs import Pairs

A = torch.tensor([[1.0, 0.3], [0.3, 0.2]], dtype=torch.float64)
B = torch.tensor([[0.1, -0.2], [-0.2, 0.8]], dtype=torch.float64)
D = torch.tensor([[0.5, 0.4], [0.4, 0.3]], dtype=torch.float64)
UNIT = torch.eye(2, dtype=torch.float64)
START = torch.tensor([[1.0, 2.0], [-0.5, 0.4], [2.0, 0.0]], dtype=torch.float64)


@pytest.fixture
def pairs():
    return Pairs(lambda d: [lambda t: t @ A @ t / 2, lambda t: t @ B @ t / 2], START, {})


def product(matrices):
    """The first one acts first."""
    return reduce(lambda done, step: step @ done, matrices, UNIT)


def modified(order, weights, h):
    """Flow for the time h of the modified loss: each step adds its matrix, and half of h times its square."""
    steps = [w * (A, B)[i] for i, w in zip(order, weights, strict=True)]
    return torch.matrix_exp(-h * sum(M + h / 2 * M @ M for M in steps))


@pytest.mark.parametrize("name", ORDERS)
def test_gaps_of_schedules_of_quadratics(pairs, name):
    order, weights = ORDERS[name]
    assert all(sum(w for k, w in zip(order, weights, strict=True) if k == task) == 1 for task in (0, 1))
    found = schedule_gaps(pairs, [0.3, 0.1])[name]
    for i, h in enumerate((0.3, 0.1)):
        round_ = product(UNIT - h * w * (A, B)[k] for k, w in zip(order, weights, strict=True))
        apart = START @ (round_ - modified(order, weights, h)).T
        np.testing.assert_allclose(found[i], apart.norm(dim=1), rtol=1e-8)


def test_the_mean_of_both_orders_of_quadratics(pairs):
    found, h = mean_order_gap(pairs, [0.3])[0], 0.3
    mean = ((UNIT - h * B) @ (UNIT - h * A) + (UNIT - h * A) @ (UNIT - h * B)) / 2
    apart = START @ (mean - modified((0, 1), (1, 1), h)).T
    np.testing.assert_allclose(found, apart.norm(dim=1), rtol=1e-8)


def test_palindromes_gain_a_power_on_networks():
    rates, networks = [0.08, 0.04, 0.02], scaled_pairs("tanh", "squared", 3, 1)
    powers = {name: limit_slope(rates, gap).mean() for name, gap in schedule_gaps(networks, rates).items()}
    np.testing.assert_allclose(list(powers.values()), [2, 3, 3], atol=0.1)
    np.testing.assert_allclose(limit_slope(rates, mean_order_gap(networks, rates)).mean(), 3, atol=0.1)


FLIPS = [True, False, False] * 20


@pytest.mark.parametrize("kind", alternation.KINDS)
def test_rounds_of_every_kind_are_products(pairs, kind):
    rate, rounds = 0.1, 45
    one, two = UNIT - rate * A, UNIT - rate * B
    half, forward, backward = UNIT - rate / 2 * A, two @ one, one @ two
    each = {
        "together": lambda k: UNIT - rate * (A + B),
        "1, 2": lambda k: forward,
        "2, 1": lambda k: backward,
        "½1, 2, ½1": lambda k: half @ two @ half,
        "1, 2, 2, 1": lambda k: backward if k % 2 else forward,
        "random": lambda k: forward if FLIPS[k] else backward,
    }[kind]
    found = alternation.alternate(pairs, kind, rounds, rate, FLIPS)
    torch.testing.assert_close(found.end, START @ product(map(each, range(rounds))).T)
    assert found.loss.shape == (2, 3)  # after 20 rounds and after 40
    for i, read in enumerate((20, 40)):
        there = START @ product(map(each, range(read))).T
        np.testing.assert_allclose(found.loss[i], ((there @ A) * there).sum(1) / 2)


def test_other_kinds_of_rounds_are_refused():
    with pytest.raises(ValueError, match="kind must be one of"):
        alternation.steps_of_round("1, 1", 0, [])


def test_half_a_step_is_half_of_the_first_order(pairs):
    expected = 0.05 * (START @ A).square().sum(1)
    np.testing.assert_allclose(alternation.half_a_step(pairs, 0.1), expected)


@pytest.mark.parametrize("rounds", [1, 7])
def test_blocks_are_powers(pairs, rounds):
    def loss(t):
        return ((t @ A) * t).sum(1) / 2

    learned = START @ torch.linalg.matrix_power(UNIT - 0.1 * A, rounds).T
    last = learned @ torch.linalg.matrix_power(UNIT - 0.1 * B, rounds - 1).T
    plain, shared = alternation.in_blocks(pairs, rounds, 0.1)
    np.testing.assert_allclose(plain, loss(last @ (UNIT - 0.1 * B).T) - loss(learned))
    np.testing.assert_allclose(shared, loss(last @ (UNIT - 0.05 * (A + B)).T) - loss(learned))


def test_sums_of_brackets_of_three_quadratics():
    matrices, theta, rate = (A, B, D), START[0], 0.01
    found = order_sums([lambda t, M=M: t @ M @ t / 2 for M in matrices], theta, rate)
    ends, lengths = [], []
    for order in permutations(range(3)):
        M = [matrices[k] for k in order]
        total = sum(M[j] @ M[i] - M[i] @ M[j] for i in range(3) for j in range(i + 1, 3))
        lengths.append(float((total @ theta).norm()))
        ends.append(product(UNIT - rate * each for each in M) @ theta)
    np.testing.assert_allclose(found.lengths, lengths)
    np.testing.assert_allclose(found.relative.mean(), 1)
    away = [float((end - sum(ends) / 6).norm()) for end in ends]
    near, far = away[int(found.lengths.argmin())], away[int(found.lengths.argmax())]
    np.testing.assert_allclose(found.closer, near / far, rtol=1e-6)
    assert found.closer < 1


def test_a_task_has_no_bracket_with_itself():
    """Of one task twice and another, only the brackets with the other are left; in between they cancel."""
    same = order_sums([lambda t: t @ A @ t / 2] * 2 + [lambda t: t @ B @ t / 2], START[1], 0.01)
    lie = flow.lie_bracket(lambda t: t @ A @ t / 2, lambda t: t @ B @ t / 2, START[1]).norm()
    np.testing.assert_allclose(sorted(same.lengths), [0, 0, *[2 * lie] * 4], atol=1e-15)
