"""Weighted ridge fits, drawn: close to the deterministic equivalent, and equal to the unweighted ones."""

import numpy as np
import pytest

from manytasks import simulate, theory

P = 240
SPECTRUM = np.arange(1.0, P + 1) ** -0.5
W = np.stack([np.sin(np.arange(P)), np.sin(np.arange(P)) + 0.5, np.cos(np.arange(P))]) / 2


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("samples", "weights", "ridge"),
    [([40, 60, 100], [1, 0.5, 0.2], 3.0), ([150, 40, 80], [0.3, 2, 1], 0.3), ([60, 60, 60], [1, 1, 8], 20.0)],
)
def test_within_three_percent_of_the_deterministic_equivalent(samples, weights, ridge):
    """The bound is 3 % plus 4 standard errors: error rate below 1e-4 a cell for a bias within 3 %.

    The formula without weights fails in every setting.
    """
    noise = [0.1, 0.2, 0.4]
    draws = simulate.weighted_ridge_error(SPECTRUM, W, samples, noise, weights, ridge, trials=150, seed=5)
    expected = theory.weighted_ridge_error(SPECTRUM, W, samples, noise, weights, ridge)
    error = 4 * draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - expected) < 0.03 * expected + error).all()
    plain = theory.weighted_ridge_error(SPECTRUM, W, samples, noise, np.ones(3), ridge)
    assert (np.abs(draws.mean(axis=0) - plain) > 0.03 * plain + error).any()


def test_equal_weights_draw_the_same_as_no_weights():
    np.testing.assert_allclose(
        simulate.weighted_ridge_error(SPECTRUM, W, 20, 0.2, [2, 2, 2], 1.4, trials=3, seed=1),
        simulate.ridge_error(SPECTRUM, W, 20, 0.2, 0.7, trials=3, seed=1),
        rtol=1e-9,
    )


@pytest.mark.statistical
def test_tasks_on_the_same_rows_share_one_fit():
    """One fit of three targets of the same rows, against ``pooled_error(shared=True)``: bound as above.

    The formula for rows of their own fails: it makes three times as many samples of them.
    """
    n, ridge, noise, rng = 100, 5.0, np.array([0.5, 1.0, 1.5]), np.random.default_rng(3)
    kappa = theory.effective_ridge(SPECTRUM, n, ridge)
    errors = []
    for _ in range(150):
        X = rng.standard_normal((n, P)) * np.sqrt(SPECTRUM)
        Y = X @ W.T + rng.standard_normal((n, 3)) * np.sqrt(noise)
        w = np.linalg.solve(X.T @ X + ridge * np.eye(P), X.T @ Y.mean(axis=1))
        errors.append((np.square(w - W) * SPECTRUM).sum(axis=1) + noise)
    errors = np.array(errors)
    expected = theory.pooled_error(theory.population_forms(SPECTRUM, W, noise, [kappa]), n, shared=True)[0]
    error = 4 * errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    assert (np.abs(errors.mean(axis=0) - expected) < 0.03 * expected + error).all()
    apart = theory.effective_ridge(SPECTRUM, 3 * n, ridge)
    wrong = theory.pooled_error(theory.population_forms(SPECTRUM, W, noise, [apart]), n)[0]
    assert (np.abs(errors.mean(axis=0) - wrong) > 0.03 * wrong + error).all()
