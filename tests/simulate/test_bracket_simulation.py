"""Drawn bracket moments and forgetting against the closed forms."""

from functools import cache

import numpy as np
import pytest
from messages import whole
from monte_carlo import assert_means, assert_wrong_by_three_percent_fails

from manytasks import Tasks, simulate, theory

CASES = [
    (Tasks.from_vectors([[1.0, 0.0], [0.7, -1.2]]), 8, 40, 0.5),
    (Tasks.equiangular(2, -0.5), (6, 12), 60, 0.0),
    (Tasks.equiangular(2, 1.0), (12, 5), 45, 1.0),
    (Tasks.from_vectors([[0.0, 0.0], [1.0, 1.0]]), 4, 30, 0.1),
]


@cache
def cells():
    drawn = []
    for seed, case in enumerate(CASES):
        moments = simulate.bracket_moments(*case, trials=80_000, seed=seed)
        drawn += list(zip(moments, theory.bracket_moments(*case), strict=True))
        forgotten = simulate.training_forgetting(*case, trials=80_000, seed=seed + 10)
        drawn.append((forgotten, theory.training_forgetting(*case)))
    return drawn


@pytest.mark.statistical
def test_means():
    """Error rate 1e-3 for the whole grid: z-tests, Bonferroni over 4 cases with 4 means each."""
    assert_means(cells())


@pytest.mark.statistical
def test_means_wrong_by_three_percent_would_fail():
    """Power: on the same draws, factors .97 and 1.03 are rejected in every cell."""
    assert_wrong_by_three_percent_fails(cells())


def test_draws_are_what_they_claim_to_be():
    """One trial, recomputed with the p x p matrices that the simulator avoids."""
    from manytasks.streams import stream

    tasks = Tasks([[1.0, 0.0], [0.0, 1.0]])
    n, p = 3, 7
    moments = simulate.bracket_moments(tasks, n, p, 0.0, trials=1, seed=4)
    lost = simulate.training_forgetting(tasks, n, p, 0.0, trials=1, seed=4)
    X = stream(4, "data", p, 0).standard_normal((1024, p, 2 * n))[0]
    X1, X2 = X[:, :n], X[:, n:]
    W = tasks.vectors(p)
    w1 = np.linalg.pinv(X1.T) @ (X1.T @ W[0])
    g2, H1, H2 = X2 @ X2.T @ (w1 - W[1]) / n, X1 @ X1.T / n, X2 @ X2.T / n
    bracket = H2 @ np.zeros(p) - H1 @ g2
    np.testing.assert_allclose([float(m[0]) for m in moments], [g2 @ g2, g2 @ H1 @ g2, bracket @ bracket])
    w2 = w1 + np.linalg.pinv(X2.T) @ (X2.T @ (W[1] - w1))
    np.testing.assert_allclose(lost[0], np.square(X1.T @ (w2 - W[0])).sum() / (2 * n))


def test_shapes_and_independence_of_the_number_of_trials():
    arguments = (CASES[0][0], 3, [[20, 30], [40, 20]], 0.1)
    few, many = (simulate.bracket_moments(*arguments, trials=k, seed=1) for k in (2, 5))
    assert few.curvature.shape == (2, 2, 2)
    np.testing.assert_array_equal(few.curvature, many.curvature[:2])
    np.testing.assert_array_equal(few.curvature[:, 0, 0], few.curvature[:, 1, 1])


@pytest.mark.parametrize("function", [simulate.bracket_moments, simulate.training_forgetting])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trials": 0}, "trials must be a whole number of at least 1; got 0"),
        ({"p": 4}, "p must be at least 5, the samples to interpolate; got 4"),
        ({"samples": 1, "p": 1}, "tasks of rank 2 need p >= 2 parameters; got p = 1"),
        ({"noise_var": -1}, "noise_var must be a variance, finite and at least 0; got -1"),
    ],
)
def test_impossible_input_is_refused(function, wrong, message):
    arguments = {"samples": 5, "p": 30, "noise_var": 0.1, "trials": 3, "seed": 1} | wrong
    with pytest.raises(ValueError, match=whole(message)):
        function(CASES[0][0], **arguments)
