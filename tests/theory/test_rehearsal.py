"""Rehearse after, or in turns: exact values, the one-step formula, limits, laws and the domain."""

import re
from fractions import Fraction as F

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from manytasks import Tasks, theory
from manytasks.symbolic import differing
from manytasks.theory import rehearsal, sequential
from manytasks.theory.buffer_span import span_error
from manytasks.theory.random_projection import Moments, projection_moments
from manytasks.theory.rehearsal import Traces, round_traces, rounds_change
from manytasks.theory.replay import error_matrix
from manytasks.theory.sequential import sequential_matrix

INF = float("inf")
W = np.array([[F(1), F(0), F(0)], [F(1, 2), F(1), F(0)], [F(0), F(1, 2), F(1)]])
PAIR = Tasks.equiangular(2, 0.5)
SEQUENTIAL = {"rehearsal": "sequential"}


def exact(*numbers):
    return np.array([F(number) for number in numbers])


class Exact:
    """Tasks of fractions, which ``Tasks`` would read as floats."""

    def __init__(self, W):
        self.gram, self.T = W @ W.T, len(W)
        self.norms2 = self.gram.diagonal()
        self.distances2 = self.norms2[:, None] + self.norms2 - 2 * self.gram


def one_round(n, k, P):
    """Traces of one round from three moments, exactly; the k × n Jacobi ensemble in R^P."""
    along, across = projection_moments(n, P)
    first, second, odds = k * n / P, along * k + across * k**2, k * n / (P - k - n - 1)
    return Traces(-(odds + first), -(odds - first + second), second - 2 * first, first)


@st.composite
def two_tasks(draw):
    """A problem of two tasks in fractions, above the joint threshold; together with the number of draws."""
    n1, n2 = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    m = draw(st.integers(1, n1))
    p = max(n1, m + n2) + 2 + draw(st.integers(0, 40))
    entries = [F(draw(st.integers(-9, 9)), draw(st.integers(1, 7))) for _ in range(4)]
    noise = F(draw(st.integers(0, 5)), 3)
    return Exact(np.array(entries).reshape(2, 2)), exact(n1, n2), exact(m, 0), exact(p), noise


def test_values_of_an_independent_implementation():
    errors = sequential_matrix(W @ W.T, exact(6, 5, 7), exact(3, 2, 0), exact(24), F(1, 4), "over")
    assert list(errors[1]) == [F(each, 11711232) for each in (11292545, 13640891, 19466009)]
    assert errors[2, 0] == F(822790155767, 592123564032)
    tasks = Tasks.from_vectors(W.astype(float))
    numeric = theory.replay_error(tasks, (6, 5, 7), (3, 2, 0), 24, 0.25, **SEQUENTIAL)
    np.testing.assert_allclose(numeric, errors.astype(float), rtol=1e-13)
    together = theory.replay_error(tasks, (6, 5, 7), (3, 2, 0), 24, 0.25)
    np.testing.assert_allclose([numeric[2, 0], together[2, 0]], [1.389558203, 1.866356902], rtol=3e-10)
    rounds = theory.rehearsal_rounds(PAIR, (8, 7), 6, 22, 0.4, [1, 2, 3, INF])
    expected = [[1.048832380, 1.152138165], [1.198529623, 1.255347805], [1.297881541, 1.335031891]]
    np.testing.assert_allclose(rounds, [*expected, [1.613234266, 1.618916084]], rtol=0, atol=6e-10)


def test_hybrids_of_an_independent_implementation():
    """Four digits: which stored samples are fitted with the new ones, which after."""
    tasks = Tasks.from_vectors([[1, 0.2, 0], [-0.8, 0.5, 0], [0.9, 0.3, 0.2]])
    found = [
        theory.rehearsal_rounds(tasks, (6, 7, 8), 4, [20, 60], 0.05, 1, joined).mean(axis=-1)
        for joined in ((), (0,), (1,), (0, 1))
    ]
    expected = [[1.881, 1.163], [1.941, 1.173], [2.336, 1.182], [4.199, 1.198]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=6e-4)
    together = theory.replay_error(tasks, (6, 7, 8), 4, [20, 60], 0.05)[:, -1]
    np.testing.assert_allclose(found[3], together.mean(axis=-1), rtol=1e-12)


@given(two_tasks())
@settings(max_examples=200, deadline=None)
def test_two_tasks_are_the_one_step_formula_exactly(problem):
    """The recursion against the formula of one step, whose derivation it does not share: fractions."""
    tasks, n, m, p, noise = problem
    found = sequential_matrix(tasks.gram, n, m, p, noise, "over")[1]
    joint = error_matrix(tasks, n, m, p, noise, "warm", "over")
    traces = one_round(n[1], m[0], p)
    change = rounds_change(tasks.distances2, joint[0], m, 0 * m, n[1], p, noise, traces, "over")
    assert list(found) == list(joint[1] + change)


@pytest.mark.parametrize(("n", "k", "P"), [(5, 3, 20), (3, 5, 11), (20, 10, 100), (1, 1, 4), (64, 100, 300)])
def test_traces_of_one_round_have_closed_forms(n, k, P):
    found = round_traces(n, k, P, 1)
    np.testing.assert_allclose(found, one_round(n, k, float(P)), rtol=1e-9)
    np.testing.assert_allclose(rehearsal.one_round(n, k, P), one_round(n, k, float(P)), rtol=1e-12)


def test_wrong_moments_are_noticed(monkeypatch):
    """Power: y wrong by 3 %, and E[2, .] no longer is what the spectrum of the cosines says."""

    def last_gap():
        ours = theory.replay_error(PAIR, (8, 7), 6, 22, 0.4, **SEQUENTIAL)[1]
        return np.abs(ours - theory.rehearsal_rounds(PAIR, (8, 7), 6, 22, 0.4, 1)).max()

    def wrong(k, p):
        along, across = projection_moments(k, p)
        return Moments(along + 0.03 * across, 1.03 * across)

    assert last_gap() < 1e-10
    monkeypatch.setattr(sequential, "projection_moments", wrong)
    assert last_gap() > 1e-4


def test_without_a_buffer_and_for_one_task_there_is_nothing_to_revisit():
    tasks, p = Tasks.chain(4, -0.4), np.array([14, 30, 90])
    for memory in (0, (0, 0, 0, 5)):  # the last task's is never used
        np.testing.assert_allclose(
            theory.replay_error(tasks, (6, 11, 4, 9), memory, p, 0.3, **SEQUENTIAL),
            theory.replay_error(tasks, (6, 11, 4, 9), memory, p, 0.3),
            rtol=1e-12,
        )
    alone = Tasks([[2.0]])
    assert theory.replay_error(alone, 5, 5, 9, 0.3, **SEQUENTIAL) == theory.single_task_error(
        alone, 5, 9, 0.3
    )
    np.testing.assert_allclose(
        theory.rehearsal_rounds(tasks, 5, 0, [30, 40], 0.3, [[1, 2]]).shape, (2, 1, 2, 4)
    )
    np.testing.assert_array_equal(theory.rehearsal_effect(alone, 5, 5, [9, 20], 0.3), 0)


def test_samples_of_one_task_seen_again_only_help():
    """Clean labels, equal tasks: every projection is on a set with the truth in it (Pythagoras)."""
    equal = Tasks.equiangular(5, 1.0)
    errors = theory.replay_error(equal, (9, 3, 7, 1, 5), (4, 3, 0, 1, 0), [10, 12, 40], 0.0, **SEQUENTIAL)
    assert np.all(np.diff(errors, axis=-2) < 0)
    assert np.all(errors > 0)


@pytest.mark.parametrize("T", [2, 3, 4, 5])
def test_large_models_follow_the_law_exactly(T):
    """p²(E_seq - E_con) at p = 10⁸, in fractions: its distance to the limit is of order 1/p."""
    rng = np.random.default_rng(T)
    tasks = Exact(np.array([F(int(each), 4) for each in rng.integers(-6, 7, 3 * T)]).reshape(T, 3))
    n = exact(*(int(each) for each in rng.integers(2, 12, T)))
    m = exact(*(int(rng.integers(0, count + 1)) for count in n))
    noise, p = F(2, 5), F(10**8)
    pair = [
        sequential_matrix(tasks.gram, n, m, np.array([p]), noise, "over")[-1],
        error_matrix(tasks, n, m, np.array([p]), noise, "warm", "over")[-1],
    ]
    inner = tasks.norms2[:, None] - tasks.gram  # [t, i]: ⟨w_t, w_t - w_i⟩
    kept = np.where(np.arange(T) < T - 1, m, 0)
    law = -2 * ((n - kept) * (np.cumsum(m) - m)) @ (inner + noise)
    reached = p**2 * (pair[0] - pair[1])
    assert np.max(np.abs(reached - law)) < F(1, 1000) * max(np.max(np.abs(law)), 1)
    assert np.min(np.abs(law)) > 0


@given(two_tasks())
@settings(max_examples=100, deadline=None)
def test_what_a_buffer_does_to_task_1_if_it_is_revisited(problem):
    """The harm law of two tasks, in fractions; with clean labels it is at most 0."""
    tasks, (n1, n), m, p, noise = problem
    width, stored, both = p[0], m[0], exact(n1, n)
    effect = [sequential_matrix(tasks.gram, both, kept, p, noise, "over")[1, 0] for kept in (m, 0 * m)]
    u = (width - n) * width / ((width - 1) * (width + 2))
    rest = u * (1 - n1 / width)
    amplified = width * (1 + u) / (width - stored - 1) - width / (width - n - 1) - u * n1 / (width - n1 - 1)
    d = tasks.distances2[0, 1]
    law = stored * n / width**2 * (noise * amplified - rest * tasks.norms2[1] - (1 - rest) * d)
    assert effect[0] - effect[1] == law
    clean = -rest * tasks.norms2[1] - (1 - rest) * d
    assert clean <= 0


def test_what_speaks_for_after_and_what_for_together():
    """Noise if p > 2 n_1, distance always, equal clean tasks never; noise of a crowded past does not."""
    rng = np.random.default_rng(0)
    zero, equal, apart = Tasks(np.zeros((2, 2))), Tasks.equiangular(2, 1.0), Tasks(np.eye(2))
    for _ in range(300):
        n = rng.integers(1, 40, 2)
        m = (int(rng.integers(1, n[0] + 1)), 0)
        p = max(n[0], m[0] + n[1]) + 2 + int(rng.choice([rng.integers(0, 5), rng.integers(0, 200)]))
        assert np.all(theory.rehearsal_effect(zero, n, m, max(p, 2 * n[0] + 1), 1.0) < 0)
        similar = theory.rehearsal_effect(equal, n, m, p, 0.0)
        assert np.all(similar > 0)
        assert np.all(theory.rehearsal_effect(apart, n, m, p, 0.0) < similar)
    assert np.all(theory.rehearsal_effect(zero, (47, 19), (12, 0), 49, 1.0) > 2)


@pytest.mark.parametrize(
    ("m", "p", "mean", "old"),
    [(10, 100, 0.2025, 0.1405), (20, 100, 0.2346, 0.1777), (10, 1000, 0.0537, 0.0284)],
)
def test_break_even_distance_of_an_independent_implementation(m, p, mean, old):
    """The effect is linear in d12; four digits."""

    def effect(d):
        rows = theory.rehearsal_effect(Tasks([[1, 1 - d / 2], [1 - d / 2, 1]]), 20, m, p, 0.0)
        return np.array([rows.mean(), rows[0]])

    at = [effect(d) for d in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(at[1], (at[0] + at[2]) / 2, rtol=1e-9)
    np.testing.assert_allclose(at[0] / (at[0] - at[2]), [mean, old], rtol=0, atol=6e-5)


def test_rounds_end_at_the_joint_fit_at_the_rate_of_the_largest_cosine():
    joint = theory.replay_error(PAIR, 12, 6, 40, 0.2)[1]
    turns = np.array([1, 20, 40, 60, 80])
    gap = np.abs(theory.rehearsal_rounds(PAIR, 12, 6, 40, 0.2, turns) - joint)
    assert np.all(np.diff(gap, axis=0) < 0)
    assert gap[-1].max() < 1e-4 * gap[0].max()
    x, weights = theory.jacobi_spectrum(12, 6, 40)
    top = x[np.cumsum(weights) > 6 - 1e-9].min()  # beyond it the mean number of cosines is 1e-9
    shrink = (gap[-1] / gap[-2]) ** (1 / 20)
    assert np.all(shrink < top)
    np.testing.assert_array_equal(theory.rehearsal_rounds(PAIR, 12, 6, 40, 0.2, INF), joint)
    crowded = np.abs(
        theory.rehearsal_rounds(PAIR, 12, 6, 20, 0.2, turns) - theory.replay_error(PAIR, 12, 6, 20, 0.2)[1]
    )
    assert np.all(crowded[-1] / crowded[0] > 100 * gap[-1] / gap[0])


def test_order_inside_the_buffer_does_not_matter():
    """It is revisited at once: exchange two old tasks, and their errors change places."""
    tasks, before = Exact(W), exact(2, 3, 1)
    buffer, joined, turn = exact(4, 3, 0), exact(0, 3, 0), [1, 0, 2]
    traces = one_round(F(5), F(4), F(30 - 3))
    place = (F(5), exact(30), F(1, 3), traces, "over")
    one = rounds_change(tasks.distances2, before, buffer, joined, *place)
    other = rounds_change(Exact(W[turn]).distances2, before[turn], buffer[turn], joined[turn], *place)
    assert list(other) == list(one[turn])
    last = span_error(tasks.distances2, buffer, exact(30), F(1, 3), "over")
    assert len(set(last)) == 3


def test_one_round_after_a_joint_history_is_not_the_path_of_rounds():
    """For three tasks the histories differ; with one task before, they do not."""
    tasks = Tasks.chain(3, 0.2)
    path = theory.replay_error(tasks, 8, 3, 40, 0.3, **SEQUENTIAL)[-1]
    assert np.all(np.abs(path - theory.rehearsal_rounds(tasks, 8, 3, 40, 0.3, 1)) > 1e-4)
    short = theory.replay_error(tasks, (8, 0, 8), 3 * np.array([1, 0, 0]), 40, 0.3, **SEQUENTIAL)[-1]
    np.testing.assert_allclose(
        short, theory.rehearsal_rounds(tasks, (8, 0, 8), (3, 0, 0), 40, 0.3, 1), rtol=1e-9
    )


def test_finite_at_the_joint_threshold_and_infinite_at_its_own():
    tasks, p = Tasks.chain(3, 0.4), np.arange(21, 60)  # joint thresholds 20, 30, 40; the buffer has up to 20
    errors = theory.replay_error(tasks, 20, 10, p, 0.1, **SEQUENTIAL)
    assert np.all(np.isinf(errors[p == 21]))
    assert np.all(np.isfinite(errors[p > 21]))
    together = theory.replay_error(tasks, 20, 10, p, 0.1)
    assert np.all(np.isinf(together[abs(p - 40) <= 1, 2]))
    effect = theory.rehearsal_effect(tasks, 20, 10, p, 0.1)
    assert np.all(np.isneginf(effect[p == 40]))
    buffer = theory.replay_error(
        tasks, (20, 20, 3), (20, 20, 0), [41, 42], 0.1, **SEQUENTIAL
    )  # 40 stored at last
    assert np.all(np.isinf(buffer[0, 2]) & np.isfinite(buffer[0, 1]))
    assert np.all(np.isfinite(buffer[1]))
    late = theory.replay_error(tasks, (3, 20, 3), 1, 21, 0.1, **SEQUENTIAL)
    assert np.all(np.isfinite(late[0]))
    assert np.all(np.isinf(late[1:]))
    equal = theory.replay_error(Tasks.equiangular(3, 1.0), 20, 10, p, 0.0, **SEQUENTIAL)
    assert np.all(np.isfinite(equal) & (equal >= 0))


def test_one_parameter():
    """p = 1 leaves room for no sample at all."""
    np.testing.assert_allclose(theory.replay_error(PAIR, 0, 0, 1, 0.1, **SEQUENTIAL), 1)


def test_axes_of_p_and_of_buffers():
    tasks, samples = Tasks.chain(3, 0.4), [20, 15, 25]
    memory = np.array([[[0, 0, 0], [5, 3, 0], [9, 15, 25]], [[1, 15, 2], [0, 7, 0], [9, 9, 9]]])
    p = np.array([27, 30, 47])
    together = theory.replay_error(tasks, samples, memory, p, 0.1, **SEQUENTIAL)
    assert together.shape == (2, 3, 3, 3)
    rounds = theory.rehearsal_rounds(tasks, samples, memory[0, 1], [60, 80], 0.1, [1, 4, INF], [1])
    assert rounds.shape == (2, 3, 3)
    for place in np.ndindex(2, 3):
        alone = theory.replay_error(tasks, samples, memory[place], p[place[1]], 0.1, **SEQUENTIAL)
        np.testing.assert_allclose(together[place], alone, rtol=1e-12)
        each = theory.rehearsal_rounds(
            tasks, samples, memory[0, 1], [60, 80][place[0]], 0.1, [1, 4, INF][place[1]], [1]
        )
        np.testing.assert_allclose(rounds[place], each, rtol=1e-12)


def test_scales_with_the_square_of_tasks_and_noise():
    tasks, longer = Tasks.chain(3, -0.5), Tasks(9 * Tasks.chain(3, -0.5).gram)
    for function in (
        lambda some, noise: theory.replay_error(some, 20, 7, [22, 50], noise, **SEQUENTIAL),
        lambda some, noise: theory.rehearsal_rounds(some, 20, 7, [50, 70], noise, 3, [0]),
    ):
        np.testing.assert_allclose(function(longer, 2.7), 9 * function(tasks, 0.3), rtol=1e-11)


def test_symbols_pass_and_the_harm_law_is_an_identity():
    p, m, n1, n, s2, norm2, d = sp.symbols("p m n_1 n sigma2 norm2 d", positive=True)
    pair = Tasks([[norm2, norm2 - d / 2], [norm2 - d / 2, norm2]])
    errors = [
        theory.replay_error(pair, (n1, n), np.array(kept), p, s2, regime="over", **SEQUENTIAL)[1, 0]
        for kept in ([m, 0], [0 * m, 0])
    ]
    u = (p - n) * p / ((p - 1) * (p + 2))
    rest = u * (1 - n1 / p)
    noise = p * (1 + u) / (p - m - 1) - p / (p - n - 1) - u * n1 / (p - n1 - 1)
    law = m * n / p**2 * (s2 * noise - rest * norm2 - (1 - rest) * d)
    assert differing([errors[0] - errors[1]], [law]) == 0
    assert differing([errors[0] - errors[1]], [law * sp.Rational(101, 100)]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rehearsal": "later"}, "rehearsal must be 'concurrent' or 'sequential'; got 'later'"),
        ({"start": "scratch"}, "rehearsal='sequential' needs start='warm'; got 'scratch'"),
        (
            {"p": [40, 12]},
            "rehearsal='sequential' needs more parameters than a task or the buffer has samples: "
            "p > 12; got p = 12",
        ),
        (
            {"memory": 9, "p": 18},
            "rehearsal='sequential' needs more parameters than a task or the buffer has samples: "
            "p > 18; got p = 18",
        ),
        (
            {"p": sp.Symbol("p"), "regime": "under"},
            "rehearsal='sequential' has a formula above its thresholds only: say regime='over'",
        ),
    ],
)
def test_impossible_paths(options, message):
    call = {"samples": (12, 9, 10), "memory": 4, "p": 40, "noise_var": 0.1, **SEQUENTIAL} | options
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        theory.replay_error(Tasks.chain(3, 0.5), **call)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rounds": 0}, "rounds must be whole numbers of at least 1, or inf; got 0"),
        ({"rounds": [2, 1.5]}, "rounds must be whole numbers of at least 1, or inf; got [2, 1.5]"),
        (
            {"together": [2]},
            "together must be a list of tasks before the last, whole numbers from 0 to 1; got [2]",
        ),
        ({"p": [40, 19]}, "rounds need p > N_t + 1 = 19 for every t; got p = [40, 19]"),
        (
            {"samples": 300, "memory": 150, "p": 2000},
            "the samples of the last task or those it takes turns with must be at most 128; "
            "got 300 and, by memory, 300",
        ),
    ],
)
def test_impossible_rounds(options, message):
    call = {"samples": (12, 9, 10), "memory": 4, "p": 40, "noise_var": 0.1, "rounds": 2} | options
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        theory.rehearsal_rounds(Tasks.chain(3, 0.5), **call)
