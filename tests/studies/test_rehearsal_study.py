"""Together, after and in turns: exact readings against their definitions, draws against other draws."""

import numpy as np
import pytest

from manytasks import Tasks, simulate, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear import rehearsal_effects
from manytasks.studies.linear.rehearsal_draws import data_sets_harmed, drawn_after, drawn_rounds
from manytasks.studies.linear.rehearsal_effects import (
    buffer_change,
    largest_cosine2,
    last_error,
    late_rounds,
    who_wins,
    wrong_sides,
)

PAIR = Tasks.equiangular(2, 0.3)


def test_last_errors_are_means_over_tasks_and_differ_by_the_effect():
    p = [30, 60]
    together, after = (last_error(PAIR, 10, 4, p, 0.2, way) for way in ("together", "after"))
    effect = theory.rehearsal_effect(PAIR, 10, 4, p, 0.2).mean(axis=-1)
    np.testing.assert_allclose(after - together, effect)
    assert np.abs(effect).min() > 1e-3
    assert np.isinf(last_error(PAIR, 10, 4, 14, 0.2, "together"))


def test_a_buffer_changes_nothing_if_it_is_empty_and_is_nan_at_the_peak():
    assert buffer_change(PAIR, 10, 0, [30], 0.2, "after")[0] == 0
    change = buffer_change(PAIR, 10, 5, [15, 30], 0.2, "together")
    assert np.isnan(change[0])
    kept, without = (theory.replay_error(PAIR, 10, some, 30, 0.2)[1, 0] for some in (5, 0))
    np.testing.assert_allclose(change[1], kept - without)


def test_the_winner_changes_at_the_break_even_distance():
    p = np.array([40, 40_000])
    even = who_wins(10, 4, np.array([0.0]), p, 0.0).break_even
    for k, width in enumerate(p):
        sides = who_wins(10, 4, even[k] * np.array([0.99, 1.01]), np.array([width]), 0.0).signs
        assert sides.ravel().tolist() == [1, -1]
    np.testing.assert_allclose(even[1], 2 * (4 + 10 + 1) / 40_000, rtol=0.003)  # the law of large models
    d = 0.7  # linear in the distance: a map at a distance that no line was drawn through
    tasks = Tasks([[1, 1 - d / 2], [1 - d / 2, 1]])
    effect = theory.rehearsal_effect(tasks, 10, 4, p, 0.1).mean(axis=-1)
    np.testing.assert_array_equal(who_wins(10, 4, np.array([d]), p, 0.1).signs[0], np.sign(effect))


def test_late_rounds_leave_the_share_of_the_largest_cosine():
    p = np.array([16, 20, 40, 4000])
    late = late_rounds(PAIR, 10, 4, p, 0.1)
    assert 4000 not in late.index  # far from the threshold nothing is left of the gap
    assert (np.diff(late) < 0).all()
    errors = theory.rehearsal_rounds(PAIR, 10, 4, 16, 0.1, [30, 60, np.inf]).mean(axis=-1)
    gaps = np.abs(errors[:2] - errors[2])
    np.testing.assert_allclose(late[16], (gaps[1] / gaps[0]) ** (1 / 30))
    assert 0.9 < late[16] < 1
    apart = np.array([170, 212, 282])  # the cosine is that of large models
    np.testing.assert_allclose(
        late_rounds(PAIR, 100, 40, apart, 0.1), largest_cosine2(100, 40, apart), rtol=0.02
    )


def test_the_largest_cosine_is_the_edge_of_drawn_spans():
    rng = np.random.default_rng(1)
    new, old = (np.linalg.qr(rng.standard_normal((800, k)))[0] for k in (200, 80))
    drawn = np.linalg.svd(new.T @ old, compute_uv=False)[0] ** 2
    np.testing.assert_allclose(largest_cosine2(200, 80, np.array([800]))[0], drawn, rtol=0.05)
    assert largest_cosine2(6, 3, np.array([9]))[0] == pytest.approx(1)


def test_no_statement_fails_and_one_turned_round_fails_everywhere(monkeypatch):
    assert wrong_sides(20, seed=2) == {"noise": 0, "distance": 0, "equal tasks": 0, "harm": 0}
    effect = theory.rehearsal_effect
    monkeypatch.setattr(rehearsal_effects.theory, "rehearsal_effect", lambda *problem: -effect(*problem))
    turned = wrong_sides(20, seed=2)
    assert (turned["noise"], turned["distance"], turned["equal tasks"]) == (20, 20, 20)
    monkeypatch.setattr(rehearsal_effects, "buffer_change", lambda *problem: -buffer_change(*problem))
    assert wrong_sides(20, seed=2)["harm"] == 20


@pytest.mark.statistical
def test_draws_have_the_expectations_beside_them():
    """The largest of 20 scores, error rate 1e-4; with half of the noise forgotten they are seen to differ."""
    problem = (PAIR, 6, 3, [14, 30], 0.5)
    drawn, expected = drawn_after(*problem, trials=1500, seed=1)
    turns = drawn_rounds(*problem, (1, 4, 9), trials=1500, seed=1)
    assert expected.shape == (8,)
    assert turns[1].shape == (12,)
    limit = critical_z(20, 1e-4, draws=1500)
    assert np.abs(z_scores(drawn, expected, skewed=True)).max() < limit
    assert np.abs(z_scores(*turns, skewed=True)).max() < limit
    other = drawn_rounds(*problem[:4], 0.25, (1, 4, 9), trials=60, seed=1)[1]
    assert np.abs(z_scores(turns[0], other, skewed=True)).min() > limit


def test_each_number_of_rounds_has_its_own_data_and_formula():
    drawn, expected = drawn_rounds(PAIR, 6, 3, [14], 0.5, (1, 9), trials=60, seed=1)
    alone, told = drawn_rounds(PAIR, 6, 3, [14], 0.5, (9,), trials=60, seed=1)
    np.testing.assert_array_equal(drawn[:, 2:], alone)
    np.testing.assert_array_equal(expected[2:], told)
    assert np.abs(drawn[:, :2] - alone).max() > 0.01


def test_harm_is_counted_data_set_by_data_set(monkeypatch):
    opposed = Tasks.equiangular(2, -0.5)
    assert data_sets_harmed(opposed, 6, 3, [8, 9, 20], trials=80, seed=1) == 0
    drawn = simulate.replay_error

    def exchanged(tasks, samples, kept, *others, **options):
        return drawn(tasks, samples, 3 - kept, *others, **options)

    monkeypatch.setattr(simulate, "replay_error", exchanged)
    assert data_sets_harmed(opposed, 6, 3, [8, 9, 20], trials=80, seed=1) == 240
