"""What the bracket foretells in the linear model: an identity, its limits, and where it is off."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.linear_bracket import factors, one_step, prediction_gap, reach, relative_bracket

ORTHOGONAL = Tasks.equiangular(2, 0.0)


@pytest.mark.parametrize("cosine", [-0.5, 0.0, 1.0])
@pytest.mark.parametrize("noise_var", [0.0, 1.0])
def test_forgetting_is_half_the_product_of_its_factors(cosine, noise_var):
    p = np.array([30, 100, 3000])
    tasks = Tasks.equiangular(2, cosine)
    found = factors(tasks, 20, p, noise_var)
    np.testing.assert_allclose(found.forgetting, theory.training_forgetting(tasks, 20, p, noise_var))
    product = found.gradient * found.relative_bracket * found.long_over_step / 2
    np.testing.assert_allclose(found.forgetting, product)


def test_in_wide_models_each_factor_has_its_limit():
    """Ours (thm-bridge-bracket-moments): gradient and ratio tend to constants, the bracket to n/p."""
    found = factors(ORTHOGONAL, 20, 10**6, 0.5)
    np.testing.assert_allclose(found.gradient, 1.5, rtol=1e-3)  # ‖w₂*‖² + σ²
    np.testing.assert_allclose(found.relative_bracket * 10**6 / 20, 1, rtol=1e-3)
    np.testing.assert_allclose(found.long_over_step, 1, rtol=1e-3)


def test_one_step_is_what_gradient_descent_does():
    """Drawn: a step of size n/p from the interpolator of task 1, and the loss of task 1 after it."""
    n, p, rng = 5, 40, np.random.default_rng(1)
    X1, X2 = rng.standard_normal((2, 4000, p, n))
    w = (X1 @ np.linalg.solve(X1.swapaxes(1, 2) @ X1, X1[:, 0, :, None]))[..., 0]
    residual = np.einsum("bpn,bp->bn", X2, w) - X2[:, 1]
    moved = w - n / p * np.einsum("bpn,bn->bp", X2, residual) / n
    losses = np.square(np.einsum("bpn,bp->bn", X1, moved) - X1[:, 0]).sum(axis=1) / (2 * n)
    error = losses.std(ddof=1) / np.sqrt(len(losses))
    told = one_step(ORTHOGONAL, n, p, 0.0)
    assert abs(losses.mean() - told) < 5 * error  # error rate 6e-7
    assert error < 0.02 * told


def test_the_relative_bracket_is_that_of_the_moments():
    moments = theory.bracket_moments(ORTHOGONAL, 10, [20, 200], 0.3)
    expected = moments.curvature / moments.gradient2 * 10 / np.array([20, 200])
    np.testing.assert_allclose(relative_bracket(ORTHOGONAL, 10, [20, 200], 0.3), expected)


def test_the_gap_is_on_both_sides_and_closes():
    near, far = prediction_gap(ORTHOGONAL, 20, [25, 20_000], 0.0)
    whole = theory.training_forgetting(ORTHOGONAL, 20, 25, 0.0)
    assert near == pytest.approx(abs(one_step(ORTHOGONAL, 20, 25, 0.0) - whole) / whole)
    assert 0 < far < 0.002 < near
    equal = Tasks.equiangular(2, 1.0)
    below = one_step(equal, 20, 400, 1.0) / theory.training_forgetting(equal, 20, 400, 1.0)
    assert below < 0.999
    assert prediction_gap(equal, 20, 400, 1.0) == pytest.approx(1 - below)


def test_beyond_its_reach_the_prediction_is_good():
    p = np.arange(25, 1000)
    last = reach(ORTHOGONAL, 20, p, 1.0, within=0.05)
    gap = prediction_gap(ORTHOGONAL, 20, p, 1.0)
    assert gap[p == 20 * last] > 0.05
    assert (gap[p > 20 * last] <= 0.05).all()
    assert reach(ORTHOGONAL, 20, [10**6], 1.0) == 1
