"""Measures of similarity see what they should and nothing else; in the linear model they agree exactly."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import hadamard
from scipy.stats import ortho_group

from manytasks.deep import find_sweep
from manytasks.deep.measures import (
    bracket_norm,
    cross_risk,
    function_cosine,
    function_distance,
    gradient_cosine,
    linear_cka,
    weight_cosine,
    weight_distance,
)
from manytasks.deep.measures.network import forward
from manytasks.deep.networks import MLP, Architecture, Pool, Recipe, draw_weights, train_members
from manytasks.deep.sweeps.private_layers import copy_layers, train_partly_shared
from manytasks.deep.sweeps.task_pairs import CLASSES, DIALS, task_pair
from manytasks.streams import stream

SHAPE = Architecture(inputs=4, width=6, depth=2, heads=1, classes=3)
CPU = torch.device("cpu")


def network(seed: int) -> dict[str, torch.Tensor]:
    return {
        name: torch.from_numpy(value)
        for name, value in draw_weights(SHAPE, np.random.default_rng(seed)).items()
    }


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def exchange_units(theta, order):
    """The same function with the units of the first hidden layer in another order."""
    moved = {"hidden.0.weight", "norm.0.weight", "norm.0.bias"}
    return {
        name: value[order] if name in moved else value[:, order] if name == "hidden.1.weight" else value
        for name, value in theta.items()
    }


def outputs(theta, x):
    return forward(theta, x)[1]


def test_exchanging_hidden_units_moves_the_weights_and_not_the_function():
    theta, other, x = network(1), network(2), normal(20, 4)
    twin = exchange_units(theta, [3, 0, 1, 5, 4, 2])
    assert weight_distance(theta, twin) > 0.5
    assert weight_cosine(theta, twin) < 0.95
    torch.testing.assert_close(outputs(theta, x), outputs(twin, x), rtol=0, atol=1e-13)
    assert function_distance(outputs(theta, x), outputs(twin, x)) < 1e-25
    for measure in (function_distance, function_cosine):
        torch.testing.assert_close(
            measure(outputs(theta, x), outputs(other, x)), measure(outputs(twin, x), outputs(other, x))
        )
    torch.testing.assert_close(
        linear_cka(forward(theta, x)[0], forward(other, x)[0]),
        linear_cka(forward(twin, x)[0], forward(other, x)[0]),
    )


def test_moving_both_networks_together_keeps_their_distance_and_changes_their_cosine():
    a, b, shift = normal(5, seed=1), normal(5, seed=2), normal(5, seed=3)
    torch.testing.assert_close(weight_distance(a + shift, b + shift), weight_distance(a, b))
    torch.testing.assert_close(weight_cosine(a + shift, b + shift, shift), weight_cosine(a, b))
    assert abs(weight_cosine(a + shift, b + shift) - weight_cosine(a, b)) > 0.1


@given(seed=st.integers(0, 1000), scale=st.floats(0.1, 10), p=st.integers(2, 5), q=st.integers(2, 5))
@settings(max_examples=50, deadline=None)
def test_cka_ignores_orthogonal_maps_scale_and_shift_and_lies_between_0_and_1(seed, scale, p, q):
    a, b = normal(12, p, seed=seed), normal(12, q, seed=seed + 1)
    rotation = torch.from_numpy(ortho_group.rvs(p, random_state=seed))
    value = linear_cka(a, b)
    torch.testing.assert_close(linear_cka(scale * a @ rotation + 3.0, b), value)
    torch.testing.assert_close(linear_cka(b, a), value)
    torch.testing.assert_close(linear_cka(a, a @ rotation), torch.tensor(1.0, dtype=a.dtype))
    assert 0 <= value <= 1


def test_cka_sees_other_linear_maps():
    a = normal(12, 3)
    assert linear_cka(a, a * torch.tensor([10.0, 1.0, 0.1])) < 0.95


@pytest.mark.parametrize("p", [1, 3, 7])
def test_on_white_features_the_measures_of_the_linear_model_are_one(p):
    """Columns of a Hadamard matrix: their second moments are exactly the identity."""
    x = torch.from_numpy(hadamard(8)[:, 1 : p + 1].astype(float))
    a, b, here = normal(p, seed=1), normal(p, seed=2), normal(p, seed=3)
    risk = [lambda w, t=t: (x @ (w - t)).square().mean() for t in (a, b)]
    half = [lambda w, f=f: f(w) / 2 for f in risk]
    distance, cosine = weight_distance(a, b), weight_cosine(a, b)
    f_a, f_b = (x @ a)[:, None], (x @ b)[:, None]
    exact = {"rtol": 1e-12, "atol": 1e-14}
    torch.testing.assert_close(function_distance(f_a, f_b), distance, **exact)
    torch.testing.assert_close(
        cross_risk(torch.stack([torch.stack([f(w) for f in risk]) for w in (a, b)])), distance, **exact
    )
    for at in (torch.zeros(p, dtype=a.dtype), here):
        torch.testing.assert_close(bracket_norm(*half, at) ** 2, distance, **exact)
    torch.testing.assert_close(function_cosine(f_a, f_b), cosine, **exact)
    torch.testing.assert_close(gradient_cosine(*risk, torch.zeros(p, dtype=a.dtype)), cosine, **exact)
    torch.testing.assert_close(linear_cka(f_a, f_b), cosine**2, **exact)


def test_on_other_features_the_function_distance_weighs_directions_by_their_variance():
    x = normal(50, 3) * torch.tensor([3.0, 1.0, 0.1])
    for change, factor in (([1.0, 0.0, 0.0], 9.0), ([0.0, 0.0, 1.0], 0.01)):
        a = normal(3)
        b = a + torch.tensor(change)
        expected = (a - b) @ (x.T @ x / 50) @ (a - b)
        torch.testing.assert_close(function_distance((x @ a)[:, None], (x @ b)[:, None]), expected)
        assert expected / weight_distance(a, b) == pytest.approx(factor, rel=0.4)


def task_losses(theta, seed=0):
    x, y = normal(10, 4, seed=seed), torch.arange(10) % 3
    return lambda weights: torch.nn.functional.cross_entropy(outputs(weights, x), y)


def test_bracket_norm_is_that_of_the_written_out_hessians():
    theta = network(1)
    losses = [task_losses(theta, seed) for seed in (1, 2)]
    names = list(theta)
    sizes = [theta[name].numel() for name in names]

    def flat(vector):
        parts = torch.split(vector, sizes)
        return {name: part.view_as(theta[name]) for name, part in zip(names, parts, strict=True)}

    vector = torch.cat([theta[name].reshape(-1) for name in names])
    g = [torch.func.grad(lambda v, f=f: f(flat(v)))(vector) for f in losses]
    H = [torch.autograd.functional.hessian(lambda v, f=f: f(flat(v)), vector) for f in losses]
    torch.testing.assert_close(bracket_norm(*losses, theta), (H[1] @ g[0] - H[0] @ g[1]).norm())
    torch.testing.assert_close(gradient_cosine(*losses, theta), g[0] @ g[1] / (g[0].norm() * g[1].norm()))


def test_equal_tasks_pull_one_way_and_swapping_tasks_changes_nothing():
    theta = network(1)
    first, second = task_losses(theta, 1), task_losses(theta, 2)
    assert bracket_norm(first, first, theta) == 0
    torch.testing.assert_close(gradient_cosine(first, first, theta), torch.tensor(1.0, dtype=torch.float64))
    for measure in (bracket_norm, gradient_cosine):
        torch.testing.assert_close(measure(first, second, theta), measure(second, first, theta))


def test_stateless_network_is_the_module():
    weights = draw_weights(SHAPE, np.random.default_rng(1))
    module = MLP(SHAPE, weights, torch.float64)
    x, heads = normal(9, 4), torch.zeros(9, dtype=torch.long)
    torch.testing.assert_close(outputs(network(1), x), module(x, heads), rtol=1e-12, atol=1e-12)
    module.eval()
    statistics = [(norm.running_mean, norm.running_var) for norm in module.norm]
    torch.testing.assert_close(
        forward(network(1), x, statistics)[1], module(x, heads), rtol=1e-12, atol=1e-12
    )


def test_at_strength_0_every_dial_gives_the_same_pair_of_one_task():
    pairs = [task_pair("digits", dial, 0.0, per_class=3, seed=1) for dial in DIALS]
    for pair in pairs:
        for part, other in zip(pair.train + pair.test, pairs[0].train + pairs[0].test, strict=True):
            np.testing.assert_allclose(pair.features[part.rows], pairs[0].features[other.rows], atol=1e-6)
            np.testing.assert_array_equal(part.labels, other.labels)
    first, second = pairs[0].test
    np.testing.assert_array_equal(pairs[0].features[first.rows], pairs[0].features[second.rows])
    samples = [{row.tobytes() for row in pairs[0].features[part.rows]} for part in pairs[0].train]
    assert not samples[0] & samples[1]


def test_dials_change_what_they_say():
    def second(dial):
        pair, same = (task_pair("digits", dial, s, per_class=4, seed=1) for s in (1.0, 0.0))
        return pair.features[pair.test[1].rows], pair.test[1].labels, same.features[same.test[1].rows]

    x, _, same = second("pixels")
    np.testing.assert_array_equal(np.sort(x, 1), np.sort(same, 1))
    assert (x != same).any()
    x, _, same = second("rotation")
    np.testing.assert_allclose(x.reshape(-1, 8, 8), np.rot90(same.reshape(-1, 8, 8), axes=(1, 2)), atol=1e-5)
    x, labels, same = second("labels")
    np.testing.assert_array_equal(x, same)
    np.testing.assert_array_equal(
        labels, (task_pair("digits", "labels", 0.0, 4, 1).test[1].labels + 1) % CLASSES
    )
    for dial in ("classes", "data sets"):
        x, labels, same = second(dial)
        assert set(labels) == set(range(CLASSES))
        assert not {row.tobytes() for row in x} & {row.tobytes() for row in same}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("digits", "sound", 0.5), f"dial must be one of {', '.join(DIALS)}; got 'sound'"),
        (("mnist", "pixels", 0.5), "dataset must be one of digits, glyphs; got 'mnist'"),
        (("digits", "pixels", 1.5), "strength must be in [0, 1]; got 1.5"),
    ],
)
def test_impossible_pairs_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        task_pair(*arguments, per_class=1, seed=1)


RECIPE = Recipe(steps=12, batch=5, rate=0.05)


def partly_shared(private, dial="labels"):
    pair = task_pair("digits", dial, 1.0, per_class=3, seed=1)
    shape = Architecture(64, width=5, depth=2, heads=1, classes=CLASSES)
    weights = draw_weights(shape, stream(1, "weights"))
    table = torch.from_numpy(pair.features).double()
    theta = copy_layers([weights], tasks=2, depth=2, private=private)
    risks = train_partly_shared(theta, table[None], {1: pair}, RECIPE, private)
    return theta, risks, (shape, weights, table, pair)


def test_with_every_layer_private_each_task_trains_as_if_alone():
    theta, _, (shape, weights, table, pair) = partly_shared(range(3))
    for task in (0, 1):
        samples = pair.train[task]
        pool = Pool(samples.rows, samples.labels, np.zeros(samples.size, int))
        (stack,) = train_members(
            shape, [weights], table, [pool], RECIPE, [stream(1, "batches", task)], size=1
        )
        for name, value in stack.parameters.items():
            torch.testing.assert_close(theta[name][0, task], value[0], rtol=1e-9, atol=1e-10)


def test_with_no_layer_private_a_single_network_learns_both():
    theta, risks, _ = partly_shared(())
    assert {value.shape[:2] for value in theta.values()} == {(1, 1)}
    assert risks.shape == (1, 2)
    other = partly_shared((), dial="pixels")[0]
    assert not torch.equal(theta["head.weight"], other["head.weight"])


def test_layers_rows_compare_private_layers_only():
    sweep = find_sweep("layers")
    cell = sweep.cells("smoke")[2]
    rows = pd.DataFrame(sweep.measure(cell, CPU))
    assert cell["private"] == "1"
    assert rows.layer.tolist() == [0, 1, 2, 3] * len(cell["seeds"])
    shared = rows[rows.layer != 1]
    np.testing.assert_allclose(shared.cosine, 1, rtol=1e-6)
    np.testing.assert_allclose(shared.distance, 0)
    private = rows[rows.layer == 1]
    assert (private.cosine < 0.9999).all()
    assert (private.distance > 0).all()


def test_measures_sweep_gives_every_pair_one_row_and_finite_numbers():
    sweep = find_sweep("similarity-measures")
    cell = sweep.cells("smoke")[DIALS.index("labels")]
    rows = pd.DataFrame(sweep.measure(cell, CPU))
    assert rows.groupby(["seed", "strength"]).size().tolist() == [1] * len(rows)
    assert np.isfinite(rows.to_numpy(float)).all()
    same = rows[rows.strength == 0]
    np.testing.assert_allclose(same.cross_risk, 0, atol=1e-6)  # the same test images, twice
    cosines = rows.filter(regex="cosine|cka").to_numpy()
    assert (np.abs(cosines) <= 1 + 1e-6).all()
