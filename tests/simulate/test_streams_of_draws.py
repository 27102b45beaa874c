"""The same seed gives the same draws, whatever the machine, the number of threads or of trials."""

import tracemalloc

import numpy as np
import pytest

from manytasks import Tasks, cores, simulate
from manytasks.simulate import runner

TASKS = Tasks.chain(3, -0.5)
PROBLEM = (TASKS, (4, 6, 10), 34, 0.3)
ERRORS = [simulate.multitask_error, simulate.single_task_error]
BOTH = pytest.mark.parametrize("method", ["direct", "reduced"])


@BOTH
@pytest.mark.parametrize("function", ERRORS)
def test_same_seed_same_draws_other_seed_other_draws(function, method):
    first, again, other = (function(*PROBLEM, trials=50, seed=seed, method=method) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.any(first == other)


@BOTH
@pytest.mark.parametrize("function", ERRORS)
def test_draws_do_not_depend_on_the_number_of_threads(function, method, monkeypatch):
    results = []
    for threads in (1, 7):
        monkeypatch.setattr("manytasks.cores.allowed", lambda threads=threads: threads)
        results.append(function(*PROBLEM, trials=5000, seed=1, method=method))
    np.testing.assert_array_equal(*results)


def test_cores_are_those_that_a_scheduler_allows(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {3}, raising=False)
    assert cores.allowed() == 1
    monkeypatch.setattr(runner, "ThreadPoolExecutor", None)  # with one core none is asked for
    assert simulate.multitask_error(*PROBLEM, trials=5, seed=1).shape == (5, 3)
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    assert cores.allowed() == 5


@BOTH
@pytest.mark.parametrize("function", ERRORS)
@pytest.mark.parametrize("few", [1, 100, 2500])
def test_fewer_trials_are_the_first_of_more(function, method, few):
    many = function(*PROBLEM, trials=3000, seed=1, method=method)
    np.testing.assert_array_equal(function(*PROBLEM, trials=few, seed=1, method=method), many[:few])


@BOTH
def test_no_draw_is_repeated_within_a_run_or_across_widths(method):
    together = simulate.multitask_error(*PROBLEM[:2], [34, 35], 0.3, trials=5000, seed=1, method=method)
    assert np.unique(together[..., 0]).size == 10_000


@BOTH
def test_a_width_keeps_its_draws_whatever_else_is_asked_for(method):
    widths = np.array([[34, 5], [20, 34]])
    together = simulate.multitask_error(*PROBLEM[:2], widths, 0.3, trials=40, seed=1, method=method)
    assert together.shape == (40, 2, 2, 3)
    for place in np.ndindex(2, 2):
        alone = simulate.multitask_error(*PROBLEM[:2], widths[place], 0.3, trials=40, seed=1, method=method)
        np.testing.assert_array_equal(together[:, *place], alone)


def test_noise_variance_changes_the_noise_and_not_the_features():
    """With p = N the interpolator is linear in the labels: errors at σ² are a quadratic in σ."""
    sigmas = np.arange(4.0)
    errors = [simulate.multitask_error(TASKS, 4, 12, s**2, trials=20, seed=1) for s in sigmas]
    third_difference = errors[3] - 3 * errors[2] + 3 * errors[1] - errors[0]
    np.testing.assert_allclose(third_difference / errors[3], 0, atol=1e-8)


@BOTH
def test_memory_does_not_grow_with_trials(method, monkeypatch):
    """Features of all 3,000 direct trials at once would take 480 MB; a chunk of them takes 4 MB."""
    monkeypatch.setattr("manytasks.cores.allowed", lambda: 1)  # each thread holds one chunk
    peaks = []
    for trials in (60, 3000):
        tracemalloc.start()
        simulate.multitask_error(TASKS, (30, 30, 40), 200, 0.3, trials=trials, seed=1, method=method)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    results = 3000 * 3 * 8
    assert peaks[1] < 20e6
    assert peaks[1] < 1.5 * peaks[0] + 5 * results
