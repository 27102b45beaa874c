"""Gradient steps against the flow of the modified field."""

import re

import pytest
import torch
from problems import random_quadratic, slope, small_rates, two_tasks
from torch.func import grad

from manytasks.flow import descend, integrate, lie_bracket, modified_field, modified_loss

RATES = "rates must have one entry for each of 1 losses; got 2"


def logm_of_spd(A):
    values, vectors = torch.linalg.eigh(A)
    return vectors @ torch.diag(torch.log(values)) @ vectors.T


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_quadratic_field_is_the_truncated_logarithm(order):
    """θ ← (I − hH) θ is the flow of log(I − hH)/h = −Σ h^k H^(k+1)/(k+1)."""
    H, _, _ = random_quadratic(5, seed=1)
    h, theta = 0.1, torch.linspace(-1, 1, 5, dtype=torch.float64)
    expected = -sum(h**k * torch.linalg.matrix_power(H, k + 1) / (k + 1) for k in range(order + 1)) @ theta
    field = modified_field([lambda t: t @ H @ t / 2], h, order)
    torch.testing.assert_close(field(theta), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_flow_of_quadratics_equals_the_matrix_exponential(order):
    """Two quadratics without linear parts have a linear field: its flow is a matrix exponential."""
    losses = [random_quadratic(4, seed)[0] for seed in (1, 2)]
    losses = [lambda t, H=H: t @ H @ t / 2 for H in losses]
    h, theta = 0.2, torch.linspace(-1, 1, 4, dtype=torch.float64)
    field = modified_field(losses, h, order)
    matrix = torch.stack([field(row) for row in torch.eye(4, dtype=torch.float64)], dim=1)
    exact = torch.linalg.matrix_exp(matrix / 2) @ theta
    torch.testing.assert_close(integrate(field, theta, duration=0.5), exact, rtol=0, atol=1e-10)


def test_steps_on_quadratics_converge_to_the_flow_of_their_logarithm():
    H, b, loss = random_quadratic(4, seed=3)
    h, rounds = 0.1, 25
    theta, minimum = torch.ones(4, dtype=torch.float64), torch.linalg.solve(H, b)
    L = logm_of_spd(torch.eye(4, dtype=torch.float64) - h * H)
    flowed = minimum + torch.linalg.matrix_exp(rounds * L) @ (theta - minimum)
    torch.testing.assert_close(descend([loss], theta, h, rounds), flowed, rtol=0, atol=1e-10)


def order_of_distance(losses, theta, field_of_h, hs, rates=None):
    """Return the power of h with which one round and the flow of a field part."""
    gaps = [descend(losses, theta, h, rates=rates) - integrate(field_of_h(h), theta, h) for h in hs]
    return slope(hs, [float(gap.norm()) for gap in gaps])


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_flow_and_steps_part_with_the_promised_power_of_h(activation, criterion, order):
    """Slope order + 2 up to 0.15: the rate times the curvature is at most 0.1, the next power is as small."""
    losses, theta = two_tasks(activation, criterion, seed=11)
    hs = small_rates(losses, theta)
    found = order_of_distance(losses, theta, lambda h: modified_field(losses, h, order), hs)
    assert abs(found - (order + 2)) < 0.15


def test_third_order_field_gives_the_fifth_power_of_h():
    losses, theta = two_tasks("tanh", "squared", seed=11, widths=(2, 1, 1), samples=3)
    hs = small_rates(losses, theta)
    found = order_of_distance(losses, theta, lambda h: modified_field(losses, h, order=3), hs)
    assert abs(found - 5) < 0.15


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
@pytest.mark.parametrize("factor", [0.0, 0.97, -1.0])
def test_the_check_has_power(activation, criterion, factor):
    """Power: with no bracket, with one 3 % too small, or with the wrong sign, the slope is 2 and not 3."""
    losses, theta = two_tasks(activation, criterion, seed=11)

    def wrong(h):
        right = modified_field(losses, h, order=1)
        return lambda t: right(t) + (factor - 1) * h / 2 * lie_bracket(*losses, t)

    hs = small_rates(losses, theta, finest=64)  # 3 % of the bracket outweighs the order h³ for small h only
    assert abs(order_of_distance(losses, theta, wrong, hs) - 2) < 0.15


def test_field_without_the_bracket_is_the_gradient_of_the_modified_loss():
    losses, theta = two_tasks("softplus", "squared", seed=12)
    h, rates = 0.3, [0.5, 2.0]
    field = modified_field(losses, h, order=1, rates=rates)(theta)
    gradient = grad(modified_loss(losses, h, rates))(theta)
    bracket = rates[0] * rates[1] * lie_bracket(*losses, theta)
    torch.testing.assert_close(field, -gradient + h / 2 * bracket, rtol=1e-12, atol=1e-13)


def test_equation_6_with_shared_and_private_parameters():
    theta = {
        name: torch.tensor(v, dtype=torch.float64)
        for name, v in {"shared": [0.3, -0.7], "one": [0.5], "two": [1.1]}.items()
    }
    L1 = lambda t: (t["shared"].sin() * t["one"]).sum().square() / 2  # noqa: E731
    L2 = lambda t: (t["shared"].exp().sum() * t["two"].cos()).square().sum() / 2  # noqa: E731
    a, b, h = 0.7, 1.3, 0.2
    g1, g2 = grad(L1)(theta), grad(L2)(theta)
    square = lambda g: sum(v.square().sum() for v in g.values())  # noqa: E731
    by_hand = (
        a * L1(theta) + b * L2(theta) + h / 4 * (a**2 * square(g1) + b**2 * square(g2))
        + a * b * h / 2 * g1["shared"] @ g2["shared"]
    )  # fmt: skip
    torch.testing.assert_close(modified_loss([L1, L2], h, [a, b], together=True)(theta), by_hand)
    one = modified_loss([lambda t: a * L1(t) + b * L2(t)], h)
    torch.testing.assert_close(one(theta), by_hand)


def test_derivative_free_route_gives_the_same_field():
    """Logarithm of the shift by a round: h f̃ = Σ (−1)^(k−1) Δᵏθ₀ / k over differences of the iterates."""
    losses, theta = two_tasks("tanh", "squared", seed=13)
    hs, terms, distances = small_rates(losses, theta, finest=4), 7, []
    for h in hs:
        points = [theta]
        for _ in range(terms):
            points.append(descend(losses, points[-1], h))
        differences, total = torch.stack(points), torch.zeros_like(theta)
        for k in range(1, terms + 1):
            differences = differences.diff(dim=0)
            total = total + (-1) ** (k - 1) * differences[0] / (k * h)
        distances.append(float((total - modified_field(losses, h, order=2)(theta)).norm()))
    assert abs(slope(hs, distances) - 3) < 0.15


def test_order_matters_by_the_bracket():
    (a, b), theta = two_tasks("tanh", "cross-entropy", seed=14)
    hs, gaps = small_rates([a, b], theta), []
    for h in hs:
        swapped = descend([a, b], theta, h) - descend([b, a], theta, h)
        gaps.append(float((swapped - h**2 * lie_bracket(a, b, theta)).norm()))
    assert abs(slope(hs, gaps) - 3) < 0.15


def test_palindrome_cancels_the_bracket():
    (a, b), theta = two_tasks("tanh", "squared", seed=15)
    palindrome, rates = [a, b, a], [0.5, 1.0, 0.5]

    def modified(h):
        flat = modified_loss(palindrome, h, rates)
        return lambda t: -grad(flat)(t)

    found = order_of_distance(palindrome, theta, modified, small_rates([a, b], theta), rates)
    assert abs(found - 3) < 0.15


def test_many_rounds_stay_close_for_a_fixed_time():
    """Global error: one order less than after one round, as the number of rounds grows like 1/h."""
    losses, theta = two_tasks("tanh", "squared", seed=16)
    duration, found = 10 * small_rates(losses, theta)[0], []
    for rounds in (10, 20, 40):
        h = duration / rounds
        flowed = integrate(modified_field(losses, h, order=1), theta, duration)
        found.append(float((descend(losses, theta, h, rounds) - flowed).norm()))
    assert abs(slope([1 / 10, 1 / 20, 1 / 40], found) - 2) < 0.15


def test_single_precision_and_dictionaries_pass_through():
    theta = {"a": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([3.0])}
    loss = lambda t: (t["a"].sum() * t["b"]).sum() / 10  # noqa: E731
    end = integrate(modified_field([loss, loss], 0.1, 2), theta, 0.1)
    assert end["a"].shape == (1, 2)
    assert end["b"].dtype == torch.float32
    torch.testing.assert_close(end, descend([loss, loss], theta, 0.1), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: modified_field([], 0.1, 1), "losses must hold at least one loss; got none"),
        (lambda: modified_field([torch.sum], 0.1, -1), "order must be a whole number of at least 0; got -1"),
        (lambda: descend([torch.sum], torch.ones(1), 1, 1, [1, 2]), RATES),
        (lambda: integrate(torch.neg, torch.ones(1), -1), "duration must be finite and at least 0; got -1"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


def test_a_flow_that_blows_up_says_so():
    with pytest.raises(RuntimeError, match=r"^no solution up to time 2: Required step size is less than"):
        integrate(lambda t: t**2, torch.ones(1, dtype=torch.float64), 2.0)
