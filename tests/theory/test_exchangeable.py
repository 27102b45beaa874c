"""The multi-task ridge error of exchangeable samples, exact for features of any law: by enumeration."""

from fractions import Fraction

import numpy as np
import pytest
from exchangeable import (
    METRIC,
    all_orders,
    all_signs,
    direct_error,
    exact,
    mean,
    pair_moments,
    resolvent,
    theorem,
)

from manytasks.simulate.ridge_moments import moments_of
from manytasks.theory.ridge_moments import RidgeMoments, pooled_risk

W = exact([[1, -2], [Fraction(1, 3), 4]])
TASK = (0, 0, 1)
NOISE, RIDGE = Fraction(1, 5), Fraction(7, 10)
LAWS = {
    "signs": all_signs(2, 3),
    "three vectors in any order": all_orders([(1, 0), (1, 2), (-1, 3)]),
    "a repeated vector in any order": all_orders([(2, 1), (2, 1), (0, 1)]),
}
SKEW = exact([[2, 1], [1, 1]])  # the metric of the risk need not be the covariance


@pytest.mark.parametrize("metric", [METRIC, SKEW], ids=["diagonal", "correlated"])
@pytest.mark.parametrize("law", LAWS)
def test_the_error_is_that_of_the_mean_task_and_one_more_term(law, metric):
    problem = (LAWS[law], metric, W, TASK, NOISE, RIDGE)
    assert (direct_error(*problem) == theorem(*problem)).all()


@pytest.mark.parametrize("law", LAWS)
def test_both_moments_together_are_what_the_fit_learns(law):
    """N C₁ + N(N-1) C₂ = E (I - λQ) Σ (I - λQ)."""
    own, other = pair_moments(LAWS[law], METRIC, RIDGE)
    learned = [exact([[1, 0], [0, 1]]) - RIDGE * resolvent(X, RIDGE) for X in LAWS[law]]
    assert (3 * own + 6 * other == mean(part @ METRIC @ part for part in learned)).all()


def test_samples_that_are_not_exchangeable_obey_another_formula():
    """Power: the same three vectors in one order only, so that a task knows which are its own."""
    problem = (LAWS["three vectors in any order"][:1], METRIC, W, TASK, NOISE, RIDGE)
    assert (direct_error(*problem) != theorem(*problem)).all()


def test_the_package_says_the_same_of_signs():
    """Signs are symmetric, so the diagonals that the package draws are all there is."""
    signs = np.array([X.astype(float) for X in LAWS["signs"]])
    root, metric = np.array([1.5, 0.5]), exact([[Fraction(9, 4), 0], [0, Fraction(1, 4)]])
    drawn = moments_of(signs, root, float(RIDGE))
    moments = RidgeMoments(*(np.mean(part, axis=0) for part in drawn[:4]))
    w = W.astype(float)
    found = pooled_risk(moments, root**2, w, np.array([2, 1]), float(NOISE))
    stretched = [exact((root[:, None] * X).tolist()) for X in signs]
    problem = (stretched, metric, W, TASK, NOISE, RIDGE)
    np.testing.assert_allclose(found, direct_error(*problem).astype(float), rtol=1e-12)
