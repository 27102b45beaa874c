"""The replay simulator against the theory, with stated error rates, and its own invariants."""

import numpy as np
import pytest
from scipy import stats

from manytasks import Tasks, simulate, theory
from manytasks.simulate import direct
from manytasks.theory.buffer_span import least_squares_error_in_span

TASKS = Tasks.from_vectors(np.random.default_rng(3).standard_normal((4, 3)))
SAMPLES, MEMORY = (30, 10, 14, 9), (6, 4, 3, 0)
# Steps see 30, 16, 24 and 22 samples: p = 8 is always below, 40 and 60 above. p, n, m of a path that falls
# below the threshold first and interpolates after:
WIDTHS = (8, 40, 60)
CROSSING = (30, (40, 4, 3, 2), (20, 2, 1, 0))
ALPHA = 0.01
POWER = 0.03


def z_scores(draws, expected):
    return (draws.mean(axis=0) - expected) / (draws.std(axis=0, ddof=1) / np.sqrt(len(draws)))


@pytest.mark.statistical
@pytest.mark.parametrize("start", ["warm", "scratch"])
@pytest.mark.parametrize("method", ["direct", "reduced"])
def test_every_entry_agrees_and_a_wrong_formula_fails(start, method):
    """False alarm rate ALPHA = 0.01 for all 2 x 2 x 3 x 16 entries together (Bonferroni).

    Power: the same draws reject the same matrix made 3 % larger.
    """
    threshold = stats.norm.isf(ALPHA / (2 * 4 * len(WIDTHS) * 16))
    draws = simulate.replay_error(
        TASKS, SAMPLES, MEMORY, WIDTHS, 0.3, start, trials=4000, seed=5, method=method
    )
    expected = theory.replay_error(TASKS, SAMPLES, MEMORY, WIDTHS, 0.3, start)
    assert np.abs(z_scores(draws, expected)).max() < threshold
    assert np.abs(z_scores(draws, (1 + POWER) * expected)).max() > 1.5 * threshold


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["direct", "reduced"])
def test_warm_start_after_least_squares(method):
    """False alarm rate ALPHA = 0.01 for 2 x 16 entries; the power is that of the next test."""
    p, n, m = CROSSING
    draws = simulate.replay_error(TASKS, n, m, p, 0.3, trials=4000, seed=6, method=method)
    expected = theory.replay_error(TASKS, n, m, p, 0.3)
    assert np.abs(z_scores(draws, expected)).max() < stats.norm.isf(ALPHA / (2 * 2 * 16))


@pytest.mark.statistical
@pytest.mark.parametrize(("p", "kept"), [(12, (5, 2, 0, 3)), (12, (0, 0, 4, 0)), (4, (1, 0, 2, 0))])
def test_least_squares_in_the_span_of_some_samples(p, kept):
    """False alarm rate ALPHA = 0.01 for 3 x 4 entries; the same draws reject a formula 3 % larger."""
    n, a = np.array([9, 6, 7, 8]), TASKS.vectors(3)[:, :3]
    X, y = direct.draw_data(np.random.default_rng(9), 20_000, a, n, p, 0.3)
    first = np.cumsum(n) - n
    buffer = np.concatenate([start + np.arange(k) for start, k in zip(first, kept, strict=True)])
    Q = np.linalg.qr(X[:, :, buffer])[0]
    wrong = direct.fit(X, y)[:, :, None] - TASKS.vectors(p).T  # (trials, p, T)
    draws = np.square(Q.swapaxes(1, 2) @ wrong).sum(axis=1)
    expected = least_squares_error_in_span(TASKS.distances2, n, np.array(kept), np.array([float(p)]), 0.3)
    threshold = stats.norm.isf(ALPHA / (2 * 3 * 4))
    assert np.abs(z_scores(draws, expected)).max() < threshold
    assert np.abs(z_scores(draws, (1 + POWER) * expected)).max() > 1.5 * threshold


@pytest.mark.statistical
def test_both_methods_have_one_distribution():
    """Kolmogorov-Smirnov on forgetting and error at 2 widths: false alarm rate 0.01 over 4 tests."""
    p = [18, 60]
    draws = [
        simulate.replay_error(TASKS, SAMPLES, MEMORY, p, 0.3, trials=3000, seed=seed, method=method)
        for seed, method in ((7, "direct"), (8, "reduced"))
    ]
    for reading in (theory.forgetting, theory.average_error):
        direct, reduced = (reading(draw) for draw in draws)
        for k in range(2):
            assert stats.ks_2samp(direct[:, k], reduced[:, k]).pvalue > ALPHA / 4


def test_full_buffer_is_multitask_learning_draw_by_draw():
    tasks = Tasks.chain(3, -0.4)
    for start in ("warm", "scratch"):
        last = simulate.replay_error(tasks, 8, 8, [15, 60], 0.2, start, trials=5, seed=1)[..., -1, :]
        pooled = simulate.multitask_error(tasks, 8, [15, 60], 0.2, trials=5, seed=1)
        np.testing.assert_allclose(last, pooled, rtol=1e-9)


def test_buffered_samples_stay_interpolated():
    """Clean labels, equal tasks, full buffer and p = N: the last step knows everything."""
    draws = simulate.replay_error(Tasks.chain(2, 1.0), 6, 6, 12, 0.0, trials=20, seed=1)
    np.testing.assert_allclose(draws[:, -1], 0, atol=1e-12)


def test_a_draw_depends_neither_on_the_other_widths_nor_on_the_number_of_trials():
    options = {"seed": 4, "method": "reduced"}
    many = simulate.replay_error(TASKS, 9, 4, [20, 50], 0.1, trials=900, **options)
    few = simulate.replay_error(TASKS, 9, 4, 50, 0.1, trials=300, **options)
    np.testing.assert_allclose(many[:300, 1], few, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"memory": 9}, "memory must be at most samples: task 1 has 8 and would keep 9"),
        ({"start": "cold"}, "start must be 'warm' or 'scratch'; got 'cold'"),
        ({"trials": 0}, "trials must be a whole number of at least 1; got 0"),
        ({"method": "fast"}, "method must be 'direct' or 'reduced'; got 'fast'"),
        ({"p": 2}, "tasks of rank 3 need p >= 3 parameters; got p = 2"),
    ],
)
def test_impossible_input(change, message):
    arguments = {"samples": 8, "memory": 4, "p": 20, "noise_var": 0.1, "trials": 5, "seed": 1} | change
    with pytest.raises(ValueError, match=f"^{message}$"):
        simulate.replay_error(TASKS, **arguments)
