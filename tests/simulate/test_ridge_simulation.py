"""Drawn ridge errors: exact where a formula is exact, close to the deterministic equivalent elsewhere."""

import numpy as np
import pytest
from messages import whole
from monte_carlo import assert_means, assert_wrong_by_three_percent_fails

from manytasks import Tasks, simulate, theory
from manytasks.simulate.ridge import ridge_fit

POWER = 1 / np.arange(1, 41)
W = np.stack([np.ones(40), np.linspace(-1, 1, 40)])


@pytest.mark.statistical
def test_identity_covariance_without_ridge():
    """Against the exact formulas on both sides of the threshold: error rate 1e-3, power 3 % each."""
    cells = []
    for n, p in (((8, 12), 50), ((40, 30), 25)):
        tasks = Tasks.chain(2, -0.5)
        draws = simulate.ridge_error(np.ones(p), tasks.vectors(p), n, 0.3, trials=20_000, seed=p)
        cells.append((draws, theory.multitask_error(tasks, n, p, 0.3)))
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)


@pytest.mark.statistical
@pytest.mark.parametrize("N", [120, 360])
@pytest.mark.parametrize("ridge", [0.0, 0.2, 5.0])
@pytest.mark.parametrize("decay", [0.5, 1.0])
def test_within_three_percent_of_the_deterministic_equivalent(decay, ridge, N):
    """p = 240. The bound is 3 % plus 4 standard errors: error rate below 1e-4 a cell for a bias within 3 %.

    A formula wrong by 10 % fails in every cell.
    """
    s = np.arange(1.0, 241.0) ** -decay
    w = np.stack([np.sin(np.arange(240)), np.cos(np.arange(240))]) / 2
    draws = simulate.ridge_error(s, w, N // 2, 0.2, ridge, trials=150, seed=5)
    expected = theory.ridge_error(s, w, N // 2, 0.2, ridge)
    error = 4 * draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - expected) < 0.03 * expected + error).all()
    assert (np.abs(draws.mean(axis=0) - 1.1 * expected) > 0.03 * expected + error).all()


@pytest.mark.parametrize("shape", [(3, 8, 5), (3, 5, 8)])
def test_ridge_fit_minimizes_its_loss(shape):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal(shape), rng.standard_normal((shape[0], shape[2]))
    w = ridge_fit(X, y, 0.7)
    gradient = (X @ ((X.swapaxes(1, 2) @ w[..., None])[..., 0] - y)[..., None])[..., 0] + 0.7 * w
    np.testing.assert_allclose(gradient, 0, atol=1e-13)


@pytest.mark.parametrize("ridge", [0.0, 0.7])
def test_ridge_fit_keeps_its_arguments(ridge):
    X, y = np.random.default_rng(0).standard_normal((2, 20, 8)), np.ones((2, 8))
    assert np.abs(ridge_fit(X, y, ridge)).max() > 0
    np.testing.assert_array_equal(y, np.ones((2, 8)))


def test_absent_features_are_not_seen():
    padded = np.concatenate([W, np.ones((2, 3))], axis=1)
    options = {"trials": 3, "seed": 1}
    np.testing.assert_array_equal(
        simulate.ridge_error([*POWER, 0, 0, 0], padded, 5, 0.1, **options),
        simulate.ridge_error(POWER, W, 5, 0.1, **options),
    )
    np.testing.assert_array_equal(simulate.ridge_error([0, 0], W[:, :2], 5, 0.1, **options), np.zeros((3, 2)))


def test_draws_do_not_depend_on_the_number_of_trials():
    few, many = (simulate.ridge_error(POWER, W, 5, 0.1, 0.3, trials=k, seed=1) for k in (2, 5))
    np.testing.assert_array_equal(few, many[:2])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trials": 0}, "trials must be a whole number of at least 1; got 0"),
        ({"ridge": -1}, "ridge must be finite and at least 0; got -1"),
        ({"samples": [1, 2, 3]}, "samples must be one number or 2, one per task; got shape (3,)"),
        ({"noise_var": -1}, "noise_var must be a variance, finite and at least 0; got -1"),
        ({"eigenvalues": [1.0]}, "coefficients must have shape (T, 1), one task per row; got shape (2, 40)"),
    ],
)
def test_impossible_input_is_refused(wrong, message):
    arguments = {"eigenvalues": POWER, "coefficients": W, "samples": 5, "noise_var": 0.1} | wrong
    with pytest.raises(ValueError, match=whole(message)):
        simulate.ridge_error(**({"trials": 3, "seed": 1} | arguments))
