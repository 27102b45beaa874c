"""Random pairs come from streams of their own, have the losses they say, and curvature 1 where scaled."""

import pytest
import torch
from torch.autograd.functional import hessian

from manytasks import flow
from manytasks.studies.dynamics.random_pairs import generator_of, normal, random_tasks, starts
from manytasks.studies.dynamics.scaled_pairs import scaled_losses, scaled_pairs
from manytasks.studies.dynamics.small_pairs import Pairs, sharpness, squared_losses

NETWORK = flow.Network((3, 4, 2))


def test_streams_are_named_and_more_starts_begin_with_the_same():
    few, many = starts(NETWORK, 2, 1, "start"), starts(NETWORK, 5, 1, "start")
    assert torch.equal(many[:2], few)
    assert torch.equal(many[3], NETWORK.initial((1, "start", 3)))
    assert not torch.equal(few, starts(NETWORK, 2, 1, "other"))
    assert not torch.equal(few, starts(NETWORK, 2, 2, "start"))
    tripled = starts(NETWORK, 1, 1, "start", scale=3.0)
    torch.testing.assert_close(tripled, 3 * few[:1])


def test_tasks_are_drawn_in_the_order_that_is_asked_for():
    generator = generator_of(1, "tasks")
    expected = [normal(generator, 4, 6, columns) for columns in (3, 2, 3, 2)]
    found = random_tasks(NETWORK, 4, 6, generator_of((1, "tasks")), ("x1", "y1", "x2", "y2"))
    for name, value in zip(("x1", "y1", "x2", "y2"), expected, strict=True):
        assert torch.equal(found[name], value)
    plain = random_tasks(NETWORK, 4, 6, generator_of(1, "tasks"))
    assert plain["x2"].shape == (4, 6, 3)
    assert not torch.equal(plain["x2"], found["x2"])


def test_pairs_are_measured_one_by_one():
    tasks = random_tasks(NETWORK, 3, 5, generator_of(1))
    pairs = Pairs(squared_losses(NETWORK), starts(NETWORK, 3, 1), tasks)
    elsewhere = pairs.at(2 * pairs.theta)
    found = elsewhere.map(lambda losses, theta: torch.stack([loss(theta) for loss in losses]))
    assert len(pairs) == 3
    for i in range(3):
        for k in (1, 2):
            rest = NETWORK(2 * pairs.theta[i], tasks[f"x{k}"][i]) - tasks[f"y{k}"][i]
            torch.testing.assert_close(found[i, k - 1], (rest**2).sum() / 10)


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
def test_the_sharper_of_two_scaled_tasks_has_curvature_one(activation, criterion):
    pairs = scaled_pairs(activation, criterion, 2, 5)
    network = flow.Network((3, 4, 2), activation)
    for i in range(2):
        data = {name: value[i] for name, value in pairs.data.items()}
        largest = [torch.linalg.eigvalsh(hessian(loss, pairs.theta[i]))[-1] for loss in pairs.losses(data)]
        torch.testing.assert_close(max(largest), torch.tensor(1.0, dtype=torch.float64))
        torch.testing.assert_close(sharpness(pairs.losses(data), pairs.theta[i]), max(largest))
        outputs = network(pairs.theta[i], data["x2"])
        if criterion == "squared":
            raw = ((outputs - data["y2"]) ** 2).sum() / 12
        else:
            raw = -(torch.softmax(3 * data["y2"], -1) * outputs.log_softmax(-1)).sum() / 6
        torch.testing.assert_close(pairs.losses(data)[1](pairs.theta[i]) * data["sharpness"], raw)
        turned = {**data, "x1": data["x2"], "y1": data["y2"], "x2": data["x1"], "y2": data["y1"]}
        assert pairs.losses(turned)[0](pairs.theta[i]) == pairs.losses(data)[1](pairs.theta[i])
        assert pairs.losses(turned)[1](pairs.theta[i]) == pairs.losses(data)[0](pairs.theta[i])


def test_kinds_of_networks_have_streams_of_their_own():
    one, other = (scaled_pairs("tanh", criterion, 2, 5) for criterion in ("squared", "cross-entropy"))
    assert not torch.equal(one.theta, other.theta)
    assert not torch.equal(one.data["x1"], other.data["x1"])


def test_unknown_losses_are_refused():
    with pytest.raises(ValueError, match="criterion must be one of"):
        scaled_losses(NETWORK, "hinge")
