"""The remaining small parts."""

import re

import pytest
import torch

from manytasks.flow import Network, descend, integrate, trajectory


def test_trajectory_returns_each_time_asked_for():
    points = trajectory(lambda t: -t, torch.ones(1, dtype=torch.float64), [0.0, 0.5, 2.0])
    expected = torch.exp(-torch.tensor([0.0, 0.5, 2.0], dtype=torch.float64))
    torch.testing.assert_close(torch.cat(points), expected, rtol=0, atol=1e-11)


def test_no_time_is_no_motion():
    assert trajectory(torch.neg, torch.ones(2), [0.0])[0].tolist() == [1.0, 1.0]


def test_a_first_step_that_overflows_is_shortened():
    """The solver tries the whole time at once: from 100 the stages of x' = −x³ leave float64."""
    end = integrate(lambda t: -(t**3), torch.full((1,), 100.0, dtype=torch.float64), duration=10.0)
    exact = 100 / (1 + 2 * 100.0**2 * 10) ** 0.5
    torch.testing.assert_close(end, torch.full_like(end, exact), rtol=1e-10, atol=0)


@pytest.mark.parametrize("times", [[], [-1.0], [1.0, 0.5], [1.0, 1.0]])
def test_times_out_of_order_are_named(times):
    message = f"times must be at least 0 and increase; got {times}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        trajectory(torch.neg, torch.ones(1), times)


def test_descend_is_the_plain_loop():
    network = Network((2, 3, 2), "softplus")
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    losses = [network.cross_entropy(x, torch.tensor([0, 1, 0, 1])), network.squared_loss(x, x)]
    theta = network.initial(seed=1)
    by_hand = theta.clone().requires_grad_()
    for _ in range(3):
        for loss, rate in zip(losses, (0.3, 0.6), strict=True):
            (g,) = torch.autograd.grad(loss(by_hand), by_hand)
            by_hand = (by_hand - rate * g).detach().requires_grad_()
    found = descend(losses, theta, h=0.3, rounds=3, rates=[1, 2])
    torch.testing.assert_close(found, by_hand.detach(), rtol=1e-12, atol=1e-14)


def test_network_equals_the_same_layers_from_torch():
    network = Network((3, 5, 2))
    theta, x = network.initial(seed=4), torch.eye(3, dtype=torch.float64)
    first, second = torch.nn.Linear(3, 5, dtype=torch.float64), torch.nn.Linear(5, 2, dtype=torch.float64)
    with torch.no_grad():
        for layer, start in ((first, 0), (second, 20)):
            inputs, outputs = layer.in_features, layer.out_features
            layer.weight.copy_(theta[start : start + inputs * outputs].reshape(inputs, outputs).T)
            layer.bias.copy_(theta[start + inputs * outputs : start + (inputs + 1) * outputs])
        torch.testing.assert_close(network(theta, x), second(torch.tanh(first(x))))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 1), "sin"), "activation must be one of ['relu', 'softplus', 'tanh']; got 'sin'"),
        (((2,),), "widths must name inputs and outputs at least; got (2,)"),
    ],
)
def test_bad_networks_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Network(*arguments)
