"""Direct and reduced draws have one distribution: means, variances, quantiles and the whole of it."""

import numpy as np
import pytest
from monte_carlo import (
    ALPHA,
    critical_z,
    largest_distribution_z,
    largest_variance_z,
    smallest_ks_p,
    z_scores_between,
)
from simulated import HEAVY, LIGHT, draws

from manytasks import simulate

TRIALS = 20_000
QUANTILES = 6
NAMES = [*LIGHT, *HEAVY]


def columns(errors):
    """The error of every task, and how errors go together: their sum and the difference of two."""
    return np.column_stack([errors, errors.sum(axis=1), errors[:, 0] - errors[:, -1]])[
        :, : errors.shape[1] * 3
    ]


def both(name):
    """Columns of both samples that vary; a constant one (a zero difference, say) must agree exactly."""
    direct, reduced = (columns(draws(name, method, TRIALS)) for method in ("direct", "reduced"))
    scale = np.median(np.abs(direct), axis=0).max()
    varies = np.ptp(np.quantile(direct, [0.1, 0.9], axis=0), axis=0) > 1e-9 * scale
    constant = np.column_stack([direct[:, ~varies], reduced[:, ~varies]])
    np.testing.assert_allclose(constant, np.broadcast_to(constant[:1], constant.shape), atol=1e-6 * scale)
    return direct[:, varies], reduced[:, varies]


def comparisons(names):
    return sum(both(name)[0].shape[1] for name in names)


@pytest.mark.statistical
def test_same_distribution():
    """Two-sample Kolmogorov-Smirnov tests on all 23 cells, error rate 1e-3 in total (Bonferroni)."""
    p_values = {name: smallest_ks_p(*both(name)) for name in NAMES}
    worst = min(p_values, key=p_values.get)
    assert p_values[worst] > ALPHA / comparisons(NAMES), f"{worst}: p-value {p_values[worst]:.1e}"


@pytest.mark.statistical
def test_same_quantiles():
    """z-tests of the share below the 5, 25, 50, 75, 95, 99 % quantile, error rate 1e-3 in total."""
    scores = {name: largest_distribution_z(*both(name)) for name in NAMES}
    worst = max(scores, key=scores.get)
    assert scores[worst] < critical_z(QUANTILES * comparisons(NAMES)), f"{worst}: |z| = {scores[worst]:.2f}"


@pytest.mark.statistical
def test_same_means_and_variances():
    """z-tests where enough moments exist, error rate 1e-3 in total."""
    scores = {
        name: max(np.abs(z_scores_between(*both(name))).max(), largest_variance_z(*both(name)))
        for name in LIGHT
    }
    worst = max(scores, key=scores.get)
    assert scores[worst] < critical_z(2 * comparisons(LIGHT)), f"{worst}: |z| = {scores[worst]:.2f}"


@pytest.mark.statistical
@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_a_reduction_wrong_by_three_percent_would_fail(factor):
    """Power: every one of the three tests rejects reduced draws that are scaled by 3 %."""
    direct, reduced = both("p > N + T")
    wrong = factor * reduced
    assert smallest_ks_p(direct, wrong) < ALPHA / comparisons(NAMES)
    assert largest_distribution_z(direct, wrong) > critical_z(QUANTILES * comparisons(NAMES))
    assert np.abs(z_scores_between(direct, wrong)).max() > critical_z(2 * comparisons(LIGHT))


@pytest.mark.statistical
@pytest.mark.parametrize(
    "name", ["p < N", "p > N + T", "p = N", "p = N - 1", "N < p < N + T", "p = N, n_j < T"]
)
def test_a_reduction_with_one_parameter_too_many_would_fail(name):
    """Power against the likeliest mistake, degrees of freedom off by one: KS rejects in each cell."""
    tasks, samples, p, noise_var = (LIGHT | HEAVY)[name]
    wrong = simulate.multitask_error(
        tasks, samples, p + 1, noise_var, trials=TRIALS, seed=17, method="reduced"
    )
    assert smallest_ks_p(draws(name, "direct", TRIALS), wrong) < ALPHA / comparisons(NAMES)
