"""Aggregators are TorchJD's, orders do what the modified equation says, and both sweeps measure that."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import grad, jacrev
from torchjd.aggregation import CAGrad, PCGrad, UPGrad
from torchjd.linalg import QuadprogProjector

from manytasks import flow
from manytasks.deep.networks.aggregators import cagrad_weights, pcgrad_weights, upgrad_weights
from manytasks.deep.networks.objectives import (
    curvature_products,
    draw_vectors,
    sharpness,
    task_errors,
    task_gradients,
)
from manytasks.deep.sweeps import conflict_remedies, gradient_regularization
from manytasks.deep.sweeps.permuted import Batch, batch_rows, permuted_batches

CPU = torch.device("cpu")
many = settings(max_examples=60, deadline=None, derandomize=True)
tasks, seeds = st.integers(2, 4), st.integers(0, 10**6)


def jacobian(T, seed):
    """Gradients of T tasks in six dimensions, of quite different lengths."""
    rng = np.random.default_rng(seed)
    lengths = np.exp(rng.standard_normal((T, 1)))
    return torch.from_numpy(rng.standard_normal((T, 6)) * lengths)


@many
@given(tasks, seeds)
def test_upgrad_is_torchjds_without_its_regularisation(T, seed):
    J = jacobian(T, seed)
    library = UPGrad(
        torch.ones(T, dtype=torch.float64), projector=QuadprogProjector(norm_eps=0.0, reg_eps=0.0)
    )
    ours = upgrad_weights(J @ J.T) @ J
    torch.testing.assert_close(ours, library(J), rtol=1e-10, atol=1e-10)
    assert (J @ ours > -1e-10).all()  # to first order no task loses


@many
@given(tasks, seeds)
def test_pcgrad_is_torchjds_in_the_same_order(T, seed):
    J, order = jacobian(T, seed), torch.from_numpy(np.random.default_rng(seed).permutation(T))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "randperm", lambda _: order)
        library = PCGrad()(J)
    torch.testing.assert_close(pcgrad_weights(J @ J.T, order) @ J, library, rtol=1e-10, atol=1e-10)


@many
@given(seeds)
def test_two_tasks_have_one_projection(seed):
    gram = jacobian(2, seed) @ jacobian(2, seed).T
    for order in ([0, 1], [1, 0]):
        torch.testing.assert_close(pcgrad_weights(gram, torch.tensor(order)), upgrad_weights(gram))


def worst_task_value(gram, mixture, c):
    """What CAGrad's weights minimise."""
    b = gram.mean(1)
    return mixture @ b + c * (b.mean() * (mixture @ gram @ mixture)).sqrt()


def mixture_of(weights):
    """The point of the simplex behind weights 1 + T c |g0| w / |g_w|; a solver may be just outside."""
    w = (weights - 1).clamp(min=0)
    return w / w.sum()


@settings(many, max_examples=25)
@given(tasks, seeds, st.sampled_from([0.2, 0.5, 0.9]))
def test_cagrad_is_torchjds_up_to_its_solver(T, seed, c):
    """The library's solver stops at a gap of 1e-8 in the value, hence about 1e-4 in the direction.

    Our value is never above that of the library's solution, and it satisfies the optimality conditions
    to 1e-9: every task in the mixture has the same slope, no other task a lower one.
    """
    J = jacobian(T, seed)
    gram = J @ J.T / (J * J).sum()
    ours, library = cagrad_weights(gram, c), T * CAGrad(c, norm_eps=0.0).gramian_weighting(gram)
    torch.testing.assert_close(ours @ J, library @ J, rtol=2e-3, atol=2e-3 * float(J.norm()))
    w = mixture_of(ours)
    assert worst_task_value(gram, w, c) <= worst_task_value(gram, mixture_of(library), c) + 1e-12
    b, mixed = gram.mean(1), gram @ w
    slopes = b + c * b.mean().sqrt() * mixed / (w @ mixed).sqrt()
    assert (slopes - slopes.min())[w > 1e-9].max() < 1e-9


def test_without_conflict_nothing_is_changed():
    gram = torch.tensor([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 3.0]])
    ones = torch.ones(3)
    torch.testing.assert_close(upgrad_weights(gram), ones)
    torch.testing.assert_close(pcgrad_weights(gram, torch.tensor([2, 0, 1])), ones)
    torch.testing.assert_close(cagrad_weights(gram, 0.0), ones)


@many
@given(st.integers(1, 4), seeds, st.sampled_from([0.0, 0.5, 0.9]))
def test_a_task_whose_gradient_is_zero_conflicts_with_nobody(T, seed, c):
    J = jacobian(T, seed)
    J[T // 2] = 0
    gram, order = J @ J.T, torch.from_numpy(np.random.default_rng(seed).permutation(T))
    others = [i for i in range(T) if i != T // 2]
    rest = gram[others][:, others]
    left = torch.tensor([others.index(k) for k in order.tolist() if k in others], dtype=torch.long)
    for weigh in (
        lambda G: pcgrad_weights(G, order if len(G) == T else left),
        upgrad_weights,
        lambda G: cagrad_weights(G, c),
    ):
        weights = weigh(gram)
        assert weights[T // 2] == 1
        if others:
            torch.testing.assert_close(weights[others], weigh(rest), rtol=1e-9, atol=1e-9)


def test_a_stack_of_grams_is_solved_member_by_member():
    grams = torch.stack([J @ J.T for J in (jacobian(3, seed) for seed in range(8))])
    orders = torch.stack([torch.from_numpy(np.random.default_rng(k).permutation(3)) for k in range(8)])
    for k in range(8):
        torch.testing.assert_close(upgrad_weights(grams)[k], upgrad_weights(grams[k]))
        torch.testing.assert_close(cagrad_weights(grams, 0.5)[k], cagrad_weights(grams[k], 0.5))
        torch.testing.assert_close(pcgrad_weights(grams, orders)[k], pcgrad_weights(grams[k], orders[k]))


def test_parallel_gradients_need_no_inverse():
    J = torch.tensor([[1.0, 2.0], [3.0, 6.0]], dtype=torch.float64)
    torch.testing.assert_close(upgrad_weights(J @ J.T), torch.ones(2, dtype=torch.float64))
    assert cagrad_weights(J @ J.T, 0.5).isfinite().all()


def test_what_cannot_be_asked_for_is_refused():
    with pytest.raises(ValueError, match=re.escape("c must be in [0, 1); got 1.0")):
        cagrad_weights(torch.eye(2), 1.0)
    message = (
        "method must be one of sum, penalty, PCGrad, UPGrad, CAGrad, in order, random order, "
        "palindromic order; got 'MGDA'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conflict_remedies.combine(torch.eye(2)[None], "MGDA", torch.tensor([[0, 1]]))


@pytest.fixture(scope="module")
def problem():
    """Two members, two tasks of random labels, as vectors in float64."""
    network = flow.Network((3, 4, 3))
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(2, 2, 7, 3, generator=generator, dtype=torch.float64)
    labels = torch.randint(3, (2, 2, 7), generator=generator)
    return network, draw_vectors(network, (3, 4)), Batch(x, labels)


def loss_of(network, batch, m, t):
    return network.cross_entropy(batch.x[m, t], batch.labels[m, t])


def test_gradients_and_curvature_are_those_of_the_plain_losses(problem):
    network, theta, batch = problem
    values, g = task_gradients(network, theta, *batch)
    directions = torch.randn(g.shape, dtype=g.dtype, generator=torch.Generator().manual_seed(1))
    products = curvature_products(network, theta, *batch, directions)
    largest = sharpness(network, theta, *batch, rounds=300)
    for m in range(2):
        losses = [loss_of(network, batch, m, t) for t in range(2)]
        hessians = [jacrev(grad(one))(theta[m]) for one in losses]
        for t, one in enumerate(losses):
            torch.testing.assert_close(values[m, t], one(theta[m]), rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(g[m, t], grad(one)(theta[m]), rtol=1e-11, atol=1e-11)
        expected = sum(H @ v for H, v in zip(hessians, directions[m], strict=True))
        torch.testing.assert_close(products[m], expected, rtol=1e-10, atol=1e-10)
        spectrum = torch.linalg.eigvalsh(sum(hessians))
        assert float(largest[m]) == pytest.approx(float(spectrum[spectrum.abs().argmax()]), rel=1e-6)


def test_errors_are_shares_and_broken_members_are_nan_alone(problem):
    network, theta, batch = problem
    broken = theta.clone()
    broken[0] = torch.nan
    loss, wrong = task_errors(network, broken, *batch)
    assert loss[0].isnan().all()
    assert wrong[0].isnan().all()
    outputs = network(theta[1], batch.x[1, 0])
    assert float(wrong[1, 0]) == float((outputs.argmax(1) != batch.labels[1, 0]).double().mean())
    torch.testing.assert_close(loss[1, 0], loss_of(network, batch, 1, 0)(theta[1]))


def round_gaps(problem, method, rates):
    """Distance of two rounds of the trainer from the flow of the modified loss without bracket."""
    network, theta, batch = problem
    settings = {"seeds": (3, 4), "tasks": 2, "steps": 2}
    orders = conflict_remedies.task_orders(method, settings)
    gaps = []
    for h in rates:
        end = theta
        for order in orders:
            end = conflict_remedies.take_round(network, end, batch, method, order, h)
        losses = [loss_of(network, batch, 0, t) for t in orders[:, 0].flatten().tolist()]
        potential = flow.modified_loss(losses, h)
        flowed = flow.integrate(lambda t, potential=potential: -grad(potential)(t), theta[0], h)
        gaps.append(float((end[0] - flowed).norm()))
    return gaps


def slope(rates, gaps):
    return np.polyfit(np.log(rates), np.log(gaps), 1)[0]


def test_palindromic_order_cancels_the_bracket_in_the_trainer(problem):
    """Slope 3 where the bracket is gone; the power check: rounds in equal order have slope 2."""
    rates = [0.1, 0.05, 0.025]
    assert slope(rates, round_gaps(problem, "palindromic order", rates)) == pytest.approx(3, abs=0.1)
    assert slope(rates, round_gaps(problem, "in order", rates)) == pytest.approx(2, abs=0.1)


def test_penalty_removes_the_conflict_term_in_the_trainer(problem):
    """λ = -h/2 leaves the flow of the separate flatness terms, to order h; without it the slope is 2."""
    network, theta, batch = problem
    losses = [loss_of(network, batch, 0, t) for t in range(2)]
    rates, order = [0.1, 0.05, 0.025], torch.tensor([[0, 1], [0, 1]])
    slopes = {}
    for strength in (-1.0, 0.0):
        gaps = []
        for h in rates:
            strengths = torch.full((2,), strength, dtype=torch.float64)
            end = conflict_remedies.take_round(network, theta, batch, "penalty", order, h, strengths)
            separate = flow.modified_loss(losses, h)
            flowed = flow.integrate(lambda t, separate=separate: -grad(separate)(t), theta[0], h)
            gaps.append(float((end[0] - flowed).norm()))
        slopes[strength] = slope(rates, gaps)
    assert slopes[-1.0] == pytest.approx(3, abs=0.1)
    assert slopes[0.0] == pytest.approx(2, abs=0.1)


TINY = {
    "tasks": 2,
    "fraction": 1.0,
    "width": 4,
    "steps": 4,
    "checkpoints": (2, 4),
    "batch": 5,
    "per_class": 2,
}


def remedies(**changes):
    cell = conflict_remedies.BOOK | TINY | {"seeds": (0, 1), "penalties": (0.0, 5.0)} | changes
    return pd.DataFrame(conflict_remedies.measure(cell, CPU))


def test_every_method_is_measured_at_every_checkpoint():
    table = remedies()
    keys = ["method", "penalty", "seed", "step", "task"]
    methods = conflict_remedies.BOOK["methods"]
    assert len(table) == (len(methods) + 1) * 2 * 2 * 2  # two penalties
    assert not table.duplicated(keys).any()
    assert table.notna().all().all()
    assert set(table.method) == set(methods)
    assert table.cosine.between(-1, 1).all()
    assert (np.sign(table.cosine) == np.sign(table.conflict)).all()  # two tasks: one inner product


def test_a_penalty_of_zero_is_the_sum_and_members_are_alone():
    table = remedies()
    none, plain = (
        rows.drop(columns="method").reset_index(drop=True)
        for rows in (table[(table.method == "penalty") & (table.penalty == 0)], table[table.method == "sum"])
    )
    pd.testing.assert_frame_equal(none, plain, rtol=1e-4, atol=1e-5)
    alone = remedies(seeds=(1,), methods=("random order",))
    same = table[(table.method == "random order") & (table.seed == 1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone, rtol=1e-4, atol=1e-5)


def test_a_member_that_blows_up_is_nan_and_the_others_are_not():
    table = remedies(methods=("penalty",), penalties=(0.0, float("inf")), checkpoints=(4,))
    broken = table.penalty != 0
    assert table.test_loss.isna().tolist() == broken.tolist()


def test_all_methods_see_the_same_batches():
    cell = conflict_remedies.BOOK | TINY | {"seeds": (0, 1)}
    rows = batch_rows(cell, 20, CPU)
    assert rows.shape == (4, 2, 2, 5)
    train, _ = permuted_batches(cell, CPU)
    taken = train.take(rows[0])
    assert torch.equal(taken.x[1, 0, 2], train.x[1, 0, rows[0, 1, 0, 2]])
    assert torch.equal(train.repeat(3).labels[3], train.labels[1])


REGULARIZED = {
    "tasks": 1, "per_class": 3, "width": 6, "levels": (1.5, 1.0), "horizon": 60.0, "seeds": (0, 1, 2)
}  # fmt: skip


def regularized(**changes):
    cell = gradient_regularization.BOOK | REGULARIZED | changes
    return pd.DataFrame(gradient_regularization.measure(cell, CPU))


def test_rate_and_penalty_are_interchangeable():
    """Only h + λ matters to order h: at equal sums the curvature agrees ten times better than without λ."""
    keys = ["seed", "level"]
    fine = regularized(rate=0.05, penalties=(0.0, 0.15)).set_index(["penalty", *keys]).sharpness
    coarse = regularized(rate=0.2, penalties=(0.0,)).set_index(keys).sharpness
    without, with_penalty = (coarse - fine[0.0]).abs().mean(), (coarse - fine[0.15]).abs().mean()
    assert with_penalty < without / 10


def test_levels_are_met_between_two_steps_or_never():
    table = regularized(rate=0.5, penalties=(0.0,), horizon=20.0, levels=(1.5, 1e-9), tasks=2)
    assert len(table) == 3 * 2 * 2
    met = table.level == 1.5
    assert table.steps.notna().tolist() == met.tolist()
    assert table.test_error.notna().tolist() == met.tolist()
    assert (table.steps[met] % 1 > 0).all()
    np.testing.assert_allclose(table.time[met], 0.5 * table.steps[met], rtol=1e-6)
    same = table[met].groupby("seed")[["gradient_norm", "sharpness"]].nunique()
    assert (same == 1).all().all()  # of the network, not of a task
