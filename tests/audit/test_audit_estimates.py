"""Unbiased estimators: by their definition, over draws, and what they would be with one term wrong."""

from itertools import permutations

import numpy as np
import pytest
from monte_carlo import assert_means, critical_z, z_scores

from manytasks import audit, theory
from manytasks.audit.blocks import read_once
from manytasks.audit.estimate import resolvents, spectrum
from manytasks.simulate.features import standardized

TINY = {
    t: np.sqrt(2) * np.sin((t + 1) * (np.arange(n)[:, None] + 1) + 2 * (np.arange(3) + 1) ** 2)
    for t, n in enumerate((5, 4, 6))
}
V = np.array([[1, 0.5, -0.5], [0.5, 1, 0], [-1, 0, 1]])
Y = [TINY[t] @ V[t] + 0.3 * np.cos(np.arange(len(TINY[t])) + t) for t in range(3)]


def test_values_computed_apart_from_the_package():
    """From the design of this tool, where they were computed by another program."""
    found = audit.isotropic_distances(list(TINY.values()), Y)
    assert found.gram[0, 1] == pytest.approx(5.544133296, rel=1e-9)
    assert found.gram[0, 0] == pytest.approx(5.826602544, rel=1e-9)
    assert found.squared[0, 2] == pytest.approx(77.99367713, rel=1e-9)


@pytest.mark.parametrize("n", [5, 6])
def test_the_centred_form_is_the_mean_over_all_four_tuples(n):
    rng = np.random.default_rng(n)
    X, Y = rng.standard_normal((n, 3)) + 2, rng.standard_normal((2, n)) - 1
    A = np.array([1.0, 0.5, 0.2])
    found = audit.covariance_forms([X, X], Y, A[:, None], shared=True)[0]
    for i, j in ((0, 0), (0, 1), (1, 1)):
        kernel = [
            ((X[a] - X[b]) * A) @ (X[c] - X[d]) * (Y[i, a] - Y[i, b]) * (Y[j, c] - Y[j, d]) / 4
            for a, b, c, d in permutations(range(n), 4)
        ]
        assert found[i, j] == pytest.approx(np.mean(kernel), rel=1e-12)
    alone = audit.covariance_forms([X, X], Y, A[:, None])[0]
    np.testing.assert_allclose(np.diagonal(alone), np.diagonal(found), rtol=1e-12)


@pytest.mark.statistical
@pytest.mark.parametrize("law", ["gaussian", "rademacher", "student-6"])
def test_distances_have_no_bias(law):
    """Error rate 1e-3; with the rows that meet themselves left in, |z| exceeds 50."""
    p, n, W = 60, (12, 20), np.zeros((2, 60))
    W[0, :2], W[1, :2] = (1, 0), (0.5, 0.5)
    found, naive = [], []
    for trial in range(3000):
        rng = np.random.default_rng([7, trial])
        X = [standardized(law, rng, (rows, p)) for rows in n]
        y = [x @ w + 0.7 * rng.standard_normal(len(x)) for x, w in zip(X, W, strict=True)]
        estimate = audit.isotropic_distances(X, y)
        found.append([estimate.gram[0, 0], estimate.gram[1, 1], estimate.squared[0, 1]])
        naive.append([sum(np.square(x.T @ t / len(x)) @ np.ones(p) for x, t in zip(X, y, strict=True))])
    assert_means([(np.array(found), np.array([1.0, 0.5, 0.5]))])
    assert np.abs(z_scores(np.array(naive), 1.5)).min() > 50


@pytest.mark.statistical
def test_the_standard_error_is_that_of_gaussian_features():
    """The spread of 3,000 distances is within 8 % of the formula (about 6 standard errors of a spread)."""
    p, n, W = 200, np.array([40, 60]), np.zeros((2, 200))
    W[0, :2], W[1, :2] = (1, 0), (0.8, 0.6)
    draws = []
    for trial in range(3000):
        rng = np.random.default_rng([8, trial])
        X = [rng.standard_normal((rows, p)) for rows in n]
        y = [x @ w + rng.standard_normal(len(x)) for x, w in zip(X, W, strict=True)]
        draws.append(audit.isotropic_distances(X, y).squared[0, 1])
    gram = W @ W.T
    exact = audit.distances_of(gram, gram, np.diagonal(gram) + 1.0, p, n).error[0, 1]
    assert np.std(draws) == pytest.approx(exact, rel=0.08)


@pytest.mark.statistical
def test_unknown_means_and_shared_rows_have_no_bias():
    """E2 and E3 with correlated noise: error rate 1e-3; n (n - 1) for n (n - 3) is refused."""
    s, n, A = np.array([3.0, 1.0, 0.3]), 9, np.array([[1.0], [0.5], [2.0]])
    W = np.array([[1.0, 1.0, 0.0], [0.5, -1.0, 1.0]])
    draws = []
    for trial in range(6000):
        rng = np.random.default_rng([9, trial])
        X = rng.standard_normal((n, 3)) * np.sqrt(s) + [2, 0, -1]
        common = rng.standard_normal(n)
        Y = W @ X.T + common + 0.5 * rng.standard_normal((2, n)) + [[3.0], [-2.0]]
        draws.append(audit.covariance_forms([X, X], Y, A, shared=True)[0])
    expected = (W * s) @ (A * (W * s).T)
    assert_means([(np.array(draws), expected)])
    wrong = np.array(draws) * (n - 3) / (n - 1)
    assert np.abs(z_scores(wrong, expected)).max() > critical_z(4)


@pytest.mark.statistical
@pytest.mark.parametrize(("p", "n"), [(60, (60, 80, 100)), (200, (50, 60, 40))])
def test_forms_of_unknown_covariance(p, n):
    """Within 4 % plus 4 standard errors of what is true, on both sides of N = p; without (1 + q)² not."""
    s, k = 5 / np.arange(1, p + 1), np.arange(p)
    W = np.stack([np.cos(k), np.cos(k) + 0.3, np.sin(k)]) / 2
    found = []
    for trial in range(60):
        rng = np.random.default_rng([10, trial])
        X = rng.standard_normal((sum(n), p)) * np.sqrt(s) + 1
        task = np.repeat(np.arange(3), n)
        y = (X * W[task]).sum(axis=1) + 0.7 * rng.standard_normal(len(X)) + task
        found.append(audit.forms(audit.from_arrays(X, y, task)))
    kappa = np.mean([each.kappa for each in found], axis=0)
    true = theory.population_forms(s, W, 0.49, kappa)
    for name in ("first", "second"):
        got = np.array([getattr(each, name)[8:20] for each in found])
        want = getattr(true, name)[8:20]
        size = np.sqrt(np.einsum("kii,kjj->kij", want, want))
        error = 4 * got.std(axis=0, ddof=1) / np.sqrt(len(got))
        assert (np.abs(got.mean(axis=0) - want) < 0.04 * size + error).all()
    ratio = np.mean([each.df1 for each in found], axis=0)[8:20] / (sum(n) - 3)
    uncorrected = np.array([each.first[8:20] for each in found]) * ((1 - ratio) ** 2)[:, None, None]
    assert (np.abs(uncorrected.mean(axis=0) - true.first[8:20]) > 0.04 * np.abs(true.first[8:20])).any()
    np.testing.assert_allclose(np.mean([each.df2 for each in found], axis=0), true.df2, rtol=0.03)


def test_the_second_metric_is_the_derivative_of_the_first():
    rng = np.random.default_rng(2)
    eigenvalues, _ = spectrum(rng.standard_normal((40, 12)))
    for seen in (False, True):
        rule = resolvents(eigenvalues, 40, grid=2000, samples_seen=seen)
        slope = np.gradient(rule.kappa * rule.first, rule.kappa, axis=1, edge_order=2)
        # the metric changes its sign; differences of 2,000 points are right to 1e-5 of its largest value
        allowed = 1e-5 * np.abs(rule.second).max()
        np.testing.assert_allclose(slope[:, 5:-5], rule.second[:, 5:-5], rtol=2e-3, atol=allowed)


@pytest.mark.statistical
def test_blocks_of_a_table_that_is_read_once_have_no_bias():
    """Error rate 1e-3 over the forms at three ridges, two tasks, with means, sorted by the target."""
    s, W = np.array([2.0, 1.0, 0.5, 0.2]), np.array([[1.0, 0, 1, 0], [0.5, 1, 0, 1]])
    draws, kappas = [], []
    for trial in range(200):
        rng = np.random.default_rng([11, trial])
        X = rng.standard_normal((1200, 4)) * np.sqrt(s) + 3
        task = np.arange(1200) % 2
        y = (X * W[task]).sum(axis=1) + rng.standard_normal(1200)
        order = np.argsort(y)
        once = read_once(audit.from_arrays(X[order], y[order], task[order]), seed=trial, scale=False)
        draws.append(once.forms(np.arange(16)).first[[6, 12, 18]])
        kappas.append(once.rule.kappa[[6, 12, 18]])
    true = theory.population_forms(s, W, 1.0, np.mean(kappas, axis=0)).first
    got = np.array(draws)
    error = 4 * got.std(axis=0, ddof=1) / np.sqrt(len(got))
    assert (np.abs(got.mean(axis=0) - true) < 0.02 * np.abs(true) + error).all()


def test_few_rows_are_refused():
    with pytest.raises(ValueError, match=r"^every task needs at least 2 rows; got \[1, 4\]$"):
        audit.isotropic_distances([np.ones((1, 2)), np.ones((4, 2))], [np.ones(1), np.ones(4)])
    with pytest.raises(ValueError, match=r"^every task needs at least 4 rows; got \[3\]$"):
        audit.covariance_forms([np.ones((3, 2))], [np.ones(3)], np.ones((2, 1)))
