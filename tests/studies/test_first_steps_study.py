"""Forgetting of quadratics by products of matrices, dials by loops, ranks by SciPy."""

import numpy as np
import pytest
import scipy
import torch
from torch.func import vmap

from manytasks import flow
from manytasks.statistics import rank_correlation
from manytasks.studies.dynamics.first_steps import bracket_push, one_step, predictions, second_order_rise
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.ranked_pairs import lead, ranked, resampled_correlations
from manytasks.studies.dynamics.second_task import turn_bracket
from manytasks.studies.dynamics.similar_pairs import NETWORK, TEACHER, similar_pairs, task_loss
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses, stacked
from manytasks.studies.dynamics.turned_bracket import COUNTS, bent_path, dialled, explained, quadratic_dial

A = torch.tensor([[1.0, 0.3], [0.3, 0.2]], dtype=torch.float64)
B = torch.tensor([[0.1, -0.2], [-0.2, 0.8]], dtype=torch.float64)
CENTRE = torch.tensor([0.5, -1.0], dtype=torch.float64)
START = torch.tensor([[1.0, 2.0], [-0.5, 0.4], [2.0, 0.0]], dtype=torch.float64)
UNIT = torch.eye(2, dtype=torch.float64)


def first(t):
    return ((t @ A) * t).sum(-1) / 2


@pytest.fixture
def pairs():
    return Pairs(
        lambda d: [first, lambda t: d["b"] * (t - CENTRE) @ B @ (t - CENTRE) / 2],
        START,
        {"b": torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)},
    )


def test_of_quadratics_the_second_order_is_all(pairs):
    found, rates = predictions(pairs), [0.5, 0.1]
    g2 = pairs.data["b"][:, None] * (START - CENTRE) @ B
    np.testing.assert_allclose(found["curvature"], ((g2 @ A) * g2).sum(1))
    seen = one_step(pairs, rates)
    for i, rate in enumerate(rates):
        np.testing.assert_allclose(seen[i], first(START - rate * g2) - first(START))
        np.testing.assert_allclose(second_order_rise(found, rate), seen[i])


def test_steps_may_have_a_length_for_each_pair(pairs):
    lengths = np.array([[0.1, 0.2, 0.3]])
    seen = one_step(pairs, lengths)
    for j in range(3):
        np.testing.assert_allclose(seen[0, j], one_step(pairs, lengths[0])[j, j])
    np.testing.assert_allclose(second_order_rise(predictions(pairs), lengths[0]), seen[0])


def test_a_round_with_and_without_its_bracket_term(pairs):
    """Of quadratics the modified field is linear: its flow is the exponential of a matrix."""
    h, push = 0.4, bracket_push(pairs, 0.4)
    np.testing.assert_allclose(push.before, first(START))
    for j, b in enumerate(pairs.data["b"]):
        second = b * B
        bracket = second @ A - A @ second
        offset = A @ second @ CENTRE  # the bracket at t is (bracket) t + offset
        plain = -(A + second + h / 2 * (A @ A + second @ second))
        source = (second + h / 2 * second @ second) @ CENTRE
        for found, M, c in (
            (push.without, plain, source),
            (push.after, plain + h / 2 * bracket, source + h / 2 * offset),
        ):
            rest = -torch.linalg.solve(M, c)
            end = rest + torch.matrix_exp(h * M) @ (START[j] - rest)
            np.testing.assert_allclose(found[j], first(end), rtol=1e-9)
        lie = bracket @ START[j] + offset
        np.testing.assert_allclose(push.leading[j], h**2 / 2 * (A @ START[j]) @ lie)
    np.testing.assert_allclose(push.added, push.after - push.without)
    np.testing.assert_allclose(
        push.share, np.abs(push.after - push.without) / np.abs(push.after - push.before)
    )


def test_pairs_are_chosen_and_joined(pairs):
    both = stacked([pairs.rows(slice(0, 1)), pairs.rows(slice(1, 3))])
    assert torch.equal(both.theta, pairs.theta)
    assert torch.equal(both.data["b"], pairs.data["b"])
    np.testing.assert_allclose(one_step(both, [0.1]), one_step(pairs, [0.1]))


def test_similar_pairs_run_from_unrelated_to_equal():
    drawn = similar_pairs(40, 1)
    data = drawn.data
    for i in (0, 10, 39):
        found = np.corrcoef(data["x1"][i].flatten(), data["x2"][i].flatten())[0, 1]
        np.testing.assert_allclose(found, drawn.similarity[i], atol=0.25)
    assert torch.equal(data["x1"][-1], data["x2"][-1])
    middle = similar_pairs(200, 1).data["x2"][100:160]  # whatever the similarity, inputs have variance 1
    np.testing.assert_allclose(middle.var(), 1, rtol=0.07)
    np.testing.assert_allclose((data["y1"][-1] - data["y2"][-1]).std(), 0.05 * 2**0.5, rtol=0.4)
    teachers = torch.stack([TEACHER.initial((1, "teacher", i, 0), scale=1.5) for i in range(40)])
    torch.testing.assert_close(data["z1"], vmap(TEACHER)(teachers, data["t1"]))
    noise = data["y1"] - vmap(TEACHER)(teachers, data["x1"])
    np.testing.assert_allclose(noise.std(), 0.05, rtol=0.1)
    assert torch.equal(drawn.start[2], NETWORK.initial((1, "start", 2)))


def test_losses_by_name_are_those_of_the_pairs():
    drawn = similar_pairs(3, 1)
    by_pair = drawn.at(drawn.start).map(lambda losses, theta: torch.stack([one(theta) for one in losses]))
    for k, names in enumerate((("x1", "y1"), ("x2", "y2"))):
        torch.testing.assert_close(vmap(task_loss(*names))(drawn.start, drawn.data), by_pair[:, k])


def test_the_dial_pair_by_pair():
    network = flow.Network((3, 5, 2))
    tasks = random_tasks(network, 2, 6, generator_of(1, "tasks"))
    pairs = Pairs(squared_losses(network), starts(network, 2, 1, "start"), tasks)
    found = dialled(network, pairs, [0.0, 1.0], 0.1, [1, 4], 0.05)
    assert found.shape == (2, 2, 2)
    for i in range(2):
        mine = {name: value[i] for name, value in tasks.items()}
        targets = turn_bracket(network, pairs.loss(0), pairs.theta[i], mine, 0.1, [0.0, 1.0])
        one = network.squared_loss(mine["x1"], mine["y1"])
        for j, target in enumerate(targets):
            for k, steps in enumerate((1, 4)):
                end = flow.descend([network.squared_loss(mine["x2"], target)], pairs.theta[i], 0.05, steps)
                np.testing.assert_allclose(found[j, k, i], one(end) - one(pairs.theta[i]), rtol=1e-6)


@pytest.mark.parametrize(("decay", "replay"), [(0.0, 0.0), (0.7, 0.0), (0.0, 2.0), (0.3, 0.5)])
def test_what_the_bracket_explains_beside_decay_and_replay(pairs, decay, replay):
    along = np.array([1.0, 2.0, 3.0])
    found = explained(pairs, along, 0.1, 5, decay=decay, replay=replay)
    for j, b in enumerate(pairs.data["b"]):
        t = START[j]
        for _ in range(5):
            t = t - 0.1 * (b * B @ (t - CENTRE) + decay * t + replay * A @ t)
        np.testing.assert_allclose(found[j], 0.5**2 / 2 * along[j] / (first(t) - first(START[j])))


def test_quadratic_dials_by_descent():
    """L2 has the gradient g at 0 and the Hessian I."""
    g, rate, hessian = np.array([0.6, -0.8]), 0.1, np.array([[2.0, 0.5], [0.5, 1.0]])
    row = quadratic_dial([np.eye(2), hessian], g, rate).iloc[1]
    np.testing.assert_allclose(row["bracket"], np.hypot(*(hessian @ g)))
    theta, read = np.zeros(2), {}
    for k in range(1, 101):
        theta = theta - rate * (g + theta)
        read[k] = theta @ hessian @ theta / 2
    np.testing.assert_allclose([row[k] for k in COUNTS], [read[k] for k in COUNTS])


def test_a_path_that_bends_into_what_task_1_cares_about():
    times = np.array([0.0, 0.01, 0.7, 3.0])
    forgotten, bracket = bent_path(times)
    second, goal = np.array([[1.0, -1.0], [-1.0, 2.0]]), np.array([1.0, 1.0])
    for time, seen in zip(times, forgotten, strict=True):
        where = goal - scipy.linalg.expm(-time * second) @ goal
        np.testing.assert_allclose(seen, where[0] ** 2 / 2, atol=1e-15)
    np.testing.assert_allclose(forgotten[1], 0.01**4 / 8, rtol=0.03)  # of the fourth order, not the second
    assert bracket < 1e-12


def test_rank_correlations_with_their_percentiles():
    rng = np.random.default_rng(1)
    a, b, target = rng.standard_normal((3, 15))
    target = target + 2 * a
    picks = rng.integers(0, 15, (300, 15))
    drawn = np.array(
        [[scipy.stats.spearmanr(each[rows], target[rows]).statistic for each in (a, b)] for rows in picks]
    )
    whole = [scipy.stats.spearmanr(each, target).statistic for each in (a, b)]
    found = ranked(a, target, picks, tail=0.1)
    np.testing.assert_allclose(found.value, whole[0])
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn[:, 0], [0.1, 0.9]))
    ahead = lead(a, b, target, picks, 0.05)
    np.testing.assert_allclose(ahead.value, whole[0] - whole[1])
    ends = np.quantile(drawn[:, 0] - drawn[:, 1], [0.05, 0.95])
    np.testing.assert_allclose([ahead.low, ahead.high], ends)


@pytest.mark.parametrize("ties", [False, True])
def test_resampled_correlations_are_those_of_sorting_every_resample(ties):
    rng = np.random.default_rng(1)
    measure, target = rng.standard_normal((2, 15))
    if ties:
        measure, target = measure.round(), (measure + target).round()
    picks = rng.integers(0, 15, (200, 15))
    counts = np.array([np.bincount(row, minlength=15) for row in picks])
    expected = rank_correlation(measure[picks], target[picks])
    np.testing.assert_allclose(resampled_correlations(measure, target, counts), expected, rtol=0, atol=1e-13)
    alone = np.zeros((1, 15), dtype=int)
    alone[0, 3] = 15
    assert np.isnan(resampled_correlations(measure, target, alone)).all()
