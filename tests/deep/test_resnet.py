"""A width-scaled ResNet-18 is the known network, trained like every other member."""

import numpy as np
import pandas as pd
import pytest
import torch
from messages import whole
from torch import nn

from manytasks.deep import run_sweep
from manytasks.deep.networks import Pool, Recipe, ResNet, ResNetShape, batch_order, evaluate, losses, train
from manytasks.deep.networks.resnet import CHUNK
from manytasks.deep.sweeps.resnet_width import shrink

SHAPE = ResNetShape(side=8, channels=2, width=2, heads=3, classes=4)


def problem(samples=30, rows=40):
    rng = np.random.default_rng(0)
    table = torch.from_numpy(rng.random((rows, SHAPE.inputs)))
    pool = Pool(rng.permutation(rows)[:samples], rng.integers(4, size=samples), rng.integers(3, size=samples))
    return table, pool


def resnet(seed=1):
    return ResNet(SHAPE, np.random.default_rng(seed), torch.float64)


def plain_trajectory(table, pool, recipe):
    """The loop a reader would write around the module, with torch's own optimiser."""
    module = resnet().module
    for parameter in module.parameters():
        parameter.data, parameter.grad = parameter.data.clone(), None
    optimiser = torch.optim.SGD(module.parameters(), lr=recipe.rate, momentum=recipe.momentum, nesterov=True)
    orders = batch_order(len(pool.rows), recipe.steps, recipe.batch, np.random.default_rng(5))
    module.train()
    for step, batch in enumerate(orders):
        optimiser.param_groups[0]["lr"] = recipe.rate_at(step)
        images = table[pool.rows[batch]].reshape(-1, 8, 8, 2).permute(0, 3, 1, 2)
        outputs = module["head"](module["trunk"](images)).view(-1, 3, 4)
        own = outputs[range(len(batch)), pool.heads[batch]]
        optimiser.zero_grad()
        losses(own, torch.from_numpy(pool.labels[batch]), recipe.loss).mean().backward()
        optimiser.step()
    return module.state_dict()


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
def test_training_follows_the_plain_loop(loss):
    table, pool = problem()
    recipe = Recipe(steps=8, batch=10, rate=0.02, loss=loss)
    network = resnet()
    train(network, table, [pool], recipe, [np.random.default_rng(5)])
    expected = plain_trajectory(table, pool, recipe)
    for name, tensor in network.module.state_dict().items():
        torch.testing.assert_close(tensor, expected[name], rtol=0, atol=1e-12)
    start = resnet().module.state_dict()["trunk.first.weight"]
    moved = (network.module.state_dict()["trunk.first.weight"] - start).abs().max()
    assert moved > 1e-3  # the power of the comparison above


def test_every_width_counts_its_parameters_and_products():
    """The usual CIFAR ResNet-18 has 11,173,962 numbers; hooks count the products of a forward pass."""
    assert ResNetShape(side=32, channels=3, width=64, heads=1, classes=10).parameters == 11_173_962
    for width in (1, 3):
        for side in (8, 14, 15):
            shape = ResNetShape(side, 2, width, heads=2, classes=5)
            network = ResNet(shape, np.random.default_rng(0))
            assert network.flat.values.numel() == shape.parameters
            products = []

            def count(module, inputs, output, products=products):
                products.append(output.numel() * module.weight[0].numel())

            for module in network.module.modules():
                if isinstance(module, nn.Conv2d | nn.Linear):
                    module.register_forward_hook(count)
            network.forward(torch.zeros(1, shape.inputs), torch.zeros(1, 1, dtype=torch.long))
            assert 6 * sum(products) == shape.flops(samples=1)


def test_initial_weights_come_from_the_stream_alone():
    """Uniform within one over the root of the fan-in, BatchNorm at 1 and 0, whatever torch's seed is."""
    first, again = resnet(), resnet()
    torch.testing.assert_close(first.flat.values, again.flat.values, rtol=0, atol=0)
    assert (first.flat.values != resnet(seed=2).flat.values).any()
    views = first.flat.views
    assert 0.8 < views["trunk.first.weight"].abs().max() * np.sqrt(18) <= 1
    assert views["trunk.norm.weight"].unique().tolist() == [1]
    assert views["trunk.norm.bias"].unique().tolist() == [0]


def test_many_images_are_tested_in_pieces_with_the_same_result():
    network = resnet()
    images = torch.rand(CHUNK + 3, SHAPE.inputs, dtype=torch.float64)
    heads = torch.arange(len(images))[None] % 3
    together = network.forward(images, heads)
    alone = network.forward(images[-2:], heads[:, -2:])
    torch.testing.assert_close(together[:, -2:], alone, rtol=0, atol=1e-12)
    assert network.features(images).shape == (len(images), SHAPE.features)


def test_evaluation_reads_each_sample_from_its_own_head():
    table, pool = problem()
    network = resnet()
    loss, error = evaluate(network, table, [pool])
    outputs = network.forward(table[pool.rows], torch.from_numpy(pool.heads)[None])[0]
    logs = torch.log_softmax(outputs, 1)[range(len(pool.rows)), pool.labels]
    np.testing.assert_allclose(loss, -logs.mean().item(), rtol=1e-12)
    np.testing.assert_allclose(error, (outputs.argmax(1).numpy() != pool.labels).mean(), rtol=1e-12)


@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_gradients_in_single_precision_are_those_in_double(width):
    # Single precision runs other code (oneDNN), which once wrote past its memory for fewer than 8 channels.
    shape = ResNetShape(side=8, channels=2, width=width, heads=3, classes=4)
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.random((1, 32, shape.inputs)))
    heads, labels = (torch.from_numpy(rng.integers(n, size=(1, 32))) for n in (3, 4))
    slopes = []
    for dtype in (torch.float32, torch.float64):
        network = ResNet(shape, np.random.default_rng(1), dtype)
        network.fill_gradient(x.to(dtype), heads, labels, "mse")
        slopes.append(network.flat.slopes.double())
    torch.testing.assert_close(slopes[0], slopes[1], rtol=0, atol=1e-4 * float(slopes[1].abs().max()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"side": 7}, "side must be at least 8; got 7"),
        ({"channels": 0}, "channels must be at least 1; got 0"),
        ({"width": 0}, "width must be at least 1; got 0"),
        ({"heads": 0}, "heads must be at least 1; got 0"),
        ({"classes": 0}, "classes must be at least 1; got 0"),
    ],
)
def test_impossible_shapes_are_refused(change, message):
    with pytest.raises(ValueError, match=whole(message)):
        ResNetShape(**(vars(SHAPE) | change))


def test_shrinking_averages():
    images = np.random.default_rng(0).integers(256, size=(2, 28, 28, 3), dtype=np.uint8)
    expected = images.reshape(2, 14, 2, 14, 2, 3).mean((2, 4)) / 255
    np.testing.assert_allclose(shrink(images, 14).reshape(2, 14, 14, 3), expected, rtol=1e-5)


def test_sweep_trains_both_methods_on_another_data_set(tmp_path):
    changes = {"dataset": "digits", "tasks": 5, "side": 8, "width": (1, 2), "steps": 3, "per_class": 4}
    changes |= {"methods": ("multi-task", "single-task"), "noises": (0.0,), "batch": 8}
    result = run_sweep("resnet-width", "smoke", "cpu", tmp_path, progress=False, changes=changes)
    table = pd.read_csv(result.table)
    assert len(table) == 2 * 2 * 5
    assert table.test_loss.notna().all()
    counts = table.groupby(["method", "width"]).parameters.first()
    for method, heads in (("multi-task", 5), ("single-task", 1)):
        for width in (1, 2):
            assert counts[method, width] == ResNetShape(8, 1, width, heads, 2).parameters
