"""Properties of the exact replay error matrix: identities, limits, domain, symbols."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from manytasks import Tasks, theory

STARTS = pytest.mark.parametrize("start", ["warm", "scratch"])


@st.composite
def problems(draw):
    """Up to five tasks of any geometry, uneven counts, and a p on any side of every threshold."""
    T = draw(st.integers(1, 5))
    n = draw(st.lists(st.integers(0, 12), min_size=T, max_size=T))
    m = [draw(st.integers(0, count)) for count in n]
    W = np.random.default_rng(draw(st.integers(0, 10**6))).standard_normal((T, draw(st.integers(1, 4))))
    return Tasks.from_vectors(W), n, m, draw(st.integers(1, 80)), draw(st.sampled_from([0.0, 0.3]))


def naive_over(tasks, n, m, p, noise_var):
    """Transcribe Section 6 with plain sums over pairs of tasks, for p > N_t + 1 at every step."""
    d = tasks.distances2

    def span(i, c):
        N, T = sum(c), tasks.T
        pairs = sum(c[j] * c[k] * d[j, k] for j in range(T) for k in range(T))
        near = sum(c[j] * d[i, j] for j in range(T)) / p
        return near + pairs / (2 * p * (p - N - 1)) + N * noise_var / (p - N - 1)

    error, rows = [tasks.gram[i, i] for i in range(tasks.T)], []
    for t in range(tasks.T):
        buffer = [m[s] if s < t else 0 for s in range(tasks.T)]
        counts = [n[s] if s == t else buffer[s] for s in range(tasks.T)]
        share = 1 - n[t] / (p - sum(buffer))
        error = [span(i, counts) + share * (error[i] - span(i, buffer)) for i in range(tasks.T)]
        rows.append(error)
    return np.array(rows)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_warm_equals_the_naive_transcription(problem):
    tasks, n, m, _, noise_var = problem
    p = sum(n) + 7
    expected = naive_over(tasks, n, m, p, noise_var)
    np.testing.assert_allclose(
        theory.replay_error(tasks, n, m, p, noise_var), expected, rtol=1e-10, atol=1e-12
    )


@STARTS
@given(problems())
@settings(max_examples=200, deadline=None)
def test_full_buffer_is_multitask_learning(start, problem):
    tasks, n, _, p, noise_var = problem
    last = theory.replay_error(tasks, n, n, p, noise_var, start)[-1]
    sides = p - np.cumsum(n)
    if start == "warm" and np.any(abs(sides) <= 1):  # an infinite step stays infinite
        return
    np.testing.assert_allclose(last, theory.multitask_error(tasks, n, p, noise_var), rtol=1e-9, atol=1e-12)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_scratch_is_multitask_learning_of_the_buffer(problem):
    tasks, n, m, p, noise_var = problem
    errors = theory.replay_error(tasks, n, m, p, noise_var, "scratch")
    for t in range(tasks.T):
        counts = [*m[:t], n[t], *[0] * (tasks.T - t - 1)]
        pooled = theory.multitask_error(tasks, counts, p, noise_var)
        np.testing.assert_allclose(errors[t], pooled, rtol=1e-12, atol=1e-14)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_future_tasks_leave_the_past_alone(problem):
    tasks, n, m, p, noise_var = problem
    shorter = Tasks(tasks.gram[:-1, :-1]) if tasks.T > 1 else tasks
    T = shorter.T
    whole = theory.replay_error(tasks, n, m, p, noise_var)[:T, :T]
    np.testing.assert_allclose(
        theory.replay_error(shorter, n[:T], m[:T], p, noise_var), whole, rtol=1e-12, atol=1e-14
    )


@given(problems())
@settings(max_examples=300, deadline=None)
def test_errors_are_never_negative_and_never_nan(problem):
    tasks, n, m, p, noise_var = problem
    if p >= np.linalg.matrix_rank(tasks.gram):
        errors = theory.replay_error(tasks, n, m, p, noise_var)
        assert np.all(errors >= -1e-12)


def test_one_task_is_a_single_fit():
    tasks, p = Tasks([[2.0]]), np.arange(1, 40)
    alone = theory.single_task_error(tasks, 17, p, 0.3)
    for start in ("warm", "scratch"):
        np.testing.assert_allclose(theory.replay_error(tasks, 17, 5, p, 0.3, start)[:, 0], alone, rtol=1e-12)


def test_without_a_buffer_warm_starts_are_sequential_fine_tuning():
    """With m = 0 the recursion is E[t] = S(n_t) + (1 - n_t/p) E[t-1], Lin et al.'s forgetting formula."""
    tasks, n, p, s2 = Tasks.chain(4, -0.3), 20, 90, 0.5
    errors = theory.replay_error(tasks, n, 0, p, s2)
    r, noise = 1 - n / p, n * s2 / (p - n - 1)
    for t in range(1, 5):
        learned = sum(r ** (t - s) * (n / p) * tasks.distances2[s - 1] for s in range(1, t + 1))
        expected = r**t * tasks.norms2 + learned + noise * (1 - r**t) / (1 - r)
        np.testing.assert_allclose(errors[t - 1], expected, rtol=1e-12)


def test_below_the_threshold_the_past_is_forgotten():
    tasks = Tasks.chain(3, 0.4)
    warm = theory.replay_error(tasks, (5, 30, 8), (0, 20, 0), 12, 0.2)
    scratch = theory.replay_error(tasks, (5, 30, 8), (0, 20, 0), 12, 0.2, "scratch")
    np.testing.assert_allclose(warm, scratch, rtol=1e-12)  # steps 2 and 3 both see more than 12 samples


def test_a_task_without_samples_changes_nothing_after_interpolation():
    errors = theory.replay_error(Tasks.chain(3, 0.4), (20, 0, 10), (15, 0, 0), [30, 60], 0.2)
    np.testing.assert_allclose(errors[:, 1], errors[:, 0], rtol=1e-12)


def test_a_buffer_that_fills_the_space_is_fitted_exactly():
    """p = M with no new samples: 0 free directions, so only the buffer decides."""
    tasks = Tasks([[1.0, 1.0], [1.0, 1.0]])
    np.testing.assert_allclose(theory.replay_error(tasks, (20, 0), (10, 0), 10, 0.0)[1], 0, atol=1e-12)


@STARTS
def test_infinite_within_one_of_every_threshold_with_noise(start):
    tasks, p = Tasks.chain(3, 1.0), np.arange(5, 60)
    errors = theory.replay_error(tasks, 20, 10, p, 0.1, start)
    for t, N in enumerate((20, 30, 40)):
        assert np.all(np.isinf(errors[abs(p - N) <= 1, t]))
        assert np.all(np.isfinite(errors[p < 19, t]))
        if start == "scratch":
            assert np.all(np.isfinite(errors[abs(p - N) > 1, t]))
    assert np.all(np.isfinite(theory.replay_error(tasks, 20, 10, p, 0.0, start)))  # equal tasks, clean labels


def test_an_infinite_step_is_remembered_by_a_warm_start_only():
    tasks = Tasks.chain(2, 0.5)
    assert np.all(np.isinf(theory.replay_error(tasks, (20, 5), (3, 0), 21, 0.1)))
    assert np.all(np.isfinite(theory.replay_error(tasks, (20, 5), (3, 0), 21, 0.1, "scratch")[1]))


def test_scales_with_the_square_of_tasks_and_noise():
    tasks = Tasks.chain(3, -0.5)
    p = [12, 50, 300]
    once = theory.replay_error(tasks, 20, 7, p, 0.3)
    np.testing.assert_allclose(
        theory.replay_error(Tasks(9 * tasks.gram), 20, 7, p, 2.7), 9 * once, rtol=1e-12
    )


def test_array_of_p_equals_single_values():
    tasks, p = Tasks.chain(3, -0.5), np.array([[5, 14], [33, 200]])
    together = theory.replay_error(tasks, (20, 4, 9), (8, 2, 0), p, 0.3)
    assert together.shape == (2, 2, 3, 3)
    for index in np.ndindex(2, 2):
        np.testing.assert_array_equal(
            together[index], theory.replay_error(tasks, (20, 4, 9), (8, 2, 0), p[index], 0.3)
        )


def test_symbols_pass_above_the_threshold():
    p, m, s2 = sympy.symbols("p m sigma2", positive=True)
    errors = theory.replay_error(Tasks.chain(3, 0.5), 50, np.array([m] * 3), p, s2, regime="over")
    values = {p: 400, m: 20, s2: sympy.Rational(1, 10)}
    numbers = np.array([[float(entry.subs(values)) for entry in row] for row in errors])
    np.testing.assert_allclose(
        numbers, theory.replay_error(Tasks.chain(3, 0.5), 50, 20, 400, 0.1), rtol=1e-12
    )


def test_symbolic_samples_pass_with_a_buffer_in_numbers():
    n, p = sympy.symbols("n p", positive=True)
    errors = theory.replay_error(Tasks.chain(2, 0.5), n, 20, p, 0.1, regime="over")
    numbers = np.array([[float(entry.subs({n: 50, p: 400})) for entry in row] for row in errors])
    np.testing.assert_allclose(
        numbers, theory.replay_error(Tasks.chain(2, 0.5), 50, 20, 400, 0.1), rtol=1e-12
    )


def test_symbols_pass_below_the_threshold():
    p = sympy.symbols("p", positive=True)
    errors = theory.replay_error(Tasks.chain(2, 0.5), 50, 20, p, 0.1, regime="under")
    numbers = np.array([[float(entry.subs(p, 30)) for entry in row] for row in errors])
    np.testing.assert_allclose(numbers, theory.replay_error(Tasks.chain(2, 0.5), 50, 20, 30, 0.1), rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 6, 20, 0.1), "memory must be at most samples: task 1 has 5 and would keep 6"),
        (((5, 4), (5, 5), 20, 0.1), "memory must be at most samples: task 2 has 4 and would keep 5"),
        ((5, -1, 20, 0.1), "memory must be whole numbers of at least 0; got -1"),
        ((5, (1, 2, 3), 20, 0.1), r"memory must be one number or 2, one per task; got shape \(3,\)"),
        ((5, 2, 0, 0.1), "p must be a whole number of at least 1 parameter; got 0"),
        ((5, 2, 20, -0.1), "noise_var must be a variance, finite and at least 0; got -0.1"),
        ((5, 2, 20, 0.1, "cold"), "start must be 'warm' or 'scratch'; got 'cold'"),
        (
            (5, 2, sympy.Symbol("p"), 0.1),
            "p and N cannot be compared when one is a symbol: say regime='over' or 'under'",
        ),
    ],
)
def test_impossible_input(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        theory.replay_error(Tasks.chain(2, 0.5), *arguments)


def test_many_buffers_at_once_are_the_same_as_one_by_one():
    """Also where a step is least squares, and where the buffer is empty."""
    tasks, samples = Tasks.chain(3, 0.4), [20, 15, 25]
    memory = np.array([[[0, 0, 0], [5, 3, 0], [20, 15, 25]], [[1, 15, 2], [0, 7, 0], [9, 9, 9]]])
    p = np.array([12, 30, 47])
    for start in ("warm", "scratch"):
        together = theory.replay_error(tasks, samples, memory, p, 0.1, start)
        assert together.shape == (2, 3, 3, 3)
        for place in np.ndindex(2, 3):
            alone = theory.replay_error(tasks, samples, memory[place], p[place[1]], 0.1, start)
            np.testing.assert_allclose(together[place], alone, rtol=1e-12)
    with pytest.raises(
        ValueError, match=r"^memory must be at most samples: task 2 has 15 and would keep 16$"
    ):
        theory.replay_error(tasks, samples, [[0, 0, 0], [0, 16, 0]], 30, 0.1)
