"""Features that are not normal: their moments, and the theorems that they obey exactly or to next order."""

import numpy as np
import pytest
from messages import whole
from monte_carlo import assert_means, assert_wrong_by_three_percent_fails

from manytasks import Tasks, theory
from manytasks.simulate.features import (
    degrees_of_freedom,
    excess_kurtosis,
    labels,
    length_factor,
    relu_moments,
    spherical_features,
    standardized,
)
from manytasks.simulate.replay_path import path_errors
from manytasks.streams import stream

P, T = 30, 2
TASKS = Tasks.chain(T, 0.3)
LIGHT_TAILED = ("gaussian", "rademacher", "uniform", "exponential", "sparse", "student-20")


def tasks_in_space(tasks):
    """Optimal parameters in directions that no coordinate is special for."""
    return tasks.vectors(T) @ np.linalg.qr(stream(1, "tasks").standard_normal((P, T)))[0].T


def drawn_path(X, tasks, n, m, noise_var, start):
    """Error matrices of fits to given features."""
    counts = np.full(T, n)
    y = labels(stream(1, "noise", start), X, tasks_in_space(tasks), counts, noise_var)
    return path_errors(X, y, tasks_in_space(tasks), counts, np.full(T, m), start)


@pytest.mark.statistical
@pytest.mark.parametrize("law", LIGHT_TAILED)
def test_standardized_moments(law):
    """Error rate 1e-3 a law (z-tests of mean, variance and kurtosis); 3 % off the variance fails."""
    x = standardized(law, stream(1, "moments", law), (400_000, 1))
    if law == "rademacher":
        assert set(np.unique(x)) == {-1.0, 1.0}
        assert abs(x.mean()) < 0.01
        return
    fourth = excess_kurtosis(law) + 3
    assert_means([(x, 0.0), (x**2, 1.0), (x**4, fourth)])
    assert_wrong_by_three_percent_fails([(x**2, 1.0)])


@pytest.mark.statistical
def test_student_with_infinite_kurtosis_is_standardized_too():
    """Error rate 1e-3: P(|x| < 1) of a Student variable with 3 degrees of freedom and variance 1."""
    x = standardized("student-3", stream(1, "moments"), (400_000, 1))
    share = 0.5 + (np.sqrt(1) * 0.5 + np.arctan(1.0)) / np.pi - 0.5  # F(√3) with t/√3 = 1
    assert_means([((np.abs(x) < 1).astype(float), 2 * share)])
    assert excess_kurtosis("student-3") == excess_kurtosis("student-4") == np.inf


def random_lengths(kind, trials, N):
    rng = stream(1, "lengths", kind)
    if kind == "fixed":
        return np.full((trials, N), float(P)), (P - 2) / P
    if kind == "two":
        return P * rng.choice([0.5, 1.5], (trials, N)), (P - 2) / P * (1 / 0.5 + 1 / 1.5) / 2
    return rng.chisquare(P, (trials, N)) / rng.chisquare(3, (trials, N)), 3.0


@pytest.mark.statistical
@pytest.mark.parametrize(("kind", "start"), [("fixed", "warm"), ("two", "scratch"), ("student", "warm")])
def test_length_rule_is_exact_above_the_threshold(kind, start):
    """Replay errors of random directions: error rate 1e-3 (4 entries); 3 % too much or too little fails.

    The single-task error is the first entry; a full buffer makes the last row the multi-task error.
    """
    n, trials = 7, 40_000
    lengths2, factor = random_lengths(kind, trials, T * n)
    X = spherical_features(stream(1, "directions", kind), P, lengths2)
    assert abs(length_factor(X) / factor - 1) < 0.02
    m = n if kind == "two" else 3
    drawn = drawn_path(X, TASKS, n, m, 0.6, start)
    cells = [(drawn, theory.replay_error(TASKS, n, m, P, factor * 0.6, start))]
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)


@pytest.mark.statistical
@pytest.mark.parametrize("law", ["rademacher", "student-3"])
def test_bias_of_symmetric_entries_is_exact(law):
    """Equal tasks, clean labels, no buffer: error rate 1e-3 a law; 3 % too much or too little fails."""
    X = standardized(law, stream(1, "entries", law), (20_000, P, T * 5))
    agreeing = Tasks.equiangular(T, 1.0)
    cells = [
        (
            drawn_path(X, agreeing, 5, 0, 0.0, start)[:, :, 0],
            theory.replay_error(agreeing, 5, 0, P, 0.0, start)[:, 0],
        )
        for start in ("warm", "scratch")
    ]
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)


@pytest.mark.statistical
@pytest.mark.parametrize("shape", [(60, 20), (20, 60)])
@pytest.mark.parametrize("law", ["rademacher", "uniform", "exponential"])
def test_noise_at_next_order(law, shape):
    """Noise coefficient against 1 + κ/max(p, N): within 1 % per 3 of |κ|, plus 4 standard errors.

    Error rate below 1e-4 a cell; the Gaussian formula, κ = 0, fails in every cell.
    """
    p, N = shape
    X = standardized(law, stream(1, "next order", law, p), (8000, p, N))
    smaller = X.swapaxes(1, 2) @ X if N < p else X @ X.swapaxes(1, 2)
    noise = np.trace(np.linalg.inv(smaller), axis1=1, axis2=2) / (min(p, N) / (abs(p - N) - 1)) - 1
    error = 4 * noise.std(ddof=1) / np.sqrt(len(noise))
    expected = excess_kurtosis(law) / max(p, N)
    assert abs(noise.mean() - expected) < 0.01 * max(1, abs(excess_kurtosis(law)) / 3) + error
    assert abs(noise.mean()) > error + 0.005


@pytest.mark.statistical
def test_relu_moments():
    """Error rate 1e-3: z-tests of all means and second moments of 4 features."""
    first = stream(1, "first layer").standard_normal((4, 3))
    mean, covariance = relu_moments(first)
    phi = np.maximum(stream(1, "inputs").standard_normal((100_000, 3)) @ first.T, 0)
    second = (phi[:, :, None] * phi[:, None, :]).reshape(len(phi), -1)
    cells = [(phi, mean), (second, (covariance + np.outer(mean, mean)).ravel())]
    assert_means(cells)
    np.testing.assert_allclose(covariance, covariance.T)
    np.testing.assert_allclose(np.diag(covariance), np.square(first).sum(1) * (0.5 - 0.5 / np.pi))


def test_lengths_are_kept_and_labels_follow_their_tasks():
    lengths2 = np.array([[1.0, 4.0, 9.0]])
    X = spherical_features(stream(1, "directions"), 6, lengths2)
    np.testing.assert_allclose(np.square(X).sum(axis=1), lengths2)
    W = stream(1, "tasks").standard_normal((2, 6))
    y = labels(stream(1, "noise"), X, W, np.array([1, 2]), 0.0)
    np.testing.assert_allclose(y[0], [W[0] @ X[0, :, 0], W[1] @ X[0, :, 1], W[1] @ X[0, :, 2]])


@pytest.mark.parametrize("law", ["cauchy", "student-2", "student-x", "student", "gaussian-5"])
def test_unknown_law_is_refused(law):
    message = (
        "law must be one of gaussian, rademacher, uniform, sparse, exponential, "
        f"student-<degrees of freedom> (more than 2); got {law!r}"
    )
    with pytest.raises(ValueError, match=whole(message)):
        standardized(law, stream(1, "features"), (2,))
    with pytest.raises(ValueError, match=whole(message)):
        excess_kurtosis(law)
    with pytest.raises(ValueError, match=whole(message)):
        degrees_of_freedom(law)
