"""Pairs descend as each would alone, predictors are what they say, the dial turns nothing but the bracket."""

import numpy as np
import pytest
import torch
from torch.func import grad, jacrev, vmap

from manytasks import flow
from manytasks.studies.dynamics.second_task import descend_pairs, predictors, turn_bracket

NETWORK = flow.Network((3, 5, 2))


def one(theta, data):
    return NETWORK.squared_loss(data["x1"], data["y1"])(theta)


def two(theta, data):
    return NETWORK.squared_loss(data["x2"], data["y2"])(theta)


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(3)
    shapes = {"x1": 3, "y1": 2, "x2": 3, "y2": 2}
    return {
        name: torch.randn(4, 6, columns, generator=generator, dtype=torch.float64)
        for name, columns in shapes.items()
    }


@pytest.fixture
def start():
    return torch.stack([NETWORK.initial((1, "start", i)) for i in range(4)])


def pair(data, i):
    return {name: value[i] for name, value in data.items()}


def test_each_pair_descends_as_it_would_alone(start, data):
    kept = descend_pairs(start, data, one, 0.1, [0, 3, 7])
    assert sorted(kept) == [0, 3, 7]
    torch.testing.assert_close(kept[0], start)
    for steps in (3, 7):
        alone = [flow.descend([lambda t, i=i: one(t, pair(data, i))], start[i], 0.1, steps) for i in range(4)]
        torch.testing.assert_close(kept[steps], torch.stack(alone))


def test_predictors_by_the_whole_hessian(start, data):
    found = vmap(predictors(one, two))(start, data)
    for i in range(4):
        losses = [lambda t, f=f, i=i: f(t, pair(data, i)) for f in (one, two)]
        g1, g2 = (grad(loss)(start[i]) for loss in losses)
        h1, h2 = (jacrev(grad(loss))(start[i]) for loss in losses)
        bracket = h2 @ g1 - h1 @ g2
        expected = {
            "g2": g2.norm(),
            "inner": g1 @ g2,
            "bracket": bracket.norm(),
            "along": -g2 @ bracket,
            "curvature": g2 @ h1 @ g2,
            "loss2": losses[1](start[i]),
        }
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            torch.testing.assert_close(found[name][i], value)


def test_the_dial_turns_the_curvature_and_nothing_else(start, data):
    dial = [0.0, 0.25, 0.5, 1.0]
    for i in range(4):
        mine = pair(data, i)
        targets = turn_bracket(NETWORK, one, start[i], mine, 0.3, dial)
        assert targets.shape == (4, 6, 2)
        found = [predictors(one, two)(start[i], {**mine, "y2": target}) for target in targets]
        np.testing.assert_allclose([float(each["g2"]) for each in found], 0.3)
        np.testing.assert_allclose([float(each["inner"]) for each in found], 0, atol=1e-10)
        curvature = [float(each["curvature"]) for each in found]
        middle = np.interp(dial, [0, 1], [curvature[0], curvature[-1]])
        np.testing.assert_allclose(curvature, middle)
        assert curvature[0] < curvature[-1]
