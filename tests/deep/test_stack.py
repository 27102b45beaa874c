"""A member of a stack is the plain module, whatever it is stacked with."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from manytasks.deep.networks import (
    MLP,
    Architecture,
    Pool,
    Recipe,
    Stack,
    batch_order,
    draw_weights,
    evaluate,
    losses,
    train,
    train_members,
)

MEMBERS = 4


def problem(shape: Architecture, samples: tuple[int, ...], seed: int = 0):
    """Features in float64 and a pool per member, of different sizes and labels."""
    rng = np.random.default_rng(seed)
    features = torch.from_numpy(rng.standard_normal((200, shape.inputs)))
    pools = [
        Pool(
            rng.permutation(200)[:n],
            rng.integers(shape.classes, size=n),
            rng.integers(shape.heads, size=n),
        )
        for n in samples
    ]
    weights = [draw_weights(shape, np.random.default_rng(100 + i)) for i in range(len(samples))]
    return features, pools, weights


def generators(count: int = MEMBERS) -> list[np.random.Generator]:
    return [np.random.default_rng(200 + i) for i in range(count)]


def plain_trajectory(shape, features, pool, weights, recipe, generator) -> MLP:
    """The loop a reader would write, with torch's own optimiser and scheduler-free rates."""
    network = MLP(shape, weights, torch.float64)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=recipe.rate, momentum=recipe.momentum, nesterov=recipe.momentum > 0
    )
    for step, batch in enumerate(batch_order(len(pool.rows), recipe.steps, recipe.batch, generator)):
        optimiser.param_groups[0]["lr"] = recipe.rate_at(step)
        outputs = network(features[pool.rows[batch]], torch.from_numpy(pool.heads[batch]))
        loss = losses(outputs, torch.from_numpy(pool.labels[batch]), recipe.loss).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
@pytest.mark.parametrize("schedule", ["cosine", "constant"])
@pytest.mark.parametrize(("depth", "heads"), [(0, 1), (1, 3), (3, 2)])
def test_stack_follows_the_plain_module(depth, heads, schedule, loss):
    shape = Architecture(inputs=6, width=5, depth=depth, heads=heads, classes=3)
    recipe = Recipe(steps=40, batch=16, rate=0.05, schedule=schedule, loss=loss)
    features, pools, weights = problem(shape, (30, 50, 16, 7))
    stack = Stack(shape, weights, torch.float64)
    train(stack, features, pools, recipe, generators())
    test_x, test_heads = features[:40], torch.arange(40) % heads
    outputs = stack.forward(test_x, test_heads.expand(MEMBERS, -1))
    for member, generator in enumerate(generators()):
        network = plain_trajectory(shape, features, pools[member], weights[member], recipe, generator)
        for name, parameter in network.named_parameters():
            torch.testing.assert_close(stack.parameters[name][member], parameter, rtol=0, atol=1e-12)
        for layer, norm in enumerate(network.norm):
            part = slice(member * shape.width, (member + 1) * shape.width)
            torch.testing.assert_close(stack.means[layer][part], norm.running_mean, rtol=0, atol=1e-12)
            torch.testing.assert_close(stack.variances[layer][part], norm.running_var, rtol=0, atol=1e-12)
        torch.testing.assert_close(outputs[member], network(test_x, test_heads), rtol=0, atol=1e-11)


def test_a_wide_lone_network_follows_the_plain_module():
    """Above width 256 its gradient is recorded instead of written out."""
    shape = Architecture(inputs=6, width=260, depth=2, heads=2, classes=3)
    recipe = Recipe(steps=5, batch=16, rate=0.05)
    features, pools, weights = problem(shape, (30,))
    (stack,) = train_members(shape, weights, features, pools, recipe, generators(1))
    network = plain_trajectory(shape, features, pools[0], weights[0], recipe, generators(1)[0])
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(stack.parameters[name][0], parameter, rtol=0, atol=1e-12)


def test_training_moves_the_weights_a_thousand_times_further_than_the_tolerance():
    """The power of the test above: two orders of batches already differ by far more than 1e-12."""
    shape = Architecture(inputs=6, width=5, depth=1, heads=1, classes=3)
    recipe = Recipe(steps=40, batch=16, rate=0.05)
    features, pools, weights = problem(shape, (30,))
    ends = [
        plain_trajectory(shape, features, pools[0], weights[0], recipe, np.random.default_rng(seed))
        for seed in (1, 2)
    ]
    assert (ends[0].head.weight - ends[1].head.weight).abs().max() > 1e-3


@settings(max_examples=8, deadline=None)
@given(size=st.integers(1, MEMBERS))
def test_result_does_not_depend_on_how_members_are_stacked(size):
    shape = Architecture(inputs=6, width=5, depth=2, heads=2, classes=3)
    recipe = Recipe(steps=20, batch=8, rate=0.05)
    features, pools, weights = problem(shape, (30, 50, 16, 7))
    whole = train_members(shape, weights, features, pools, recipe, generators(), size=MEMBERS)[0]
    parts = train_members(shape, weights, features, pools, recipe, generators(), size=size)
    for name, expected in whole.parameters.items():
        got = torch.cat([part.parameters[name] for part in parts])
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)


def test_a_member_that_diverges_is_nan_alone():
    shape = Architecture(inputs=6, width=5, depth=1, heads=1, classes=3)
    features, pools, weights = problem(shape, (30, 30))
    weights[0]["head.weight"] = np.full_like(weights[0]["head.weight"], 1e300)
    stack = Stack(shape, weights, torch.float64)
    train(stack, features, pools, Recipe(steps=5, batch=8, rate=0.1, loss="mse"), generators(2))
    for values in evaluate(stack, features, pools, "mse"):
        assert np.isnan(values).tolist() == [True, False]


def test_evaluate_counts_losses_and_errors():
    shape = Architecture(inputs=1, width=1, depth=0, heads=1, classes=2)
    weights = {"head.weight": np.array([[1.0], [-1.0]]), "head.bias": np.zeros(2)}
    features = torch.tensor([[2.0], [-2.0], [1.0], [3.0]], dtype=torch.float64)
    pool = Pool(np.arange(4), np.array([0, 1, 1, 0]), np.zeros(4, int))
    loss, error = evaluate(Stack(shape, [weights], torch.float64), features, [pool])
    margins = np.array([4.0, 4.0, -2.0, 6.0])
    np.testing.assert_allclose(loss, np.log1p(np.exp(-margins)).mean(), rtol=1e-14)
    np.testing.assert_array_equal(error, [0.25])


def test_evaluate_takes_pools_of_different_sizes():
    shape = Architecture(inputs=6, width=5, depth=1, heads=2, classes=3)
    features, pools, weights = problem(shape, (30, 7, 12))
    together = evaluate(Stack(shape, weights, torch.float64), features, pools)
    for member, pool in enumerate(pools):
        alone = evaluate(Stack(shape, weights[member : member + 1], torch.float64), features, [pool])
        np.testing.assert_allclose([values[member] for values in together], np.ravel(alone), rtol=1e-12)


def test_batches_use_every_sample_equally_often():
    order = batch_order(7, steps=14, batch=5, generator=np.random.default_rng(3))
    assert np.bincount(order.ravel()).tolist() == [10] * 7
    assert order.shape == (14, 5)


def test_parameters_and_shapes_are_those_of_the_module():
    shape = Architecture(inputs=6, width=5, depth=3, heads=2, classes=4)
    network = MLP(shape, draw_weights(shape, np.random.default_rng(0)))
    assert {name: tuple(p.shape) for name, p in network.named_parameters()} == shape.shapes()
    assert sum(p.numel() for p in network.parameters()) == shape.parameters


def test_initial_weights_have_torchs_distribution():
    """Uniform within 1/sqrt(fan-in): the bound is nearly reached and never passed."""
    shape = Architecture(inputs=400, width=100, depth=2, heads=1, classes=10)
    weights = draw_weights(shape, np.random.default_rng(0))
    fan_in = {"hidden.0.weight": 400, "hidden.1.weight": 100, "head.weight": 100, "head.bias": 100}
    for name, n in fan_in.items():
        largest = np.abs(weights[name]).max() * np.sqrt(n)
        assert (0.8 if name == "head.bias" else 0.99) < largest <= 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtype_is_the_callers(dtype):
    shape = Architecture(inputs=6, width=5, depth=1, heads=1, classes=3)
    features, pools, weights = problem(shape, (30,))
    (stack,) = train_members(
        shape, weights, features.to(dtype), pools, Recipe(steps=2, batch=8, rate=0.1), generators(1)
    )
    assert {p.dtype for p in stack.parameters.values()} == {dtype}
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": 0}, "inputs must be at least 1; got 0"),
        ({"width": 0}, "width must be at least 1; got 0"),
        ({"heads": 0}, "heads must be at least 1; got 0"),
        ({"classes": -1}, "classes must be at least 1; got -1"),
        ({"depth": -1}, "depth must be at least 0; got -1"),
    ],
)
def test_impossible_shapes_are_refused(changes, message):
    good = {"inputs": 6, "width": 5, "depth": 1, "heads": 1, "classes": 3}
    with pytest.raises(ValueError, match=f"^{message}$"):
        Architecture(**(good | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps must be at least 1 and batch at least 2; got 0 and 8"),
        ({"batch": 1}, "steps must be at least 1 and batch at least 2; got 5 and 1"),
        ({"rate": 0.0}, r"rate must be positive and momentum in \[0, 1\); got 0.0 and 0.95"),
        ({"momentum": 1.0}, r"rate must be positive and momentum in \[0, 1\); got 0.1 and 1.0"),
    ],
)
def test_impossible_recipes_are_refused(changes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Recipe(**({"steps": 5, "batch": 8, "rate": 0.1} | changes))


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
@pytest.mark.parametrize(("depth", "heads"), [(0, 1), (2, 3)])
def test_gradient_is_what_autograd_finds(depth, heads, loss):
    """Of the same stack, and its running statistics move alike; a single member takes the plain product."""
    shape = Architecture(inputs=6, width=5, depth=depth, heads=heads, classes=3)
    features, pools, weights = problem(shape, (20, 20, 20))
    for count in (1, 3):
        rows, labels, own = (
            torch.from_numpy(np.stack([getattr(pool, name) for pool in pools[:count]]))
            for name in ("rows", "labels", "heads")
        )
        written, recorded = (Stack(shape, weights[:count], torch.float64) for _ in range(2))
        written.fill_gradient(features[rows], own, labels, loss)
        outputs = recorded.forward(features[rows], own, training=True)
        (losses(outputs, labels, loss).sum() / 20).backward()
        torch.testing.assert_close(written.flat.slopes, recorded.flat.slopes, rtol=0, atol=1e-14)
        assert recorded.flat.slopes.abs().max() > 0.01
        for name in ("means", "variances"):
            for a, b in zip(getattr(written, name), getattr(recorded, name), strict=True):
                torch.testing.assert_close(a, b, rtol=0, atol=1e-14)


def test_unknown_loss_is_refused():
    with pytest.raises(ValueError, match=r"^loss must be 'cross-entropy' or 'mse'; got 'hinge'$"):
        Recipe(steps=5, batch=8, rate=0.1, loss="hinge")
    with pytest.raises(ValueError, match=r"^loss must be 'cross-entropy' or 'mse'; got 'hinge'$"):
        losses(torch.zeros(1, 2), torch.zeros(1, dtype=torch.long), "hinge")
