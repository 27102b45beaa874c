"""The conflict term by its definition: on networks with heads by plain loops, on quadratics by matrices."""

import numpy as np
import pandas as pd
import pytest
import scipy
import torch
from torch.func import grad

from manytasks import flow
from manytasks.statistics import limit_slope
from manytasks.studies.dynamics import conflict_flows, stalling
from manytasks.studies.dynamics.conflict_flows import with_conflict
from manytasks.studies.dynamics.conflict_sizes import conflict_of_copies, cosines
from manytasks.studies.dynamics.random_pairs import generator_of, normal
from manytasks.studies.dynamics.small_pairs import Pairs
from manytasks.studies.dynamics.trunk_and_heads import (
    FLOWS,
    TRUNK,
    inner,
    losses,
    step_distances,
    trunk_pairs,
)

A = torch.tensor([[1.0, 0.3], [0.3, 0.2]], dtype=torch.float64)
B = torch.tensor([[0.1, -0.2], [-0.2, 0.8]], dtype=torch.float64)
CENTRE = torch.tensor([0.5, -1.0], dtype=torch.float64)
START = torch.tensor([[1.0, 2.0], [-0.5, 0.4], [2.0, 0.0]], dtype=torch.float64)


@pytest.fixture
def pairs():
    return trunk_pairs(3, generator_of(1, "tasks"), 1)


@pytest.fixture
def quadratics():
    both = [lambda t: t @ A @ t / 2, lambda t: (t - CENTRE) @ B @ (t - CENTRE) / 2]
    return Pairs(lambda d: both, START, {})


def penalised(one, two, h):
    """The modified loss of Eq. 6, from gradients by name."""

    def loss(theta):
        g1, g2 = grad(one)(theta), grad(two)(theta)
        return one(theta) + two(theta) + h / 4 * sum(((g1[k] + g2[k]) ** 2).sum() for k in g1)

    return loss


def test_pairs_have_a_trunk_and_two_heads(pairs):
    generator = generator_of(1, "tasks")
    x1, x2, y1 = (normal(generator, 3, 10, columns) for columns in (3, 3, 2))
    normal(generator, 3, 10, 2)
    torch.testing.assert_close(pairs.theta["head1"], normal(generator, 3, 3, 2) / 3**0.5)
    torch.testing.assert_close(pairs.theta["trunk"][2], TRUNK.initial((1, "trunk", 2), scale=1.2))
    assert torch.equal(pairs.data["x2"], x2)
    (one, two), theta = pairs.one(1)
    expected = torch.tanh(TRUNK(theta["trunk"], x1[1])) @ theta["head1"] - y1[1]
    torch.testing.assert_close(one(theta), (expected**2).sum() / 20)
    assert not grad(one)(theta)["head2"].any()
    assert not grad(two)(theta)["head1"].any()
    torch.testing.assert_close(pairs.map(lambda both, t: both[1](t))[1], two(theta))


def test_a_step_follows_the_modified_loss(pairs):
    rates = [0.04, 0.02, 0.01]
    found = step_distances(pairs, rates, 2)
    assert all(found[name].shape == (3, 2) for name in FLOWS)
    powers = [limit_slope(rates, found[name]).mean() for name in FLOWS]
    np.testing.assert_allclose(powers, [2, 3, 2], atol=0.05)
    (one, two), theta = pairs.one(1)
    potential = penalised(one, two, 0.02)
    flowed = flow.integrate(lambda t: {k: -v for k, v in grad(potential)(t).items()}, theta, 0.02)
    g1, g2 = grad(one)(theta), grad(two)(theta)
    apart = sum(((theta[k] - 0.02 * (g1[k] + g2[k]) - flowed[k]) ** 2).sum() for k in theta) ** 0.5
    np.testing.assert_allclose(found["modified loss (Eq. 6)"][1, 1], apart, rtol=1e-4)


def test_a_step_on_a_weighted_sum_follows_equation_6_with_both_weights(pairs):
    alpha, beta, h = 0.7, 1.6, 0.02
    found = step_distances(pairs, [2 * h, h, h / 2], 2, (alpha, beta))
    (one, two), theta = pairs.one(1)

    def equation_6(t):
        g1, g2 = grad(one)(t), grad(two)(t)
        flatness = alpha**2 * inner(g1, g1) + beta**2 * inner(g2, g2)
        conflict = alpha * beta * h / 2 * (g1["trunk"] * g2["trunk"]).sum()
        return alpha * one(t) + beta * two(t) + h / 4 * flatness + conflict

    flowed = flow.integrate(lambda t: {k: -v for k, v in grad(equation_6)(t).items()}, theta, h)
    g1, g2 = grad(one)(theta), grad(two)(theta)
    apart = (
        sum(((theta[k] - h * (alpha * g1[k] + beta * g2[k]) - flowed[k]) ** 2).sum() for k in theta) ** 0.5
    )
    np.testing.assert_allclose(found["modified loss (Eq. 6)"][1, 1], apart, rtol=1e-4)
    powers = [limit_slope([2 * h, h, h / 2], found[name]).mean() for name in FLOWS]
    np.testing.assert_allclose(powers, [2, 3, 2], atol=0.1)


@pytest.mark.parametrize("weight", [0.0, 1.0, -1.0])
def test_the_conflict_term_with_any_weight(weight):
    one, two = (lambda t: t @ A @ t / 2), (lambda t: (t - CENTRE) @ B @ (t - CENTRE) / 2)
    t, h = START[0], 0.7
    g1, g2 = A @ t, B @ (t - CENTRE)
    flat = one(t) + two(t) + h / 4 * (g1 @ g1 + g2 @ g2)
    torch.testing.assert_close(with_conflict(weight, one, two, h)(t), flat + weight * h / 2 * (g1 @ g2))


def test_pushes_at_known_angles_by_matrices():
    angles, h = [-1.0, 0.0, 0.6, 1.0], 0.02
    generator = generator_of(3, "push")
    roots = [normal(generator, 4, 4).numpy() for _ in range(2)]
    H = [root @ root.T / 4 for root in roots]
    frame = torch.linalg.qr(normal(generator, 4, 4))[0].numpy()
    found = conflict_flows.aligned_pushes(angles, generator_of(3, "push"), size=4, h=h)
    total = H[0] + H[1]
    for cosine, push in zip(angles, found, strict=True):
        g = [frame[:, 0], cosine * frame[:, 0] + np.sqrt(1 - cosine**2) * frame[:, 1]]
        flowed = (scipy.linalg.expm(-h * total) - np.eye(4)) @ np.linalg.solve(total, g[0] + g[1])
        left_over = -h * (g[0] + g[1]) - flowed + h**2 / 2 * (H[0] @ g[0] + H[1] @ g[1])
        direction = H[0] @ g[1] + H[1] @ g[0]
        np.testing.assert_allclose(
            push, left_over @ direction / (direction @ direction) * 2 / h**2, rtol=1e-6
        )
    smaller = conflict_flows.aligned_pushes(angles, generator_of(3, "push"), size=4, h=h / 10)
    np.testing.assert_allclose(found, -1, atol=0.06)
    np.testing.assert_allclose(smaller, -1, atol=0.006)


def test_flows_by_small_steps(pairs):
    rate, pace, weights = 0.3, 0.05, [0.0, -1.0]
    found = conflict_flows.follow(pairs, weights, rate, pace, 10)
    assert found.shape == (2, 2, 3, 3)
    for i, weight in enumerate(weights):
        (one, two), theta = pairs.one(2)

        def flat(t, one=one, two=two):
            squares = [sum((v**2).sum() for v in grad(loss)(t).values()) for loss in (one, two)]
            return one(t) + two(t) + rate / 4 * sum(squares)

        def product(t, one=one, two=two):
            g1, g2 = grad(one)(t), grad(two)(t)
            return (g1["trunk"] * g2["trunk"]).sum()

        for k in range(11):
            if k in (0, 10):
                g1, g2 = grad(one)(theta)["trunk"], grad(two)(theta)["trunk"]
                expected = [g1.flatten() @ g2.flatten(), 0.0, one(theta) + two(theta)]
                expected[1] = expected[0] / g1.norm() / g2.norm()
                np.testing.assert_allclose(found[i, k // 10, 2], expected, rtol=1e-6)
            move = grad(lambda t, w=weight: flat(t) + w * rate / 2 * product(t))(theta)
            theta = {name: theta[name] - pace * move[name] for name in theta}


def test_copies_have_the_largest_conflict_term_and_different_tasks_less(pairs):
    np.testing.assert_allclose(conflict_of_copies(pairs), 1)
    found = cosines(pairs)
    for i in range(3):
        both, theta = pairs.one(i)
        flat = [torch.cat([v.flatten() for v in grad(loss)(theta).values()]) for loss in both]
        np.testing.assert_allclose(found[i], flat[0] @ flat[1] / flat[0].norm() / flat[1].norm())


def test_opposed_tasks_share_inputs_and_states_are_trained_on_the_sum():
    network, generator = flow.Network((3, 2)), generator_of(1)
    theta = normal(generator, 2, network.size)
    x, y1, y2 = (normal(generator, 2, 6, columns) for columns in (3, 2, 2))
    pairs = stalling.opposed_pairs(network, theta, x, y1, y2)
    found = stalling.states(pairs, 0.1, [0, 3])
    assert len(found) == 4
    torch.testing.assert_close(found.theta[:2], theta)
    for i in range(2):
        both = [network.squared_loss(x[i], y[i]) for y in (y1, y2)]
        end = flow.descend([lambda t, both=both: both[0](t) + both[1](t)], theta[i], 0.1, 3)
        torch.testing.assert_close(found.theta[2 + i], end)


def test_speeds_of_quadratics(quadratics):
    h, found = 0.6, stalling.speeds(quadratics, 0.6)
    g1, g2 = START @ A, (START - CENTRE) @ B
    g, flat, conflict = g1 + g2, h / 2 * (g1 @ A + g2 @ B), h / 2 * (g2 @ A + g1 @ B)
    np.testing.assert_allclose(found["dominance"], conflict.norm(dim=1) / g.norm(dim=1))
    for name, push in (("kept", flat + conflict), ("removed", flat), ("alone", conflict)):
        np.testing.assert_allclose(found[name], (g * (g + push)).sum(1) / g.square().sum(1))


def test_bends_of_quadratics(quadratics):
    found, g, total = stalling.bends(quadratics), START @ A + (START - CENTRE) @ B, A + B
    np.testing.assert_allclose(found[:, 0], ((g @ total) * g).sum(1) / g.square().sum(1))
    np.testing.assert_allclose(found[:, 1], torch.linalg.eigvalsh(total).abs().max())


def test_states_that_rise_need_both_a_bend_and_a_long_term():
    speeds = pd.DataFrame({"dominance": [5.0, 5.0, 0.1, 0.1]})
    bends = np.array([[-1.0, 1.0], [1.0, 1.0], [-1.0, 1.0], [-0.01, 2.0]])
    # The speed is below zero beyond the product 2, 2 and 400; the terms are as long as g at 0.06, 3 and 6.
    assert stalling.rising(speeds, bends, 0.3, [1.9, 2.5, 3.5, 401.0]) == [0, 1, 2, 3]


def test_losses_of_a_pair_know_their_own_data_only(pairs):
    data = {name: value[0] for name, value in pairs.data.items()}
    other = {**data, "x2": data["x2"] + 1, "y2": data["y2"] - 1}
    theta = pairs.one(0)[1]
    assert losses(data)[0](theta) == losses(other)[0](theta)
    assert losses(data)[1](theta) != losses(other)[1](theta)
