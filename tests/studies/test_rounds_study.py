"""Rounds, flows and gaps of two quadratics, whose steps are products and whose flows are exponentials."""

import numpy as np
import pytest
import torch

from manytasks.statistics import limit_slope
from manytasks.studies.dynamics.round_gaps import OrderGap, distances, flowed_in_turn, joined, order_gaps
from manytasks.studies.dynamics.round_reach import reach
from manytasks.studies.dynamics.rounds import EXPECTED, FIELDS, flowed, repeated, stepped
from manytasks.studies.dynamics.scaled_pairs import scaled_pairs
from manytasks.studies.dynamics.small_pairs import Pairs

A = torch.tensor([[1.0, 0.3], [0.3, 0.2]], dtype=torch.float64)
B = torch.tensor([[0.1, -0.2], [-0.2, 0.8]], dtype=torch.float64)
CENTRE = torch.tensor([0.5, -1.0], dtype=torch.float64)
START = torch.tensor([[1.0, 2.0], [-0.5, 0.4], [2.0, 0.0]], dtype=torch.float64)
RATES = [0.1, 0.2]
UNIT = torch.eye(2, dtype=torch.float64)


def losses(data):
    return [lambda t: data["a"] * t @ A @ t / 2, lambda t: (t - CENTRE) @ B @ (t - CENTRE) / 2]


@pytest.fixture
def pairs():
    return Pairs(losses, START, {"a": torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)})


def step(t, which, h, a):
    return t - h * (a * A @ t if which == 0 else B @ (t - CENTRE))


def glide(t, which, time, a):
    if which == 0:
        return torch.matrix_exp(-time * a * A) @ t
    return CENTRE + torch.matrix_exp(-time * B) @ (t - CENTRE)


def ends(pairs, move, rates, order, weights=(1.0, 1.0, 1.0)):
    found = torch.empty(len(rates), len(pairs), 2, dtype=torch.float64)
    for i, h in enumerate(rates):
        for j, (t, a) in enumerate(zip(pairs.theta, pairs.data["a"], strict=True)):
            for which, weight in zip(order, weights, strict=False):
                t = move(t, which, weight * h, a)
            found[i, j] = t
    return found


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_steps_and_flows_in_any_order(pairs, order):
    torch.testing.assert_close(stepped(pairs, RATES, order), ends(pairs, step, RATES, order))
    torch.testing.assert_close(flowed_in_turn(pairs, RATES, order), ends(pairs, glide, RATES, order))
    halves = (0.5, 1.0, 0.5)
    weighted = stepped(pairs, RATES, order, halves[: len(order)])
    torch.testing.assert_close(weighted, ends(pairs, step, RATES, order, halves))


def test_repeated_pairs_keep_their_data(pairs):
    rows, h = repeated(pairs, RATES)
    assert rows.data["a"].tolist() == [1.0, 2.0, 0.5] * 2
    assert h.tolist() == [0.1] * 3 + [0.2] * 3


def test_the_gradient_flow_of_the_sum(pairs):
    times = [0.7, 1.5]
    found = flowed(pairs, FIELDS["gradient flow"], RATES, times)
    for i, time in enumerate(times):
        for j, (t, a) in enumerate(zip(START, pairs.data["a"], strict=True)):
            total = a * A + B
            rest = torch.linalg.solve(total, B @ CENTRE)
            torch.testing.assert_close(found[i, j], rest + torch.matrix_exp(-time * total) @ (t - rest))
    torch.testing.assert_close(
        flowed(pairs, FIELDS["gradient flow"], RATES), flowed(pairs, FIELDS["gradient flow"], RATES, RATES)
    )


@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
def test_each_field_is_left_with_the_power_that_is_expected(criterion):
    rates = [0.08, 0.04, 0.02]
    found = distances(scaled_pairs("tanh", criterion, 2, 1), rates)
    assert found.keys() == EXPECTED.keys()
    for name, power in EXPECTED.items():
        np.testing.assert_allclose(limit_slope(rates, found[name]).mean(), power, atol=0.1)


def test_the_bracket_is_all_of_the_gap_of_steps_on_quadratics(pairs):
    found = order_gaps(pairs, RATES)
    lie = torch.stack(
        [B @ (a * A @ t) - a * A @ (B @ (t - CENTRE)) for t, a in zip(START, pairs.data["a"], strict=True)]
    )
    squares = torch.tensor(RATES, dtype=torch.float64)[:, None] ** 2
    np.testing.assert_allclose(found["steps"].gap, squares * lie.norm(dim=1))
    assert found["steps"].left_over.max() < 1e-14
    both = ends(pairs, glide, RATES, (0, 1)) - ends(pairs, glide, RATES, (1, 0))
    np.testing.assert_allclose(found["flows"].gap, both.norm(dim=-1), rtol=1e-6)
    rest = (both - squares[..., None] * lie).norm(dim=-1)
    np.testing.assert_allclose(found["flows"].left_over, rest, rtol=1e-5)
    np.testing.assert_allclose(found["flows"].missed, rest / both.norm(dim=-1), rtol=1e-5)


def test_gaps_of_several_sets_stand_side_by_side():
    one, two = OrderGap(np.ones((2, 3)), np.zeros((2, 3))), OrderGap(np.full((2, 1), 4.0), np.ones((2, 1)))
    both = joined([one, two])
    assert both.missed.tolist() == [[0, 0, 0, 0.25]] * 2


def test_many_rounds_and_large_rates(pairs):
    found = reach(pairs, [4, 8], [0.5], ["gradient flow", "with the bracket"], duration=2.0)
    assert list(found) == ["gradient flow", "with the bracket"]
    flow_end = flowed(pairs, FIELDS["gradient flow"], [1.0], [2.0])[0]
    for i, rounds in enumerate((4, 8)):
        end = ends(pairs, step, [2.0 / rounds], (0, 1) * rounds, (1.0,) * (2 * rounds))[0]
        np.testing.assert_allclose(found["gradient flow"].after[i], (end - flow_end).norm(dim=-1), rtol=1e-9)
    once = ends(pairs, step, [0.5], (0, 1))
    off = (once - flowed(pairs, FIELDS["gradient flow"], [0.5])).norm(dim=-1)
    np.testing.assert_allclose(found["gradient flow"].off, off / (once - START).norm(dim=-1), rtol=1e-9)
    assert (found["with the bracket"].after < found["gradient flow"].after).all()
