"""Fields of order h against their definitions; flows of quadratics; gradients read at equal loss."""

import numpy as np
import pytest
import torch
from torch.func import grad, jacrev

from manytasks.studies.flatness_flows import DURATION, at_loss, flatness_changes, readings, velocity
from manytasks.studies.small_pairs import Pairs

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


def test_readings_of_a_bowl_are_exponentials():
    found = readings(bowls(torch.sum), "alone", "none", H, 16)
    assert found.shape == (17, 2, 2)
    times = np.linspace(0, DURATION, 17)
    x, y = np.exp(-times), 2 * np.exp(-0.2 * times)
    np.testing.assert_allclose(found[:, 1, 0], (0.25 * x**2 + 0.2 * y**2) / 2, rtol=1e-4)
    np.testing.assert_allclose(found[:, 1, 1], np.log(0.25 * x**2 + 0.04 * y**2), atol=1e-3)


def test_both_tasks_are_read_where_both_are_descended():
    pairs = bowls(lambda t: 3 * t[0])
    found = readings(pairs, "together", "none", H, 8)[0, 0]
    np.testing.assert_allclose(found, [0.6 + 3, np.log(1 + 0.04 + 9)])


def test_a_level_is_read_between_two_times():
    path = np.array([[[4.0, 1.0], [8.0, 3.0]], [[2.0, 0.0], [6.0, 2.0]], [[0.0, -4.0], [5.0, 0.0]]])
    np.testing.assert_allclose(at_loss(path, np.array([1.0, 7.0])), [-2.0, 2.5])


def test_in_an_elongated_bowl_the_flatness_term_lowers_gradients():
    """Flows of quadratics: coordinate i falls like exp(−(a + h a²/2) t); read at half of the fall."""
    pairs, times = bowls(torch.sum), np.linspace(0, DURATION, 100_001)[:, None]
    paths = [readings(pairs, "alone", terms, 0.8, 64) for terms in ("none", "flatness")]
    levels = (paths[0][0, :, 0] + paths[0][-1, :, 0]) / 2
    found = at_loss(paths[1], levels) - at_loss(paths[0], levels)
    a = np.array([1.0, 0.2])
    for i, start in enumerate(([1.0, 1.0], [0.5, 2.0])):
        plain, flat = (start * np.exp(-rate * times) for rate in (a, a + 0.4 * a**2))
        losses = [(a * each**2).sum(axis=1) / 2 for each in (plain, flat)]
        level = (losses[0][0] + losses[0][-1]) / 2
        gradients = [np.log(np.square(a * each).sum(axis=1)) for each in (plain, flat)]
        read = [np.interp(-level, -loss, g) for loss, g in zip(losses, gradients, strict=True)]
        assert found[i] == pytest.approx(read[1] - read[0], abs=0.002)  # of the grid
        assert found[i] < -0.005


def test_changes_are_read_at_the_loss_of_the_plain_flow():
    pairs = bowls(two)
    changes = flatness_changes(pairs, 0.2, 8)
    np.testing.assert_array_equal(changes["alone", "all"], changes["alone", "flatness"])
    np.testing.assert_array_equal(changes["in turn", "flatness"], changes["together", "flatness"])
    plain, turned = (readings(pairs, "in turn", terms, 0.2, 8) for terms in ("none", "all"))
    levels = (plain[0, :, 0] + plain[-1, :, 0]) / 2
    np.testing.assert_allclose(changes["in turn", "all"], at_loss(turned, levels) - at_loss(plain, levels))
    assert np.abs(changes["in turn", "all"] - changes["together", "all"]).min() > 1e-6
