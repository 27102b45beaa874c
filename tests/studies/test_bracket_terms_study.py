"""Terms of two quadratics by hand, losses that move in straight lines, brackets by whole Hessians."""

import numpy as np
import pytest
import torch
from torch.autograd.functional import hessian
from torch.func import grad

from manytasks import flow
from manytasks.studies.dynamics import drift
from manytasks.studies.dynamics.bracket_terms import (
    push_against_flatness,
    pushed_alike,
    term_lengths,
    trained_together,
)
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.small_pairs import Pairs
from manytasks.studies.dynamics.unrelated_tasks import disjoint_bracket, relative_bracket

A = torch.tensor([[1.0, 0.3], [0.3, 0.2]], dtype=torch.float64)
B = torch.tensor([[0.1, -0.2], [-0.2, 0.8]], dtype=torch.float64)
START = torch.tensor([[1.0, 2.0], [-0.5, 0.4], [2.0, 0.0]], dtype=torch.float64)
NETWORK = flow.Network((3, 6, 2))


def quadratics(first, second):
    return Pairs(lambda d: [lambda t: t @ first @ t / 2, lambda t: t @ second @ t / 2], START, {})


@pytest.fixture
def tasks():
    return random_tasks(NETWORK, 4, 8, generator_of(1, "tasks"))


@pytest.fixture
def theta():
    return starts(NETWORK, 4, 1, "start")


def test_lengths_of_terms_of_quadratics():
    """A round multiplies by (I - hB)(I - hA); its field is log of that over h, power by power."""
    found = term_lengths(quadratics(A, B))
    commutator = B @ A - A @ B
    # log((1 - hB)(1 - hA)) by Baker, Campbell and Hausdorff, with X = log(1 - hB), Y = log(1 - hA).
    double = B @ commutator - commutator @ B - (A @ commutator - commutator @ A)
    second = -(A @ A @ A + B @ B @ B) / 3 + (B @ A @ A - A @ A @ B + B @ B @ A - A @ B @ B) / 4 - double / 12
    expected = [-(A + B), commutator / 2, -(A @ A + B @ B) / 2, second]
    for name, matrix in zip(found, expected, strict=True):
        np.testing.assert_allclose(found[name], (START @ matrix.T).norm(dim=1), err_msg=name)


def test_the_push_of_quadratics():
    """Squared gradients are t (AA + BB) t, whose slope is twice that matrix times t."""
    slope = 2 * START @ (A @ A + B @ B)
    bracket = START @ (B @ A - A @ B).T
    expected = 2 * (slope * bracket).sum(1) / slope.square().sum(1)
    np.testing.assert_allclose(push_against_flatness(quadratics(A, B)), expected)
    np.testing.assert_allclose(push_against_flatness(quadratics(B, A)), -expected)


def test_orders_are_alike_only_where_there_is_no_bracket():
    assert pushed_alike(quadratics(A, B)) == 0
    assert pushed_alike(quadratics(A, A)) == len(START)


def test_training_together_is_a_power_of_a_matrix():
    end = trained_together(quadratics(A, B), 5, 0.3).theta
    step = torch.eye(2, dtype=torch.float64) - 0.3 * (A + B)
    torch.testing.assert_close(end, START @ torch.linalg.matrix_power(step, 5).T)


@pytest.mark.parametrize("length", [2, 5, 10])
def test_of_losses_that_move_in_a_straight_line_two_thirds_remain(tasks, theta, length):
    """With inputs that stay and targets that move, gradients and Hessians are linear in the share."""
    still = {**tasks, "x2": tasks["x1"]}
    found = drift.stream_brackets(NETWORK, theta, still, [0.5, 0.1], length)
    np.testing.assert_allclose(found.kept, 2 * (length + 1) / (3 * length))
    np.testing.assert_allclose(found.neighbours[:, 0], 5 * found.neighbours[:, 1])


def test_neighbours_of_moving_inputs(tasks, theta):
    found = drift.stream_brackets(NETWORK, theta, tasks, [0.3])
    for i in range(4):
        data = {name: value[i] for name, value in tasks.items()}
        mixed = {name: 0.7 * data[f"{name}1"] + 0.3 * data[f"{name}2"] for name in "xy"}
        two = NETWORK.squared_loss(mixed["x"], mixed["y"])
        lie = flow.lie_bracket(NETWORK.squared_loss(data["x1"], data["y1"]), two, theta[i])
        np.testing.assert_allclose(found.neighbours[i, 0], lie.norm())


def test_drift_within_a_task_network_by_network(tasks, theta):
    found = drift.off_by_drift(NETWORK, theta, tasks, [0.0, 0.5], rate=0.1, length=4)
    assert found.shape == (2, 4)
    for i in range(2):
        data = {name: value[i] for name, value in tasks.items()}
        whole = [NETWORK.squared_loss(data[f"x{k}"], data[f"y{k}"]) for k in (1, 2)]
        h = 0.1 / max(float(torch.linalg.eigvalsh(hessian(loss, theta[i]))[-1]) for loss in whole)
        flowed = flow.integrate(flow.modified_field(whole[:1], h, 1), theta[i], 4 * h)
        for j, share in enumerate((0.0, 0.5)):
            t = theta[i]
            for k in range(4):
                u = share * k / 3
                x, y = ((1 - u) * data[f"{name}1"] + u * data[f"{name}2"] for name in "xy")
                t = t - h * grad(NETWORK.squared_loss(x, y))(t)
            np.testing.assert_allclose(found[j, i], (t - flowed).norm() / (t - theta[i]).norm(), rtol=1e-6)


def test_relative_brackets_by_whole_hessians(tasks, theta):
    found = relative_bracket(NETWORK, theta, tasks, [0.0, 0.6, 1.0])
    assert np.abs(found[:, 0]).max() < 1e-12
    for j, (kept, new) in ((1, (0.8, 0.6)), (2, (0.0, 1.0))):
        for i in range(2):
            data = {name: value[i] for name, value in tasks.items()}
            one = NETWORK.squared_loss(data["x1"], data["y1"])
            two = NETWORK.squared_loss(*(kept * data[f"{name}1"] + new * data[f"{name}2"] for name in "xy"))
            g1, g2 = grad(one)(theta[i]), grad(two)(theta[i])
            lie = hessian(two, theta[i]) @ g1 - hessian(one, theta[i]) @ g2
            np.testing.assert_allclose(found[i, j], lie.norm() / g1.norm() / g2.norm())


def test_tasks_that_share_nothing_have_no_bracket(tasks):
    assert disjoint_bracket(NETWORK, {name: value[0] for name, value in tasks.items()}, 1) == 0
