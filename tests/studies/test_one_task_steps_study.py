"""One step against flows: quadratics are known to every order, iterates are a route without derivatives."""

import numpy as np
import pytest
import torch

from manytasks import flow
from manytasks.statistics import log_slope
from manytasks.studies.dynamics.one_task_steps import (
    from_iterates,
    rate_of_error,
    relative_gaps,
    scaled_learners,
    step_gaps,
)
from manytasks.studies.dynamics.small_pairs import Pairs, sharpness

CURVATURES = torch.tensor([1.0, 2.0], dtype=torch.float64)
STARTS = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
BOWLS = Pairs(lambda data: [lambda t: data["a"] * (t**2).sum() / 2], STARTS, {"a": CURVATURES})


def bent(t):
    """A loss whose modified field is the gradient of nothing at the second order."""
    return t[0] ** 2 / 2 + t[0] * t[1] ** 2 / 3 + t[1] ** 4 / 4 + torch.sin(t[0] * t[1])


def test_of_quadratics_every_order_is_known():
    """The flow of order k multiplies by exp(−Σ (ha)^(j+1)/(j+1)), a step by 1 − ha."""
    rates, orders = [0.1, 0.3], [0, 1, 3]
    found = step_gaps(BOWLS, orders, rates)
    assert found.shape == (3, 2, 2)
    for i, k in enumerate(orders):
        for j, h in enumerate(rates):
            product = h * CURVATURES.numpy()
            flows = np.exp(-sum(product ** (n + 1) / (n + 1) for n in range(k + 1)))
            expected = STARTS[:, 0].numpy() * np.abs(flows - (1 - product))
            np.testing.assert_allclose(found[i, j], expected, rtol=1e-6)


def test_relative_to_the_step():
    rates = [0.1, 0.3]
    length = np.outer(rates, CURVATURES.numpy() * STARTS[:, 0].numpy())
    np.testing.assert_allclose(relative_gaps(BOWLS, [1], rates)[0], step_gaps(BOWLS, [1], rates)[0] / length)


def test_iterates_know_the_field_to_all_orders():
    theta = torch.tensor([0.5, -0.4], dtype=torch.float64)
    rates = np.array([0.02, 0.01])
    for order in (0, 1, 2):
        fields = [flow.modified_field([bent], h, order)(theta) for h in rates]
        pairs = zip(rates, fields, strict=True)
        gaps = [float((from_iterates(bent, theta, h) - field).norm()) for h, field in pairs]
        assert log_slope(rates, gaps) == pytest.approx(order + 1, abs=0.1)


def test_one_term_is_the_gradient():
    theta = torch.tensor([0.5, -0.4], dtype=torch.float64)
    found = from_iterates(bent, theta, 0.1, terms=1)
    torch.testing.assert_close(found, -torch.func.grad(bent)(theta))


def test_a_power_law_is_read_exactly():
    rates = np.array([0.1, 0.2, 0.8])
    assert rate_of_error(rates, 3 * rates**2, 0.3) == pytest.approx(0.1**0.5)
    assert rate_of_error(rates, 3 * rates**2, 1e-9) == pytest.approx(0.1)
    assert rate_of_error(rates, 3 * rates**2, 1e9) == pytest.approx(0.8)


def test_scaled_learners_are_squared_losses_with_curvature_one():
    network = flow.Network((2, 3, 1))
    learners = scaled_learners(network, 4, 5, seed=(1, "a"))
    torch.testing.assert_close(learners.map(sharpness), torch.ones(4, dtype=torch.float64))
    raw = network.squared_loss(learners.data["x"][2], learners.data["y"][2])
    scaled = learners.map(lambda losses, theta: losses[0](theta))[2]
    torch.testing.assert_close(scaled, raw(learners.theta[2]) / sharpness([raw], learners.theta[2]))
    assert len(torch.unique(learners.data["x"])) == 4 * 5 * 2
