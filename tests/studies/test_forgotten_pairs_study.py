"""Forgetting one pair at a time, quadratics and cubics by hand, known ranks, dials in closed form."""

import numpy as np
import pytest
import torch

from manytasks import flow
from manytasks.studies.dynamics import bracket_rivals
from manytasks.studies.dynamics.bracket_dials import Dialled, quadratic_dials, turn_networks
from manytasks.studies.dynamics.first_steps import bracket_push, predictions
from manytasks.studies.dynamics.forgotten_pairs import FIRST_RATE, Forgotten, first_order_part, forget
from manytasks.studies.dynamics.local_theorem import caused, marked
from manytasks.studies.dynamics.other_mechanisms import MECHANISMS, explained_by_bracket
from manytasks.studies.dynamics.pushed_moments import Pushes, push_while_learning
from manytasks.studies.dynamics.similar_pairs import NETWORK, similar_pairs
from manytasks.studies.dynamics.small_pairs import Pairs

ZERO = torch.zeros(1, 1, dtype=torch.float64)


@pytest.fixture(scope="module")
def pairs():
    return forget(3, 40, [1, 10, 30], 0.02, seed=2)


def known(bracket, training, loss2=None, rate=0.5):
    """Return pairs of which nothing is known but numbers."""
    bracket = np.asarray(bracket, dtype=float)
    none = np.zeros_like(bracket)
    found = {"bracket": bracket, "along": -bracket, "g2": bracket, "inner": none, "curvature": none + 2}
    found["loss2"] = none if loss2 is None else np.asarray(loss2, dtype=float)
    after = Pairs(lambda data: [], torch.zeros(len(bracket), 1), {})
    runs = {k: np.asarray(rise, dtype=float) for k, rise in training.items()}
    return Forgotten(None, after, found, rate, runs, {10: runs[1], max(runs): -runs[1]})


def test_each_pair_forgets_as_it_would_alone(pairs):
    data = pairs.drawn.data
    for i in range(3):
        one, test, two = (
            NETWORK.squared_loss(data[x][i], data[y][i])
            for x, y in (("x1", "y1"), ("t1", "z1"), ("x2", "y2"))
        )
        learned = flow.descend([one], pairs.drawn.start[i], FIRST_RATE, 40)
        for k in (1, 10, 30):
            end = flow.descend([two], learned, 0.02, k)
            np.testing.assert_allclose(pairs.training[k][i], float(one(end) - one(learned)), atol=1e-12)
            np.testing.assert_allclose(pairs.test[k][i], float(test(end) - test(learned)), atol=1e-12)


def test_carried_is_one_where_the_second_order_is_all_and_half_life_where_it_is_half():
    times = np.array([0.5, 2.0])  # steps 1 and 4; the prediction is time²
    both = known([1, 1], {1: [0.25, 0.25], 4: [1.0, 1.0]})
    np.testing.assert_allclose(both.times, times)
    np.testing.assert_allclose(both.carried, [[1, 1], [0.25, 0.25]])
    np.testing.assert_allclose(both.half_life, 0.5 * 4 ** (2 / 3))  # ⅔ of the way from 1 to ¼
    assert known([1, 1], {1: [0.25, 0.25], 4: [2.0, 4.0]}).half_life is None


def test_the_first_order_part_is_that_of_a_pair_alone():
    drawn = similar_pairs(2, seed=3)
    part = first_order_part(drawn, 4, 0.1)
    for i in range(2):
        losses = [NETWORK.squared_loss(drawn.data[f"x{k}"][i], drawn.data[f"y{k}"][i]) for k in (1, 2)]
        here = flow.descend(losses[:1], drawn.start[i], FIRST_RATE, 4)
        g1, g2 = (torch.func.grad(loss)(here) for loss in losses)
        first = float(abs(0.1 * g1 @ g2))
        second = float(abs(0.005 * g2 @ torch.func.jacrev(torch.func.grad(losses[0]))(here) @ g2))
        np.testing.assert_allclose(part[i], first / (first + second))


def test_a_cubic_departs_from_the_second_order_by_its_third():
    cubic = Pairs(lambda data: [lambda t: (t**2 / 2 + t**3).sum(), lambda t: -t.sum()], ZERO, {})
    lengths = np.array([0.5, 0.1])
    np.testing.assert_allclose(marked(cubic, predictions(cubic), lengths)[:, 0], 1 + 2 * lengths)


def test_what_the_bracket_term_adds_to_a_quadratic_in_closed_form():
    """L1 = θ²/2, L2 = θ from 0: the field is −(1 + h/2)θ − 1, and − 1 − h/2 with the bracket term."""
    pair = Pairs(lambda data: [lambda t: (t**2).sum() / 2, lambda t: t.sum()], ZERO, {})
    for h in (0.4, 0.1):
        pull = 1 + h / 2
        without = (1 - np.exp(-pull * h)) / pull
        added = without**2 * (pull**2 - 1) / 2
        np.testing.assert_allclose(caused(pair, np.ones(1), [h]), [[added / (h**3 / 2)]], rtol=1e-6)


def test_a_round_at_every_moment_and_at_an_exact_minimum(pairs):
    pushes = push_while_learning(pairs, [0, 7, 40], 0.05)
    assert pushes.moments == ["start", "7 steps", "40 steps", "exact\nminimum"]
    end = bracket_push(pairs.after, 0.05)
    for row, expected in ((pushes.added, end.added), (pushes.part, end.share), (pushes.leading, end.leading)):
        np.testing.assert_allclose(row[2], expected)
    start = bracket_push(pairs.drawn.at(pairs.drawn.start), 0.05)
    np.testing.assert_allclose(pushes.added[0], start.added)
    np.testing.assert_allclose(pushes.leading[-1], 0, atol=1e-15)
    assert (pushes.added[-1] > 0).all()


def test_harm_is_counted_pair_by_pair():
    added = np.array([[1.0, -1, 2, 3], [-1, -1, -1, 1], [1, 1, 1, 1]])
    pushes = Pushes(
        ["a", "b", "c"], added, added, np.array([[1.0, -1, -1, -1], [-1, 1, -1, 1], [0, 0, 0, 0]])
    )
    assert [one.value for one in pushes.harmed()] == [0.75, 0.25, 1.0]
    assert pushes.right_sign == 5 / 8
    assert pushes.harmed(0.5)[0].low > pushes.harmed(0.99)[0].low
    assert pushes.least_harmed(0.1, at_minimum=False) == pushes.harmed(0.9)[1]
    assert pushes.least_harmed(0.1, at_minimum=True) == pushes.harmed(0.8)[2]


def test_the_first_dial_turns_what_is_forgotten_and_the_second_does_not():
    dials, angles = quadratic_dials(0.1, 7), np.linspace(0, np.pi / 2, 7)
    first, second = dials[dials.along], dials[~dials.along]
    sharp, flat = np.cos(angles) ** 2, np.sin(angles) ** 2
    learnt = (1 - 0.9**10) ** 2 / 2
    np.testing.assert_allclose(first[10], learnt * (sharp + 0.05 * flat))
    np.testing.assert_allclose(first.bracket, np.sqrt(sharp + 0.05**2 * flat))
    np.testing.assert_allclose(second[10], learnt / 2)
    np.testing.assert_allclose(second.bracket, np.hypot(0.5, np.linspace(0, 0.5, 7)))


def test_readings_of_a_dial():
    forgetting = np.array([[[1.0, 2, 3], [4, 5, 6]], [[2, 2, 6], [2, 10, 1]]])  # positions, steps, pairs
    dial = Dialled(np.array([0.0, 1.0]), [1, 10], forgetting)
    np.testing.assert_allclose(dial.relative(10), [[2, 0.5, 6], [1, 1, 1]])
    np.testing.assert_allclose(dial.ends(1), [2, 2])
    np.testing.assert_allclose(dial.ends(10), [5, 2])
    assert [one.value for one in dial.raised()] == [2 / 3, 1 / 3]
    assert dial.raised().index.tolist() == [1, 10]


def test_networks_forget_more_at_first_the_further_the_dial(pairs):
    dial = turn_networks(pairs, 3, [30, 1])
    assert dial.steps == [1, 30]
    assert (np.diff(dial.forgetting[:, 0], axis=0) > 0).all()
    assert (dial.relative(1)[-1] == 1).all()


def test_other_mechanisms_by_a_loop():
    """L1 = θ²/2, L2 = θ from 0: each step is −h(1 + (decay + replay) θ)."""
    pair = Pairs(lambda data: [lambda t: (t**2).sum() / 2, lambda t: t.sum()], ZERO, {})
    found = explained_by_bracket(pair, np.array([1.0]), 0.05, 3)
    assert list(found.index) == list(MECHANISMS)
    for name, (decay, replay) in MECHANISMS.items():
        theta = 0.0
        for _ in range(3):
            theta -= 0.05 * (1 + (decay + replay) * theta)
        expected = 0.15**2 / theta**2
        row = found.loc[name]
        np.testing.assert_allclose(row[["low", "median", "high"]].astype(float), expected)
        assert (row.decay, row.replay) == (decay, replay)
    assert found["median"]["weight decay 10"] == pytest.approx(found["median"]["replay, weight 10"])


def test_ranks_that_are_known():
    size = np.arange(12.0)
    pairs = known(size, {1: size**2, 30: -size}, loss2=-size)
    found = bracket_rivals.rank_correlations(pairs, seed=1)
    values = found.map(lambda one: round(one.value, 12))
    assert values.loc["bracket"].tolist() == [1, -1, 1, -1]
    assert values.loc["along"].tolist() == [-1, 1, -1, 1]
    assert found.loc["bracket", "training, 1 step"].low == pytest.approx(1)
    ranks = bracket_rivals.ranks_by_steps(pairs, "bracket", 1, 0.025)
    assert [(k, round(one.value, 12)) for k, one in ranks.itertuples(index=False)] == [(1, 1), (30, -1)]
    leads = bracket_rivals.leads_by_steps(pairs, -size, 1, 0.025)
    assert [(k, round(one.value, 12)) for k, one in leads.itertuples(index=False)] == [(1, 2), (30, -2)]
    assert bracket_rivals.lead_of_the_gap(pairs, 1).low == pytest.approx(2)


def test_intervals_of_ranks_widen_with_their_level():
    pairs = known(range(12), {1: [0, 2, 1, 3, 5, 4, 6, 9, 8, 7, 10, 11], 30: range(12)})
    loose, tight = (
        bracket_rivals.ranks_by_steps(pairs, "bracket", 1, tail).found[0] for tail in (0.2, 0.005)
    )
    assert tight.low < loose.low < loose.value <= loose.high <= tight.high
