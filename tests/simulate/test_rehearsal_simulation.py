"""Rehearsal after every task, and in turns: draws against the formulas, with stated error rates."""

import numpy as np
import pytest
from monte_carlo import assert_means, assert_wrong_by_three_percent_fails, critical_z, z_scores

from manytasks import Tasks, simulate, theory
from manytasks.simulate.direct import draw_data, excess_risk
from manytasks.simulate.replay_path import nearest_fit
from manytasks.theory import sequential
from manytasks.theory.random_projection import Moments, projection_moments

TASKS = Tasks.from_vectors(np.random.default_rng(3).standard_normal((4, 3)))
SAMPLES, MEMORY, NOISE = (8, 6, 9, 5), (4, 3, 3, 0), 0.3
WIDTHS = (15, 16, 30)  # joint fits have 8, 10, 16 and 15 samples: two of the widths are their thresholds
AFTER = {"rehearsal": "sequential"}
TURNS = [1, 2, 4, 16]


@pytest.fixture(scope="module")
def reduced():
    return sequential_draws("reduced", 16_000)


def sequential_draws(method, trials):
    options = {"trials": trials, "seed": (5, method), "method": method}
    draws = simulate.replay_error(TASKS, SAMPLES, MEMORY, WIDTHS, NOISE, **AFTER, **options)
    return draws.reshape(trials, -1)


def exact():
    return theory.replay_error(TASKS, SAMPLES, MEMORY, WIDTHS, NOISE, **AFTER).ravel()


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["direct", "reduced"])
def test_every_entry_at_and_beyond_the_joint_thresholds(method, reduced):
    """False alarm rate 0.001 for all 3 x 16 entries; on the same draws every row 3 % off is rejected."""
    draws = reduced if method == "reduced" else sequential_draws(method, 16_000)
    rows = [(draws[:, row : row + 4], exact()[row : row + 4]) for row in range(0, exact().size, 4)]
    assert_means(rows)
    assert_wrong_by_three_percent_fails(rows)


@pytest.mark.statistical
def test_wrong_moments_are_noticed(monkeypatch, reduced):
    """Power of the test above against the moments alone, on which little hangs: y wrong by a third."""

    def wrong(k, p):
        along, across = projection_moments(k, p)
        return Moments(along + across / 3, across * 4 / 3)

    monkeypatch.setattr(sequential, "projection_moments", wrong)
    assert np.abs(z_scores(reduced, exact())).max() > critical_z(exact().size)


@pytest.mark.statistical
def test_rounds_of_two_tasks():
    """False alarm rate 0.001 for 4 x 2 x 2 errors; formulas 3 % off are rejected on the same draws."""
    tasks, place = Tasks(TASKS.gram[:2, :2]), ((9, 7), 5, [18, 40], NOISE)
    cells = []
    for turns in TURNS:
        options = {"trials": 16_000, "seed": (6, "turns", turns), "method": "reduced", "rounds": turns}
        draws = simulate.replay_error(tasks, *place, **AFTER, **options)[:, :, 1]
        cells.append((draws.reshape(len(draws), -1), theory.rehearsal_rounds(tasks, *place, turns).ravel()))
    assert_means(cells)
    for draws, expected in cells:
        for entry, value in enumerate(expected):
            assert_wrong_by_three_percent_fails([(draws[:, entry], value)], alpha=0.001 / 16)


@pytest.mark.statistical
def test_some_tasks_with_the_new_one_and_the_others_after():
    """False alarm rate 0.001 for 5 x 3 errors after a joint history; 3 % off is rejected."""
    n, m, p, trials = np.array([6, 7, 8]), (4, 5, 0), 24, 16_000
    tasks = Tasks.from_vectors([[1, 0.2, 0], [-0.8, 0.5, 0], [0.9, 0.3, 0.2]])
    a = tasks.vectors(3)
    X, y = draw_data(np.random.default_rng(8), trials, a, n, p, NOISE)
    old, second, new = np.arange(4), 6 + np.arange(5), 13 + np.arange(8)
    before = nearest_fit(np.zeros((trials, p)), X, y, np.arange(6))
    before = nearest_fit(before, X, y, np.concatenate([old, 6 + np.arange(7)]))
    cells = []
    stored = np.concatenate([old, second])
    for joined, first in (([], [new]), ([0], [new, old]), ([1], [new, second]), ([0, 1], [new, stored])):
        for turns in (1, 3) if joined == [1] else (1,):
            w = before
            for _ in range(turns):
                w = nearest_fit(nearest_fit(w, X, y, np.concatenate(first)), X, y, stored)
            expected = theory.rehearsal_rounds(tasks, n, m, p, NOISE, turns, joined)
            cells.append((excess_risk(w, a), expected))
    assert_means(cells)
    for draws, expected in cells:
        for entry, value in enumerate(expected):
            assert_wrong_by_three_percent_fails([(draws[:, entry], value)], alpha=0.001 / 15)


def test_clean_labels_of_one_task_never_lead_away_from_it():
    """The no-harm lemma, draw by draw: a second round moves towards task 1, and the new task is then lost."""
    options = {"trials": 200, "seed": 1, **AFTER}
    with_buffer, without = (
        simulate.replay_error(Tasks.equiangular(2, -0.5), 9, m, [10, 14, 40], 0.0, **options)[:, :, 1, 0]
        for m in (5, 0)
    )
    assert np.all(with_buffer < without)


def test_below_a_fit_it_is_least_squares():
    """Fewer parameters than samples: the new task's unique fit first, then the buffer's nearest point."""
    tasks, p = Tasks.chain(2, 0.3), 6
    found = simulate.replay_error(tasks, (4, 9), 3, p, 0.2, trials=5, seed=2, **AFTER)
    scratch = simulate.replay_error(tasks, (4, 9), 0, p, 0.2, trials=5, seed=2)
    without = simulate.replay_error(tasks, (4, 9), 0, p, 0.2, trials=5, seed=2, **AFTER)
    np.testing.assert_allclose(without, scratch, rtol=1e-12)
    np.testing.assert_allclose(found[:, 0], scratch[:, 0], rtol=1e-12)
    assert np.all(found[:, 1] != scratch[:, 1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": "scratch"}, "rehearsal='sequential' needs start='warm'; got 'scratch'"),
        ({"rounds": 0}, "rounds must be a whole number of at least 1; got 0"),
        ({"rehearsal": "concurrent"}, "rounds=2 need rehearsal='sequential'; got 'concurrent'"),
    ],
)
def test_impossible_input(change, message):
    call = {"samples": 8, "memory": 4, "p": 20, "noise_var": 0.1, "trials": 5, "seed": 1, "rounds": 2}
    with pytest.raises(ValueError, match=f"^{message}$"):
        simulate.replay_error(TASKS, **(call | AFTER | change))
