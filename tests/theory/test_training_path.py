"""One task after another for a time each: limits, the order identity, the best start, the best time."""

import numpy as np
import pytest
import sympy as sp

from manytasks import Tasks, theory
from manytasks.symbolic import differing
from manytasks.theory.training_factors import TrainingFactors
from manytasks.theory.training_path import next_errors

INF = float("inf")
PAIR = Tasks.equiangular(2, 0.5)
W = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.0, 0.5, 1.0]])
TASKS = Tasks.from_vectors(W)
COUNTS = (5, 7, 9)
WIDTHS = [3, 8, 12, 40, 90]


def test_values_of_an_independent_implementation():
    path = theory.training_path(PAIR, 10, 20, 0.1, [INF, 1.0])
    np.testing.assert_allclose(path[0], [11 / 18, 10 / 9], rtol=1e-12)
    np.testing.assert_allclose(path[1], [0.7075668302, 0.6657764514], rtol=0, atol=6e-11)
    best = theory.best_stopping(Tasks([[1.0]]), 10, 20, 0.25)
    np.testing.assert_allclose([best.time, best.value], [1.131689001, 0.6492449079], rtol=0, atol=1e-9)


def test_to_the_end_it_is_the_path_without_a_buffer():
    """Infinities included."""
    widths = np.arange(1, 30)
    np.testing.assert_allclose(
        theory.training_path(TASKS, COUNTS, widths, 0.2, INF),
        theory.replay_error(TASKS, COUNTS, 0, widths, 0.2),
        rtol=1e-12,
    )


def test_first_row_is_one_fit_and_an_anchor_of_zero_forgets():
    times = [0.5, 2.0, 1.0]
    path = theory.training_path(TASKS, COUNTS, WIDTHS, 0.2, times, anchors=[7.0, 0.0, 0.0])
    for t in range(3):
        counts = np.where(np.arange(3) == t, COUNTS, 0)
        alone = theory.training_error(TASKS, counts, WIDTHS, 0.2, times[t])
        np.testing.assert_allclose(path[:, t], alone, rtol=1e-12)


def test_an_untrained_task_only_scales_the_parameters():
    path = theory.training_path(TASKS, COUNTS, WIDTHS, 0.2, [2.0, 0.0, 1.0], anchors=[1, 0.5, 1])
    one = theory.training_path(TASKS, COUNTS, WIDTHS, 0.2, [2.0, 0.0, 1.0])
    np.testing.assert_allclose(one[:, 1], one[:, 0], rtol=1e-12)
    zero = Tasks(np.pad(TASKS.gram, (0, 1)))
    norm2 = theory.training_path(zero, (*COUNTS, 0), WIDTHS, 0.2, [2.0, 0.0, 1.0, 0.0])[:, 0, 3:]
    np.testing.assert_allclose(path[:, 1], 0.5 * path[:, 0] + 0.5 * TASKS.norms2 - 0.25 * norm2, rtol=1e-12)


def test_paths_of_many_times_at_once():
    times = np.array([[0.1, 1.0, 3.0], [2.0, 0.3, INF]])
    both = theory.training_path(TASKS, COUNTS, WIDTHS, 0.2, times, 0.8)
    assert both.shape == (5, 2, 3, 3)
    for i in range(2):
        np.testing.assert_allclose(
            both[:, i], theory.training_path(TASKS, COUNTS, WIDTHS, 0.2, times[i], 0.8)
        )


def test_order_identity_is_the_difference_of_two_paths():
    """The closed form of equal counts, for the two tasks and one that looks on; counts that differ, too."""
    times = np.array([0.2, 1.0, 4.0])
    d, norms2 = TASKS.distances2, TASKS.norms2
    swap = [1, 0, 2]
    for counts in ((6, 6, 0), (4, 9, 0)):
        found = theory.order_effect(TASKS, counts, WIDTHS, 0.3, times)
        turned = Tasks(TASKS.gram[np.ix_(swap, swap)])
        for j, t in enumerate(times):
            length = [t, t, 0]
            forth = theory.training_path(TASKS, counts, WIDTHS, 0.3, length)[:, 1]
            back = theory.training_path(turned, [counts[i] for i in swap], WIDTHS, 0.3, length)[:, 1][:, swap]
            np.testing.assert_allclose(found[:, j], forth - back, rtol=0, atol=1e-11)
    factors = theory.training_factors(6, WIDTHS, times)
    closed = (1 - factors.first[..., None]) ** 2 * (d[1] - d[0])
    closed += (factors.first - factors.second)[..., None] ** 2 * (norms2[0] - norms2[1])
    found = theory.order_effect(TASKS, 6, WIDTHS, 0.3, times)
    np.testing.assert_allclose(found, closed, rtol=0, atol=1e-12)


def test_order_identity_for_symbols():
    """Any factors, any distances: two steps of the recursion, minus the same two in the other order."""
    left, left2, a, s = sp.symbols("gamma_1 gamma_2 a s", positive=True)
    d = np.array(
        sp.Matrix(3, 3, lambda i, j: 0 if i == j else sp.Symbol(f"d{min(i, j)}{max(i, j)}")).tolist()
    )
    start = np.array(sp.symbols("A_0:3"))
    factors = TrainingFactors(left, left2, a, 0)

    def trained(*order):
        errors = start
        for task in order:
            errors = next_errors(errors, task, d, factors, s)
        return errors

    expected = (1 - left) ** 2 * (d[1] - d[0]) + (left - left2) ** 2 * (start[0] - start[1])
    assert differing(list(trained(0, 1) - trained(1, 0)), list(expected)) == 0


def test_order_effect_from_bracket_to_last_is_remembered():
    short, p = 1e-5, 90
    along = (W @ (W[0] - W[1])) * 2 * short**2
    np.testing.assert_allclose(theory.order_effect(TASKS, 9, p, 0.3, short), along, rtol=1e-3, atol=1e-14)
    end = (9 / p) ** 2 * (TASKS.distances2[1] - TASKS.distances2[0])
    np.testing.assert_allclose(theory.order_effect(TASKS, 9, p, 0.3, INF), end, rtol=1e-12)
    finite = theory.order_effect(TASKS, 9, [9, 10, 11], 0.3, INF)  # the noise is infinite and cancels
    assert np.all(np.isfinite(finite))


@pytest.mark.parametrize("p", [6, 40])
def test_best_anchor_is_the_best_of_many(p):
    times = [3.0, 0.7, 1.3]
    c = theory.best_anchor(TASKS, COUNTS, p, 0.3, times)

    def errors(anchor):
        return theory.training_path(TASKS, COUNTS, p, 0.3, times, [1, 1, anchor])[-1]

    step = 1e-3
    for best, read in ((c.last, lambda e: e[-1]), (c.mean, np.mean)):
        middle, low, high = (read(errors(best + shift)) for shift in (0, -step, step))
        assert middle < min(low, high)
        assert abs(high - low) < 1e-3 * (high + low - 2 * middle)  # a parabola, and this is its bottom
    later = theory.best_anchor(TASKS, COUNTS, p, 0.3, [3.0, 0.7, 20.0])
    np.testing.assert_allclose(later.last, c.last, rtol=1e-12)


def test_best_anchor_of_a_forgotten_or_zero_start_is_none():
    assert np.isnan(theory.best_anchor(TASKS, COUNTS, 3, 0.3, INF).mean)
    assert np.isnan(theory.best_anchor(TASKS, COUNTS, 40, 0.3, 0.0).last)


def test_ridge_beats_every_time_and_the_best_time_is_early_enough():
    """60 random shapes: t* ≤ N/λ*, and both are minima among many others."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        N, p, noise = int(rng.integers(1, 60)), int(rng.integers(1, 120)), 10 ** rng.uniform(-3, 1)
        one = Tasks([[float(rng.uniform(0.2, 3))]])
        best = theory.best_stopping(one, N, p, noise)
        assert best.ridge == pytest.approx(p * noise / one.gram[0, 0])
        assert 0 < best.time * best.ridge <= N
        assert best.ridge_value <= best.value * (1 + 1e-12)
        around = np.geomspace(0.01, 100, 81)
        assert best.value <= theory.training_error(one, N, p, noise, best.time * around).min() + 1e-12
        assert (
            best.ridge_value
            <= theory.training_error(one, N, p, noise, ridge=best.ridge * around).min() + 1e-12
        )


def test_best_time_of_several_tasks_is_a_minimum():
    widths = np.array([4, 20, 21, 22, 60])
    best = theory.best_stopping(TASKS, COUNTS, widths, 0.05)
    share = np.array(COUNTS) / sum(COUNTS)
    for i, p in enumerate(widths):
        times = best.time[i] * np.array([0.99, 1.0, 1.01])
        below, at, above = theory.training_error(TASKS, COUNTS, p, 0.05, times) @ share
        assert at < min(below, above)
        assert at == pytest.approx(best.value[i], rel=1e-12)
        ridges = best.ridge[i] * np.array([0.99, 1.0, 1.01])
        below, at, above = theory.training_error(TASKS, COUNTS, p, 0.05, ridge=ridges) @ share
        assert at < min(below, above)
        assert at == pytest.approx(best.ridge_value[i], rel=1e-12)


def test_never_stop_without_noise_and_never_start_at_the_mean():
    clean = theory.best_stopping(Tasks([[2.0]]), 6, [3, 24], 0.0)
    np.testing.assert_array_equal(clean.time, INF)
    np.testing.assert_array_equal(clean.ridge, 0)
    np.testing.assert_allclose(clean.value, [0, 1.5])
    there = theory.best_stopping(PAIR, 6, [3, 24], 0.4, anchor=[0.5, 0.5])
    np.testing.assert_array_equal(there.time, 0)
    np.testing.assert_allclose(there.value, 0.25)
    edge = theory.best_stopping(PAIR, 1, 1, 0.0)
    assert edge.time == INF
    assert edge.value == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.training_path(PAIR, 5, 9, 0.1, [1, 2, 3]), "times must be one number or 2"),
        (lambda: theory.training_path(PAIR, 5, 9, 0.1, 1, [1, 2, 3]), "anchors must be one number or 2"),
        (lambda: theory.order_effect(Tasks([[1.0]]), 5, 9, 0.1, 1), "an order needs at least 2 tasks"),
        (lambda: theory.best_anchor(Tasks([[1.0]]), 5, 9, 0.1, 1), "belongs to at least 2 tasks"),
        (lambda: theory.best_stopping(PAIR, 0, 9, 0.1), "samples must be at least 1 in all"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_training_forgetting_from_the_local_theorem_to_the_end():
    """t²/2 of the curvature at first, and ``training_forgetting`` at the end; exact for p = n (K = I)."""
    problem = (PAIR, 20, 100, 0.1)
    short = 1e-5
    local = short**2 / 2 * theory.bracket_moments(*problem).curvature
    np.testing.assert_allclose(theory.training_forgetting(*problem, short), local, rtol=1e-3)
    end = theory.training_forgetting(*problem)
    np.testing.assert_allclose(theory.training_forgetting(*problem, [1e5, INF]), [end, end], rtol=1e-9)
    share = theory.training_forgetting(*problem, [0.001, 0.01, 0.03, 0.1, 0.3, 1.0])
    local = np.array([0.001, 0.01, 0.03, 0.1, 0.3, 1.0]) ** 2 / 2 * theory.bracket_moments(*problem).curvature
    np.testing.assert_allclose(share / local, [0.993, 0.934, 0.819, 0.536, 0.207, 0.032], rtol=0, atol=6e-4)
    assert theory.training_forgetting(PAIR, 20, [40, 100], 0.1, [0.1, 1.0, INF]).shape == (2, 3)
