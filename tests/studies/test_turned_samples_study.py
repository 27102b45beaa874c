"""A bracket that is turned: geometry, prices at both ends, and a slope that would be seen to be missing."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.streams import stream
from manytasks.studies.linear.short_and_long import regained_in_time
from manytasks.studies.linear.turned_samples import turn, turned, turned_pairs


@pytest.fixture(scope="module")
def samples():
    return np.random.default_rng(1).standard_normal((2, 3, 30, 4))


@pytest.mark.parametrize("inside", [0.0, 0.3, 1.0])
def test_turning_keeps_lengths_and_moves_the_share(samples, inside):
    X1, X2 = samples
    found = turn(X1, X2, inside)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(X2, axis=1))
    for one, two in zip(X1, found, strict=True):
        projection = one @ np.linalg.pinv(one)
        share = np.square(projection @ two).sum(axis=0) / np.square(two).sum(axis=0)
        np.testing.assert_allclose(share, inside, atol=1e-12)


def test_turning_by_its_own_share_changes_nothing(samples):
    X1, X2 = (each[:1, :, :1] for each in samples)
    share = np.square(X1.swapaxes(1, 2) @ X2).item() / np.square(X1).sum() / np.square(X2).sum()
    np.testing.assert_allclose(turn(X1, X2, share), X2)


def test_what_stands_apart_costs_nothing():
    """With no share inside, the gradient of task 2 is where task 1 is flat."""
    apart = turned_pairs(4, 30, 0.0, 0.5, 0.1, pairs=5, seed=1)
    assert apart.relative_bracket.max() < 1e-25
    assert apart.paid.max() < 1e-25
    assert turned_pairs(4, 30, 0.5, 0.5, 0.1, pairs=5, seed=1).paid.min() > 0.01


def test_a_pair_is_measured_as_its_definition_says():
    """Two samples a task, both fits by pseudoinverses."""
    found = turned_pairs(2, 5, 0.4, 0.6, 0.2, pairs=1, seed=3)
    rng = stream(3)
    x1, x2 = rng.standard_normal((2, 1, 5, 2))
    x2 = turn(x1, x2, 0.4)[0]
    x1 = x1[0]
    z1, z2 = np.sqrt(0.2) * rng.standard_normal((2, 1, 2))[:, 0]
    y1, y2 = x1[0] + z1, 0.6 * x2[0] + 0.8 * x2[1] + z2
    w1 = np.linalg.pinv(x1.T) @ y1
    w2 = w1 + np.linalg.pinv(x2.T) @ (y2 - x2.T @ w1)
    g2, H1 = x2 @ (x2.T @ w1 - y2) / 2, x1 @ x1.T / 2
    np.testing.assert_allclose(found.relative_bracket, g2 @ H1 @ g2 / (g2 @ g2) / (5 / 2))
    lost, before = (np.sum((x.T @ w - y) ** 2) for x, w, y in ((x1, w2, y1), (x2, w1, y2)))
    np.testing.assert_allclose(found.paid, lost / before)


def test_the_slope_is_that_of_the_batches():
    turns, options = [0.1, 0.4, 0.8], {"batches": 4, "per_batch": 3}
    found = turned(4, 60, turns, 0.0, 0.0, **options, level=0.9, seed=(1, "a"))
    assert 0.7 < found.slope.low < found.slope.value < found.slope.high < 1.3
    assert (np.diff(found.relative_bracket) > 0).all()
    assert (np.diff(found.paid) > 0).all()
    first = turned_pairs(4, 60, 0.1, 0.0, 0.0, pairs=12, seed=(1, "a", "0.1"))
    batches = first.paid.reshape(4, 3).mean(axis=1)
    assert found.paid[0] == pytest.approx(np.median(batches))
    narrow = turned(4, 60, turns, 0.0, 0.0, **options, level=0.5, seed=(1, "a"))
    assert narrow.slope.low > found.slope.low


def test_flow_is_the_exact_law_in_the_mean():
    """The closed form leaves out the variance of a trace, of order 1/n²: 2 % here; draws add 4 errors."""
    n, p, times = 10, 60, np.array([0.3, 1.0, 1e4])
    losses = regained_in_time(n, p, 0.3, times, pairs=600, seed=1)
    tasks = Tasks.equiangular(2, 0.0)
    told = theory.training_forgetting(tasks, n, p, 0.3, [0.3 * n / p, n / p, np.inf])
    error = losses.std(axis=0, ddof=1) / np.sqrt(len(losses))
    assert (np.abs(losses.mean(axis=0) - told) < 4 * error + 0.02 * told).all()
    assert (error < 0.05 * told).all()


def test_flow_begins_with_the_square_of_time():
    losses = regained_in_time(5, 40, 0.1, [1e-4, 2e-4], pairs=3, seed=2)
    np.testing.assert_allclose(losses[:, 1] / losses[:, 0], 4, rtol=1e-3)
