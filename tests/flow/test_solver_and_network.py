"""The remaining small parts."""

import math
import re

import numpy as np
import pytest
import torch
from messages import whole

from manytasks.flow import (
    Network,
    descend,
    euler_series,
    forgetting_products,
    integrate,
    lie_bracket,
    modified_field,
    modified_loss,
    order_cost,
    order_costs,
    solver,
    trajectory,
)


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


@pytest.mark.parametrize("times", [[], [-1.0], [1.0, 0.5], [1.0, 1.0], [0.0, math.nan], [math.inf], 3.0])
def test_times_out_of_order_are_named(times):
    message = f"times must be finite, at least 0 and increase; got {times}"
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


ONE = torch.ones(1, dtype=torch.float64)
PAIR = torch.ones(2, dtype=torch.float64)
ROWS, TALL = torch.ones(3, 2), torch.ones(3)
SMALL = Network((2, 3, 1))


def half(theta):
    return (theta**2).sum() / 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SMALL.squared_loss(ROWS, TALL), "y must be a tensor of shape (samples, 1); got (3,)"),
        (
            lambda: SMALL.squared_loss(ROWS, torch.ones(1, 1)),
            "x and y must have as many rows; got 3 and 1",
        ),
        (lambda: SMALL.squared_loss(ROWS.T, TALL), "x must be a tensor of shape (samples, 2); got (2, 3)"),
        (lambda: SMALL.squared_loss([[1.0, 2.0]], TALL), None),
        (lambda: Network((2, 3)).cross_entropy(ROWS, torch.tensor([0, 1, -100])), None),
        (lambda: Network((2, 3)).cross_entropy(ROWS, torch.tensor([0, 1, 3])), None),
        (lambda: Network((2, 3)).cross_entropy(ROWS, torch.tensor([0, 1])), None),
        (lambda: Network((2, 3)).cross_entropy(ROWS, [0, 1, 2]), None),
        (lambda: Network((2, 3)).cross_entropy(ROWS, torch.ones(3, 2)), None),
        (lambda: Network((2, 0, 1)), "every one of widths must be a whole number of at least 1 unit; got 0"),
        (lambda: Network((2, 1.5, 1)), None),
        (lambda: Network((2, True, 1)), None),
        (lambda: Network(5), "widths must name inputs and outputs at least; got 5"),
        (lambda: Network((2, 1), ["tanh"]), None),
        (lambda: SMALL.initial(-1), "seed must be a whole number of at least 0; got -1"),
        (lambda: SMALL.initial(True), None),
        (lambda: SMALL.initial(1, math.nan), "scale must be finite and at least 0; got nan"),
        (lambda: descend([half], ONE, 0.1, rounds=-1), "rounds must be a whole number of at least 0; got -1"),
        (lambda: descend([half], ONE, 0.1, rounds=True), None),
        (lambda: descend([half], ONE, 0.1, rounds=1.5), None),
        (lambda: descend([half], ONE, math.nan), "h must be finite; got nan"),
        (lambda: descend([half], ONE, "0.1"), None),
        (
            lambda: descend([half], [1.0], 0.1),
            "theta must be a torch tensor or a dictionary of them; got [1.0]",
        ),
        (lambda: descend([half], np.ones(2), 0.1), None),
        (lambda: descend([half], ONE, 0.1, rates=[math.nan]), "rates must be finite; got nan or inf"),
        (lambda: descend([half], ONE, 0.1, rates=["1"]), None),
        (lambda: descend([half, 3], ONE, 0.1), "losses must be functions of the parameters; got 3"),
        (lambda: descend(half, ONE, 0.1), None),
        (lambda: integrate(torch.neg, ONE, math.inf), "duration must be finite and at least 0; got inf"),
        (lambda: integrate(torch.neg, ONE, "1"), None),
        (
            lambda: integrate(lambda t: t[:1], PAIR, 1.0),
            "field must return as many numbers as there are parameters, 2; it returned 1",
        ),
        (lambda: integrate(lambda t: 1.0, PAIR, 1.0), None),
        (lambda: integrate(5, PAIR, 1.0), "field must be functions of the parameters; got 5"),
        (lambda: integrate(torch.neg, [1.0], 1.0), None),
        (lambda: lie_bracket(half, half, [1.0]), None),
        (lambda: lie_bracket(half, 3, ONE), "loss_b must be functions of the parameters; got 3"),
        (lambda: modified_field([half], 0.1, 1.5), "order must be a whole number of at least 0; got 1.5"),
        (lambda: modified_field([half], math.nan, 1), None),
        (lambda: modified_field([half], 0.1, 1)(np.ones(2)), None),
        (lambda: modified_loss([half], 0.1, together="no"), "together must be True or False; got 'no'"),
        (lambda: modified_loss([half], None), None),
        (lambda: modified_loss([half], 0.1)([1.0]), None),
        (lambda: order_costs([half], [1.0]), None),
        (lambda: euler_series(-1), "order must be a whole number of at least 0; got -1"),
        (lambda: euler_series(30), "order must be at most 8; got 30"),
        (lambda: euler_series([1]), None),
        (lambda: euler_series(1, 0), "colour must be a whole number of at least 1; got 0"),
        (lambda: order_costs([half], ONE, objective=3), None),
        (lambda: forgetting_products([half], "x"), None),
        (lambda: order_cost([[0, 1], [5, 0]], (True, False)), None),
        (lambda: order_cost([[0, 1], [5, 0]], (0, 0)), "order must be a permutation of 0 to 1; got (0, 0)"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_computed_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=whole(message) if message else None) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_flow_without_end_is_given_up(monkeypatch):
    """Ten million turns would take hours."""
    monkeypatch.setattr(solver, "MOST_STEPS", 200)
    with pytest.raises(
        RuntimeError, match=r"^no solution up to time 1e\+07: 200 evaluations of the field led to"
    ):
        integrate(lambda t: torch.stack([-t[1], t[0]]), PAIR, 1e7)


def test_shares_of_classes_are_labels_too():
    x, shares = torch.ones(2, 1), torch.tensor([[0.5, 0.5], [1.0, 0.0]])
    loss = Network((1, 2)).cross_entropy(x, shares)
    torch.testing.assert_close(loss(torch.zeros(4)), torch.tensor(2.0).log())


def test_losses_of_many_networks_are_mapped():
    network, x = Network((2, 3)), torch.ones(4, 5, 2)
    thetas, labels = torch.zeros(4, network.size), torch.zeros(4, 5, dtype=torch.int64)
    losses = torch.vmap(lambda theta, x, y: network.cross_entropy(x, y)(theta))(thetas, x, labels)
    torch.testing.assert_close(losses, torch.full((4,), 3.0).log())


def test_rates_may_be_mapped():
    """A page compares many rates in one call."""
    rates = torch.tensor([0.1, 0.2], dtype=torch.float64)
    ends = torch.vmap(lambda h: descend([half, half], ONE, h, rates=[h, h]))(rates)
    torch.testing.assert_close(ends[:, 0], (1 - rates**2) ** 2)
    fields = torch.vmap(lambda h: modified_field([half], h, 1)(ONE))(rates)
    torch.testing.assert_close(fields[:, 0], -1 - rates / 2)
