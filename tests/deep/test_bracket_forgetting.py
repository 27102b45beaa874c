"""The bracket-forgetting sweep measures what its columns say."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from torch.func import grad, jacrev, vmap

from manytasks import flow
from manytasks.deep.data import load_dataset
from manytasks.deep.sweeps.bracket_forgetting import (
    CLASSES,
    SMOKE,
    draw_probes,
    initial_weights,
    measure,
    network_of,
    problems_of,
    task_1_curvature,
    trained_parameters,
)
from manytasks.deep.sweeps.curvature import hessian_product, hessian_trace, sharpness
from manytasks.deep.sweeps.shared_trunk import (
    descend_members,
    permuted_pair,
    problem_error,
    problem_loss,
    stack_problems,
)

CPU = torch.device("cpu")
TINY = SMOKE | {"per_class": 2, "depth": 1, "width": 3, "steps": 40, "short": 4, "long": 9, "probes": 4}
RUNS = {"one step": (1, 0.0), "short": (4, 0.0), "long": (9, TINY["momentum"])}


def cell(loss="mse", **changes):
    return TINY | {"loss": loss} | changes


def rows_of(settings):
    return pd.DataFrame(measure(settings, CPU))


def one_member(settings, seed, scenario, fraction):
    """The problems, the end of task 1 and the loss of one member, without any other beside it."""
    alone = settings | {"seeds": (seed,), "scenarios": (scenario,), "fractions": (fraction,)}
    problems = [{k: v[0] for k, v in problem.items()} for problem in problems_of(alone, CPU)]
    network = network_of(settings)
    loss = problem_loss(network, settings["loss"])
    theta = velocity = torch.zeros(network.size, dtype=torch.float64)
    theta = initial_weights(network, seed)
    rate, momentum = settings["rate"] / settings["width"], settings["momentum"]
    for _ in range(settings["steps"]):
        g = grad(loss)(theta, problems[0])
        velocity = momentum * velocity + g
        theta = theta - rate * (g + momentum * velocity)
    return network, loss, theta, *problems


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
@pytest.mark.parametrize("scenario", ["task", "domain"])
def test_bracket_of_the_sweep_is_the_bracket_of_the_package(loss, scenario):
    """To 1e-10, against flow.lie_bracket and against the two full Hessians."""
    settings = cell(loss)
    table = rows_of(settings).set_index(["seed", "scenario", "fraction", "run"])
    row = table.loc[1, scenario, 0.5, "long"]
    _, value, theta, first, second, test = one_member(settings, 1, scenario, 0.5)
    one, two, held_out = (lambda t, d=d: value(t, d) for d in (first, second, test))
    g1, g2 = grad(one)(theta), grad(two)(theta)
    H1, H2, H_test = (jacrev(grad(f))(theta) for f in (one, two, held_out))
    bracket = flow.lie_bracket(one, two, theta)
    torch.testing.assert_close(bracket, H2 @ g1 - H1 @ g2, rtol=1e-10, atol=1e-12)
    expected = {
        "bracket": bracket.norm(),
        "along": -(g2 @ bracket),
        "g1": g1.norm(),
        "g2": g2.norm(),
        "cosine": g1 @ g2 / (g1.norm() * g2.norm()),
        "curvature_train": g2 @ H1 @ g2,
        "curvature_test": g2 @ H_test @ g2,
        "curvature_2": g2 @ H2 @ g2,
        "inner_test": grad(held_out)(theta) @ g2,
        "loss_2": two(theta),
    }
    for name, wanted in expected.items():
        assert row[name] == pytest.approx(float(wanted), rel=1e-10, abs=1e-12), name
    mean = row.trace_1 / min(trained_parameters(network_of(settings)), CLASSES * 20)
    assert row.relative_bracket == pytest.approx(row.bracket / (row.g2 * mean), rel=1e-12)
    assert row.relative_curvature == pytest.approx(row.curvature_train / (row.g2**2 * mean), rel=1e-12)
    assert 0 < row.noncommuting < 1


@pytest.mark.parametrize("run", RUNS)
def test_forgetting_is_what_task_1_loses_from_its_own_end(run):
    settings = cell()
    network, loss, theta, first, second, test = one_member(settings, 0, "domain", 1.0)
    rate, (steps, momentum) = settings["rate"] / settings["width"], RUNS[run]
    if momentum:
        end = descend_members(
            loss, theta[None], {k: v[None] for k, v in second.items()}, rate, steps, momentum
        )[0]
    else:
        end = flow.descend([lambda t: loss(t, second)], theta, rate, rounds=steps)
    row = rows_of(settings).set_index(["seed", "scenario", "fraction", "run"]).loc[0, "domain", 1.0, run]
    assert row.duration == pytest.approx(steps * rate, rel=1e-12)
    for part, problem in (("train", first), ("test", test)):
        values = [
            (
                loss(t, problem),
                (network(t, problem["x"])[:, :CLASSES].argmax(1) != problem["targets"].argmax(1)),
            )
            for t in (theta, end)
        ]
        (loss_before, wrong_before), (loss_after, wrong_after) = values
        assert row[f"forgotten_{part}_loss"] == pytest.approx(float(loss_after - loss_before), rel=1e-9)
        lost = float(wrong_after.double().mean() - wrong_before.double().mean())
        assert row[f"forgotten_{part}_error"] == pytest.approx(lost, abs=1e-12)
        assert row[f"learned_{part}_error"] == pytest.approx(float(wrong_before.double().mean()), rel=1e-12)
    assert row.second_loss == pytest.approx(float(loss(end, second)), rel=1e-9)


def test_momentum_is_that_of_torch():
    torch.manual_seed(0)
    quadratic = torch.diag(torch.tensor([1.0, 0.3], dtype=torch.float64))

    def loss(theta, problem):
        return theta @ quadratic @ theta / 2 - theta @ problem["x"]

    start, shift = torch.randn(2, dtype=torch.float64), torch.randn(2, dtype=torch.float64)
    theta = start.clone().requires_grad_()
    optimiser = torch.optim.SGD([theta], lr=0.2, momentum=0.9, nesterov=True)
    for _ in range(7):
        optimiser.zero_grad()
        loss(theta, {"x": shift}).backward()
        optimiser.step()
    ours = descend_members(loss, start[None], {"x": shift[None]}, 0.2, 7, 0.9)[0]
    torch.testing.assert_close(ours, theta.detach(), rtol=1e-12, atol=1e-12)


def test_similarity_dial_does_not_move_task_1():
    digits = load_dataset("digits")
    first, second, test = permuted_pair(digits, 3, 0.0, seed=2)
    seen = {0.0: second}
    for fraction in (0.25, 0.5, 1.0):
        other_first, seen[fraction], other_test = permuted_pair(digits, 3, fraction, seed=2)
        for kept, other in ((first, other_first), (test, other_test)):
            assert all(torch.equal(kept[name], other[name]) for name in kept)
    still = [int(seen[f]["x"].isclose(seen[0.0]["x"]).all(dim=0).sum()) for f in (0.25, 0.5, 1.0)]
    assert 45 < still[0] < 64  # three quarters of 64 pixels, and those that a permutation leaves alone
    assert still[0] > still[1] > still[2]
    assert not any(torch.equal(a, b) for a in first["x"] for b in second["x"])
    torch.testing.assert_close(first["x"].mean(0), torch.zeros(64, dtype=torch.float64), rtol=0, atol=1e-14)
    assert float(first["x"].square().mean()) == pytest.approx(1, rel=1e-12)


def test_width_scenario_and_fraction_share_one_task_1():
    table = rows_of(cell())
    of_task_1 = ["g1", "trace_1", "sharpness_1", "learned_train_loss", "learned_test_error"]
    assert (table.groupby("seed")[of_task_1].nunique() == 1).all().all()
    assert len(table) == 2 * 2 * 4 * len(RUNS)
    wide, narrow = (problems_of(cell(width=width), CPU) for width in (3, 5))
    assert all(torch.equal(a[k], b[k]) for a, b in zip(wide, narrow, strict=True) for k in a)


def test_tasks_without_shared_parameters_have_no_bracket_and_no_forgetting():
    """Without a trunk the heads are all there is; with one head the same tasks do meet."""
    table = rows_of(cell(depth=0)).groupby("scenario")
    for name in ("bracket", "forgotten_train_loss", "forgotten_test_error"):
        assert (table.get_group("task")[name] == 0).all()
    assert (table.get_group("domain").bracket > 0).all()
    assert (table.get_group("domain").forgotten_train_loss != 0).all()


def test_forgetting_of_a_step_is_second_order_in_its_length():
    """What is left of one step beyond the bracket's law falls with the third power of the step."""
    _, loss, theta, first, second, _ = one_member(cell(), 0, "domain", 0.5)
    g1, g2 = grad(loss)(theta, first), grad(loss)(theta, second)
    curvature = g2 @ hessian_product(lambda t: loss(t, first), theta, g2)
    rests = []
    for rate in (0.02, 0.01):
        seen = loss(theta - rate * g2, first) - loss(theta, first)
        rests.append(abs(float(seen + rate * g1 @ g2 - rate**2 / 2 * curvature)))
    assert np.log2(rests[0] / rests[1]) == pytest.approx(3, abs=0.1)


def test_a_diverged_member_is_nan_and_alone():
    table = rows_of(cell(rate=1e9))
    lost = [name for name in table if name.startswith(("forgotten", "learned"))]
    assert table[[*lost, "bracket", "second_loss"]].isna().all().all()
    assert len(table) == 2 * 2 * 4 * len(RUNS)
    assert table[["seed", "scenario", "fraction", "run", "duration", "parameters"]].notna().all().all()

    network, loss, theta, _, second, _ = one_member(cell(), 0, "domain", 0.5)
    problem = {name: value[None].expand(2, *value.shape) for name, value in second.items()}
    poisoned = torch.stack([theta, torch.full_like(theta, torch.nan)])
    end = descend_members(loss, poisoned, problem, 0.1, 5)
    errors = vmap(lambda *member: problem_error(network, *member))(end, problem)
    alone = descend_members(loss, theta[None], {k: v[None] for k, v in second.items()}, 0.1, 5)
    torch.testing.assert_close(end[0], alone[0], rtol=1e-12, atol=1e-12)
    assert end[1].isnan().all()
    assert errors.isnan().tolist() == [False, True]


def test_mean_over_all_signs_is_the_trace():
    torch.manual_seed(1)
    A = torch.randn(4, 4, dtype=torch.float64)

    def loss(theta):
        return (A @ theta).square().sum() / 2 + theta[0] ** 3

    theta = torch.randn(4, dtype=torch.float64)
    H = jacrev(grad(loss))(theta)
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=4)), dtype=torch.float64)
    assert float(hessian_trace(loss, theta, signs)) == pytest.approx(float(H.trace()), rel=1e-12)
    norm = float(torch.linalg.matrix_norm(H, 2))
    few, many = (float(sharpness(loss, theta, signs[3], rounds)) for rounds in (1, 200))
    assert few < norm
    assert many == pytest.approx(norm, rel=1e-9)


def test_mean_curvature_of_a_linear_network_is_that_of_the_theory():
    """The trace is classes times the mean squared input, and one for the bias: p/n for each of n ranks."""
    settings = cell(depth=0)
    network = network_of(settings)
    first = {name: value[0] for name, value in problems_of(settings, CPU)[0].items()}
    every = torch.eye(network.size, dtype=torch.float64)
    found = task_1_curvature(problem_loss(network, "mse"), initial_weights(network, 0), first, every)[
        "trace_1"
    ]
    expected = CLASSES * (first["x"].square().sum(1).mean() + 1)
    assert float(found * network.size) == pytest.approx(float(expected), rel=1e-12)
    probes = draw_probes(network, 3, seed=0)
    assert probes.abs().eq(1).all()
    assert probes.shape == (3, network.size)


def test_heads_and_losses_are_checked():
    with pytest.raises(ValueError, match=r"^loss must be one of cross-entropy, mse; got 'hinge'$"):
        problem_loss(network_of(cell()), "hinge")
    pair = permuted_pair(load_dataset("digits"), 2, 1.0, seed=0)
    stacked = stack_problems([pair[0], pair[1]], [0, 1], CPU)
    assert stacked["head"].tolist() == [[0], [1]]
    assert stacked["x"].shape == (2, 20, 64)
