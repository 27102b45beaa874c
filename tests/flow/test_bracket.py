"""The numerical Lie bracket against everything that is known about it."""

import re

import pytest
import torch
from problems import random_quadratic, two_tasks
from torch.func import grad, jacrev, vmap
from torch.utils.flop_counter import FlopCounterMode

from manytasks.flow import Network, lie_bracket


def dense(loss_a, loss_b, theta):
    g_a, g_b = grad(loss_a)(theta), grad(loss_b)(theta)
    return jacrev(grad(loss_b))(theta) @ g_a - jacrev(grad(loss_a))(theta) @ g_b


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
def test_bracket_equals_its_definition_with_hessians(activation, criterion):
    (a, b), theta = two_tasks(activation, criterion, seed=1)
    torch.testing.assert_close(lie_bracket(a, b, theta), dense(a, b, theta), rtol=1e-12, atol=1e-14)


def test_bracket_changes_sign_when_swapped_and_is_bilinear():
    (a, b), theta = two_tasks("tanh", "squared", seed=2)
    (c, _), _ = two_tasks("tanh", "squared", seed=3)
    forward = lie_bracket(a, b, theta)
    assert forward.norm() > 1e-3
    torch.testing.assert_close(lie_bracket(b, a, theta), -forward, rtol=0, atol=0)
    combined = lie_bracket(lambda t: 2 * a(t) - 3 * c(t), b, theta)
    torch.testing.assert_close(combined, 2 * forward - 3 * lie_bracket(c, b, theta), rtol=1e-12, atol=1e-13)


def test_bracket_of_linear_fields_is_the_commutator_of_their_matrices():
    """f_i = −(H_i θ − b_i), so [f_1, f_2] = (H_2 H_1 − H_1 H_2) θ − (H_2 b_1 − H_1 b_2)."""
    H1, b1, loss1 = random_quadratic(6, seed=1)
    H2, b2, loss2 = random_quadratic(6, seed=2)
    theta = torch.linspace(-1, 1, 6, dtype=torch.float64)
    expected = (H2 @ H1 - H1 @ H2) @ theta - (H2 @ b1 - H1 @ b2)
    torch.testing.assert_close(lie_bracket(loss1, loss2, theta), expected, rtol=1e-12, atol=1e-13)


def test_jacobi_identity_for_linear_fields():
    """Brackets of gradients are no gradients, so nested ones are taken from the matrices of affine fields."""
    problems = [random_quadratic(5, seed) for seed in (1, 2, 3)]
    theta = torch.linspace(-1, 1, 5, dtype=torch.float64)

    def bracket_of(first, second):  # of affine fields θ ↦ A θ + c, as pairs (A, c)
        (A, a), (B, b) = first, second
        return B @ A - A @ B, B @ a - A @ b

    fields = [(-H, b) for H, b, _ in problems]
    A, a = bracket_of(fields[0], fields[1])
    torch.testing.assert_close(lie_bracket(problems[0][2], problems[1][2], theta), A @ theta + a)
    total = torch.zeros_like(theta)
    for i in range(3):
        A, a = bracket_of(fields[i], bracket_of(fields[(i + 1) % 3], fields[(i + 2) % 3]))
        assert (A @ theta + a).norm() > 0.1
        total = total + A @ theta + a
    torch.testing.assert_close(total, torch.zeros_like(theta), rtol=0, atol=1e-12)


def test_jacobi_identity_for_network_losses():
    """[f_1, [f_2, f_3]] + cyclic = 0, the outer brackets from Jacobian matrices of the inner ones."""
    (a, b), theta = two_tasks("tanh", "squared", seed=4)
    (c, _), _ = two_tasks("softplus", "squared", seed=5)
    total = torch.zeros_like(theta)
    for outer, (left, right) in [(a, (b, c)), (b, (c, a)), (c, (a, b))]:
        f = lambda t, outer=outer: -grad(outer)(t)  # noqa: E731
        inner = lambda t, left=left, right=right: lie_bracket(left, right, t)  # noqa: E731
        term = jacrev(inner)(theta) @ f(theta) - jacrev(f)(theta) @ inner(theta)
        assert term.norm() > 1e-3
        total = total + term
    torch.testing.assert_close(total, torch.zeros_like(theta), rtol=0, atol=1e-13)


def test_commuting_fields_have_no_bracket():
    H, b, loss = random_quadratic(5, seed=7)
    theta = torch.linspace(-1, 2, 5, dtype=torch.float64)
    same_axes = lambda t: t @ H @ H @ t / 2 - (H @ b) @ t  # noqa: E731  the field is H applied to that of loss
    zero = torch.zeros(5, dtype=torch.float64)
    torch.testing.assert_close(lie_bracket(loss, same_axes, theta), zero, rtol=0, atol=1e-12)
    torch.testing.assert_close(lie_bracket(loss, loss, theta), zero, rtol=0, atol=0)


def test_disjoint_parameters_have_no_bracket():
    theta = {"left": torch.tensor([1.0, 2.0]), "right": torch.tensor([3.0])}
    result = lie_bracket(lambda t: t["left"].square().sum(), lambda t: t["right"].cosh().sum(), theta)
    assert {name: value.tolist() for name, value in result.items()} == {"left": [0.0, 0.0], "right": [0.0]}


def test_bracket_follows_an_orthogonal_change_of_coordinates():
    """Gradients, and so the bracket, are vectors under θ = Q φ with Q orthogonal: [·]_φ = Qᵀ [·]_θ."""
    (a, b), theta = two_tasks("tanh", "cross-entropy", seed=6)
    generator = torch.Generator().manual_seed(0)
    Q = torch.linalg.qr(torch.randn(len(theta), len(theta), generator=generator, dtype=torch.float64))[0]
    turned = lie_bracket(lambda p: a(Q @ p), lambda p: b(Q @ p), Q.T @ theta)
    torch.testing.assert_close(turned, Q.T @ lie_bracket(a, b, theta), rtol=1e-11, atol=1e-13)


def test_bracket_of_pushed_fields_is_the_pushed_bracket():
    """Under any linear θ = A φ fields move by A⁻¹; gradients of a∘A do so in the metric AᵀA only."""
    (a, b), theta = two_tasks("tanh", "squared", seed=8)
    p = len(theta)
    generator = torch.Generator().manual_seed(1)
    A = torch.eye(p, dtype=torch.float64) + 0.1 * torch.randn(p, p, generator=generator, dtype=torch.float64)
    phi, inverse = torch.linalg.solve(A, theta), torch.linalg.inv(A)
    pushed = [lambda s, loss=loss: -inverse @ grad(loss)(A @ s) for loss in (a, b)]
    J = [jacrev(field)(phi) for field in pushed]
    torch.testing.assert_close(
        J[1] @ pushed[0](phi) - J[0] @ pushed[1](phi), inverse @ lie_bracket(a, b, theta)
    )


def test_gradcheck():
    (a, b), theta = two_tasks("tanh", "squared", seed=9, widths=(2, 2, 1), samples=3)
    assert torch.autograd.gradcheck(lambda t: lie_bracket(a, b, t), theta.requires_grad_())


def test_dictionaries_and_vectors_agree():
    network = Network((2, 3, 1))
    (a, b), theta = two_tasks("tanh", "squared", seed=1, widths=network.widths)
    parts = {"first": theta[:6].reshape(2, 3), "rest": theta[6:]}
    whole = lambda loss: lambda t: loss(torch.cat([t["first"].reshape(-1), t["rest"]]))  # noqa: E731
    result = lie_bracket(whole(a), whole(b), parts)
    assert result["first"].shape == (2, 3)
    expected = lie_bracket(a, b, theta)
    torch.testing.assert_close(
        torch.cat([result["first"].reshape(-1), result["rest"]]), expected, rtol=0, atol=0
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtype_is_kept(dtype):
    _, _, a = random_quadratic(3, seed=1, dtype=dtype)
    _, _, b = random_quadratic(3, seed=2, dtype=dtype)
    assert lie_bracket(a, b, torch.ones(3, dtype=dtype)).dtype == dtype


def test_bracket_of_a_minibatch_is_that_of_its_loss():
    """The bracket is bilinear in the losses, so its mean over pairs of minibatches is the full one."""
    network = Network((2, 3, 1))
    generator = torch.Generator().manual_seed(2)
    x, y = (torch.randn(2, 6, k, generator=generator, dtype=torch.float64) for k in (2, 1))
    theta = network.initial(seed=2)
    full = lie_bracket(network.squared_loss(x[0], y[0]), network.squared_loss(x[1], y[1]), theta)
    batches = [slice(0, 3), slice(3, 6)]
    parts = [
        lie_bracket(network.squared_loss(x[0][i], y[0][i]), network.squared_loss(x[1][j], y[1][j]), theta)
        for i in batches
        for j in batches
    ]
    assert (parts[0] - full).norm() > 1e-3
    torch.testing.assert_close(torch.stack(parts).mean(0), full, rtol=1e-12, atol=1e-14)


def test_bracket_can_be_mapped_over_many_networks():
    network = Network((2, 3, 1))
    x, y = torch.ones(4, 2, dtype=torch.float64), torch.zeros(4, 1, dtype=torch.float64)
    a, b = network.squared_loss(x, y), network.squared_loss(-x, y + 1)
    many = torch.stack([network.initial(seed) for seed in range(5)])
    mapped = vmap(lambda t: lie_bracket(a, b, t))(many)
    for row, theta in zip(mapped, many, strict=True):
        torch.testing.assert_close(row, lie_bracket(a, b, theta), rtol=1e-12, atol=1e-14)


def test_cost_is_four_gradients_for_the_first_layer_and_six_for_later_ones():
    """Multiplications, exactly: 2 of the first layer's size for a gradient, 3 of a later layer's."""

    def multiplications(call):
        with FlopCounterMode(display=False) as counter:
            call()
        return counter.get_total_flops() / (2 * samples)

    samples, (inputs, hidden, outputs) = 10, (7, 5, 3)
    (a, b), theta = two_tasks("tanh", "squared", seed=1, widths=(inputs, hidden, outputs), samples=samples)
    first, later = inputs * hidden, hidden * outputs
    assert multiplications(lambda: grad(a)(theta)) == 2 * first + 3 * later
    assert multiplications(lambda: lie_bracket(a, b, theta)) == 4 * 2 * first + 6 * 3 * later


def test_without_a_graph_the_bracket_is_the_same():
    (a, b), theta = two_tasks("tanh", "squared", seed=2)
    with torch.no_grad():
        without = lie_bracket(a, b, theta)
    assert not without.requires_grad
    torch.testing.assert_close(without, lie_bracket(a, b, theta), rtol=0, atol=0)


def test_relu_bracket_is_that_of_the_smooth_piece():
    """θ ↦ relu(θ)² / 2 is not twice differentiable at 0; on either side torch gives that side's bracket."""
    a, b = lambda t: torch.relu(t).square().sum() / 2, lambda t: (t - 1).square().sum()
    side = torch.tensor([2.0], dtype=torch.float64)
    assert lie_bracket(a, b, side) == 2 * side - 2 * (side - 1)
    assert lie_bracket(a, b, -side) == 0


@pytest.mark.parametrize(
    ("theta", "kinds"),
    [
        (torch.ones(2, dtype=torch.int64), "['torch.int64 on cpu']"),
        (
            {"a": torch.ones(1), "b": torch.ones(1, dtype=torch.float64)},
            "['torch.float32 on cpu', 'torch.float64 on cpu']",
        ),
        ({}, "[]"),
    ],
)
def test_unusable_parameters_are_named(theta, kinds):
    message = f"parameters must share one floating dtype and device; got {kinds}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lie_bracket(lambda t: 0, lambda t: 0, theta)
