"""Fields of order h against their definitions; flows of quadratics; gradients read at equal loss."""

import numpy as np
import pytest
import torch
from torch.func import grad, jacrev

from manytasks.studies.dynamics.flatness_fields import velocity
from manytasks.studies.dynamics.flatness_flows import (
    DURATION,
    at_loss,
    flatness_changes,
    follow,
    loss_of,
    squared_gradients,
)
from manytasks.studies.dynamics.small_pairs import Pairs

H = 0.3


def one(t):
    return t[0] ** 2 / 2 + t[0] * t[1] ** 2 / 3 + t[1] ** 4 / 4


def two(t):
    return (t[1] - 1) ** 2 + torch.sin(t[0] * t[1])


THETA = torch.tensor([0.7, -0.4], dtype=torch.float64)


@pytest.mark.parametrize("setting", ["alone", "together", "in turn"])
@pytest.mark.parametrize("terms", ["none", "flatness", "all"])
def test_fields_are_sums_of_their_terms(setting, terms):
    g1, g2 = grad(one)(THETA), grad(two)(THETA)
    H1, H2 = jacrev(grad(one))(THETA), jacrev(grad(two))(THETA)
    expected = -g1 if setting == "alone" else -g1 - g2
    if terms != "none":
        expected = expected - H / 2 * (H1 @ g1 if setting == "alone" else H1 @ g1 + H2 @ g2)
    if terms == "all" and setting == "together":
        expected = expected - H / 2 * (H1 @ g2 + H2 @ g1)
    if terms == "all" and setting == "in turn":
        expected = expected + H / 2 * (H2 @ g1 - H1 @ g2)
    torch.testing.assert_close(velocity(setting, terms, H)([one, two], THETA), expected)


def bowls(second):
    """Two pairs of bowls in two dimensions; task 1 is elongated."""
    start = torch.tensor([[1.0, 1.0], [0.5, 2.0]], dtype=torch.float64)
    return Pairs(lambda d: [lambda t: (t[0] ** 2 + 0.2 * t[1] ** 2) / 2, second], start, {})


def test_a_bowl_is_followed_along_exponentials():
    path = follow(bowls(torch.sum), "alone", "none", H, 16)
    assert path.theta.shape == (17, 2, 2)
    times = np.linspace(0, DURATION, 17)
    x, y = 0.5 * np.exp(-times), 2 * np.exp(-0.2 * times)
    np.testing.assert_allclose(path.theta[:, 1, 0], x, rtol=1e-3)
    np.testing.assert_allclose(path.loss[:, 1], (x**2 + 0.2 * y**2) / 2, rtol=1e-4)


def test_both_tasks_are_read_where_both_are_descended():
    pairs = bowls(lambda t: 3 * t[0])
    np.testing.assert_allclose(loss_of(pairs, "together")[0], 0.6 + 3)
    np.testing.assert_allclose(squared_gradients(pairs, "together")[0], np.log(1 + 0.04 + 9))
    np.testing.assert_allclose(squared_gradients(pairs, "alone")[0], np.log(1 + 0.04))


def bowl_gradients(start, rates, level):
    """Log of the squared gradient of the elongated bowl where its loss is at a level, by exponentials."""
    a, low, high = np.array([1.0, 0.2]), 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        there = np.array(start) * np.exp(-rates * middle)
        low, high = (middle, high) if (a * there**2).sum() / 2 > level else (low, middle)
    return np.log(np.square(a * there).sum())


def test_in_an_elongated_bowl_the_flatness_term_lowers_gradients():
    """Coordinate i falls like exp(−(a + h a²/2) t). Few steps are enough, for nothing is interpolated."""
    pairs, a = bowls(torch.sum), np.array([1.0, 0.2])
    plain, flat = (follow(pairs, "alone", terms, 0.8, 16) for terms in ("none", "flatness"))
    levels = (plain.loss[0] + plain.loss[-1]) / 2
    changes = at_loss(pairs, "alone", "flatness", 0.8, flat, levels)
    changes = changes - at_loss(pairs, "alone", "none", 0.8, plain, levels)
    for i, start in enumerate(([1.0, 1.0], [0.5, 2.0])):
        ends = (np.array(start) * np.exp(-a * time) for time in (0.0, DURATION))
        level = np.mean([(a * end**2).sum() / 2 for end in ends])
        expected = bowl_gradients(start, a + 0.4 * a**2, level) - bowl_gradients(start, a, level)
        assert changes[i] == pytest.approx(expected, abs=2e-4)
        assert changes[i] < -0.005


def test_a_flow_that_never_comes_there_is_not_read():
    pairs = bowls(torch.sum)
    path = follow(pairs, "alone", "none", H, 8)
    levels = torch.stack([path.loss[-1, 0] / 2, path.loss[3, 1]])
    found = at_loss(pairs, "alone", "none", H, path, levels)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(float(squared_gradients(pairs.at(path.theta[3]), "alone")[1]), abs=1e-4)


def test_changes_are_read_at_the_loss_of_the_plain_flow():
    pairs = bowls(two)
    changes = flatness_changes(pairs, 0.2, 8)
    np.testing.assert_array_equal(changes["alone", "all"], changes["alone", "flatness"])
    np.testing.assert_array_equal(changes["in turn", "flatness"], changes["together", "flatness"])
    plain, turned = (follow(pairs, "in turn", terms, 0.2, 8) for terms in ("none", "all"))
    levels = (plain.loss[0] + plain.loss[-1]) / 2
    expected = at_loss(pairs, "in turn", "all", 0.2, turned, levels)
    expected = expected - at_loss(pairs, "in turn", "none", 0.2, plain, levels)
    np.testing.assert_allclose(changes["in turn", "all"], expected)
    assert np.abs(changes["in turn", "all"] - changes["together", "all"]).min() > 1e-6
