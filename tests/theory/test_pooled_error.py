"""Error of a pooled fit from T x T forms, weighted fits, mixtures: identities, limits, refusals."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from messages import whole

from manytasks import Tasks, theory

POWER = 1 / np.arange(1, 31)
W = np.stack([np.cos(np.arange(30)), np.cos(np.arange(30)) + 0.3, np.sin(np.arange(30))])


def exact_forms(s, b, moments, kappa):
    """Forms of given moments, number by number, in whatever arithmetic the numbers have."""
    T, lost = len(b), [1 / (each + kappa) for each in s]
    first, second = (
        np.array(
            [
                [
                    sum(x * y * r * w for x, y, r, w in zip(b[i], b[j], lost, weight, strict=True))
                    for j in range(T)
                ]
                for i in range(T)
            ],
            dtype=object,
        )
        for weight in ([1] * len(s), [each * r for each, r in zip(s, lost, strict=True)])
    )
    df1 = sum(each * r for each, r in zip(s, lost, strict=True))
    df2 = sum((each * r) ** 2 for each, r in zip(s, lost, strict=True))
    return first, second, df1, df2


def test_the_forms_say_what_section_eight_says_for_any_numbers():
    """Identity (13.1) = risk + noise, proved by SymPy for two tasks, two features, every κ, s, w, σ², n."""
    kappa, s1, s2, u1, u2, v1, v2, a, c, n1, n2 = sp.symbols(
        "kappa s1 s2 u1 u2 v1 v2 a c n1 n2", positive=True
    )
    s, w, noise = [s1, s2], [[u1, u2], [v1, v2]], [a, c]
    b = [[x * each for x, each in zip(row, s, strict=True)] for row in w]
    first, second, _, df2 = exact_forms(s, b, None, kappa)
    N = n1 + n2
    pi = [n1 / N, n2 / N]
    tau = [
        sum(each * x**2 for each, x in zip(s, row, strict=True)) + z for row, z in zip(w, noise, strict=True)
    ]
    square = sum(pi[i] * pi[j] * second[i][j] for i in range(2) for j in range(2))
    own = [tau[i] - 2 * sum(pi[j] * first[i][j] for j in range(2)) + square for i in range(2)]
    ours = own[0] + df2 / (N - df2) * (pi[0] * own[0] + pi[1] * own[1])
    mean = [pi[0] * x + pi[1] * y for x, y in zip(*w, strict=True)]
    away = [[x - m for x, m in zip(row, mean, strict=True)] for row in w]
    spread = sum(pi[j] * sum(each * x**2 for each, x in zip(s, away[j], strict=True)) for j in range(2))
    bias = sum(kappa**2 * each * m**2 / (each + kappa) ** 2 for each, m in zip(s, mean, strict=True))
    cross = sum(
        2 * kappa * d * each * m / (each + kappa) for d, each, m in zip(away[0], s, mean, strict=True)
    )
    own_spread = sum(each * x**2 for each, x in zip(s, away[0], strict=True))
    mixed = pi[0] * a + pi[1] * c
    theirs = bias / (1 - df2 / N) + cross + own_spread + df2 / (N - df2) * (mixed + spread) + a
    assert sp.simplify(ours - theirs) == 0


@pytest.mark.parametrize("ridge", [0.1, 3.0, 200.0])
def test_pooled_error_is_ridge_error_plus_noise(ridge):
    n, noise = np.array([9, 6, 20]), np.array([0.1, 0.2, 0.3])
    kappa = theory.effective_ridge(POWER, n.sum(), ridge)
    forms = theory.population_forms(POWER, W, noise, [kappa])
    expected = theory.ridge_error(POWER, W, n, n @ noise / n.sum(), ridge) + noise
    np.testing.assert_allclose(theory.pooled_error(forms, n)[0], expected, rtol=1e-12)


def test_the_second_form_is_a_derivative_of_the_first_exactly():
    """B₂ = d(κB₁)/dκ and df₂ = df₁ + κ df₁′, as functions: SymPy, two features."""
    kappa, s1, s2, x1, x2 = sp.symbols("kappa s1 s2 x1 x2", positive=True)
    first, second, df1, df2 = exact_forms([s1, s2], [[x1, x2]], None, kappa)
    assert sp.simplify(sp.diff(kappa * first[0][0], kappa) - second[0][0]) == 0
    assert sp.simplify(df1 + kappa * sp.diff(df1, kappa) - df2) == 0


def test_population_forms_are_their_definition_in_fractions():
    s, b = [Fraction(1), Fraction(1, 2), Fraction(1, 3)], [[1, 1, 1], [1, -1, 0]]
    first, second, df1, df2 = exact_forms(s, b, None, Fraction(1, 4))
    w = np.array([[float(x / each) for x, each in zip(row, s, strict=True)] for row in b])
    forms = theory.population_forms([float(each) for each in s], w, 0.0, [0.25])
    np.testing.assert_allclose(forms.first[0], first.astype(float), rtol=1e-14)
    np.testing.assert_allclose(forms.second[0], second.astype(float), rtol=1e-14)
    np.testing.assert_allclose([forms.df1[0], forms.df2[0]], [float(df1), float(df2)], rtol=1e-14)


def test_one_task_on_its_own_rows_is_one_task():
    forms = theory.population_forms(POWER, W[:1], 0.4, [0.1, 1.0])
    np.testing.assert_array_equal(
        theory.pooled_error(forms, 30, shared=True), theory.pooled_error(forms, 30, shared=False)
    )


def test_copies_on_shared_rows_without_noise_add_nothing():
    """The same noiseless target twice on the same rows is that target once; on other rows it is more data."""
    once = theory.population_forms(POWER, W[:1], 0.0, [0.1])
    twice = theory.population_forms(POWER, W[[0, 0]], 0.0, [0.1])
    alone = theory.pooled_error(once, 30)[0, 0]
    np.testing.assert_allclose(theory.pooled_error(twice, 30, shared=True)[0], alone, rtol=1e-12)
    assert theory.pooled_error(twice, 30)[0, 0] < 0.99 * alone


def test_what_samples_cannot_reach_is_infinite():
    forms = theory.population_forms(POWER, W, 0.1, [1e-6, 1.0])
    few = theory.pooled_error(forms, 5)
    assert np.isinf(few[0]).all()
    assert np.isfinite(few[1]).all()


def test_forms_of_some_tasks():
    forms = theory.population_forms(POWER, W, [0.1, 0.2, 0.3], [0.5, 2.0])
    part = theory.population_forms(POWER, W[[2, 0]], [0.3, 0.1], [0.5, 2.0])
    for got, want in zip(forms.of([2, 0]), part, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)


def test_equal_weights_are_no_weights():
    for ridge in (0.0, 0.1, 5.0):
        np.testing.assert_allclose(
            theory.weighted_ridge_error(POWER, W, [9, 6, 20], 0.2, [3, 3, 3], 3 * ridge),
            theory.ridge_error(POWER, W, [9, 6, 20], 0.2, ridge),
            rtol=1e-9,
        )


def test_a_task_without_weight_is_not_there():
    np.testing.assert_allclose(
        theory.weighted_ridge_error(POWER, W, [9, 6, 20], 0.2, [1, 0.5, 0], 0.7)[:2],
        theory.weighted_ridge_error(POWER, W[:2], [9, 6], 0.2, [1, 0.5], 0.7),
        rtol=1e-12,
    )


def test_an_interpolator_cannot_be_told_which_task_matters():
    kappa, shares = theory.effective_shares(POWER, [9, 6, 5], [1, 7, 0.01], 0.0)
    np.testing.assert_allclose(shares, [9 / 20, 6 / 20, 5 / 20])
    assert kappa == theory.effective_ridge(POWER, 20)
    near = theory.effective_shares(POWER, [9, 6, 5], [1, 7, 0.01], 1e-9)[1]
    np.testing.assert_allclose(near, shares, atol=1e-5)


@pytest.mark.parametrize("ridge", [0.0, 0.3, 20.0])
@pytest.mark.parametrize("samples", [[9, 6, 20], [40, 60, 30]])
def test_shares_are_capped_and_invert(ridge, samples):
    """π_j df₁ ≤ n_j, and ω_j ∝ π_j/(n_j − π_j df₁) leads back to the same shares and κ."""
    n, weights = np.array(samples), np.array([1.0, 3.0, 0.2])
    if ridge == 0 and n.sum() > len(POWER):
        assert theory.effective_shares(POWER, n, weights, 0.0)[0] == 0
    kappa, shares = theory.effective_shares(POWER, n, weights, ridge)
    assert shares.sum() == pytest.approx(1)
    df1 = (POWER / (POWER + kappa)).sum()
    assert np.all(shares * df1 < n * (1 + 1e-9))
    if ridge:
        again = shares / (n - shares * df1)
        np.testing.assert_allclose(again / again[0], weights / weights[0], rtol=1e-7)


def test_values_computed_apart_from_the_package():
    """From the design of this tool, where they were computed by another program."""
    k = np.arange(12)
    w = np.stack([np.cos(k), np.cos(k) + 0.3 * np.sin(3 * k), 0.5 * np.cos(2 * k)])
    noise = [0.1, 0.2, 0.3]
    error = theory.weighted_ridge_error(1 / (k + 1), w, [6, 10, 14], noise, [1, 0.5, 0.25], 2.0)
    assert error[0] + 0.1 == pytest.approx(0.6545794998, rel=1e-9)
    tasks = Tasks([[1, 0.6, 0.2], [0.6, 1.2, 0.1], [0.2, 0.1, 0.8]])
    assert theory.best_average(tasks, [30, 50, 80], 100, [0.5, 0.2, 0.3], 0).weights[1] == pytest.approx(
        0.3117304196, rel=1e-9
    )


def mixture_error(tasks, n, p, noise, task, a):
    """The error of any mixture, by its definition: bias and variance of independent fits."""
    alpha = np.minimum(1, np.array(n) / p)
    factor = np.array([theory.single_task_error(Tasks([[0.0]]), each, p, 1.0)[0] for each in n])
    mean = (
        (a * alpha) @ tasks.gram @ (a * alpha) - 2 * (a * alpha) @ tasks.gram[task] + tasks.gram[task, task]
    )
    own = a**2 * (alpha - alpha**2) * np.diagonal(tasks.gram)
    return mean + own.sum() + (a**2 * factor * noise).sum()


@pytest.mark.parametrize("p", [12, 100])
def test_the_best_average_is_the_least_of_all_mixtures(p):
    tasks, n, noise = Tasks.chain(4, 0.7), [30, 50, 80, 20], np.array([0.5, 0.2, 0.3, 0.1])
    best = theory.best_average(tasks, n, p, noise, 1)
    assert best.error == pytest.approx(mixture_error(tasks, n, p, noise, 1, best.weights), rel=1e-12)
    for step in np.vstack([np.eye(4), -np.eye(4)]) * 0.01:
        assert mixture_error(tasks, n, p, noise, 1, best.weights + step) > best.error
    assert best.error < min(1.0, mixture_error(tasks, n, p, noise, 1, np.eye(4)[1]))


def test_models_at_their_threshold_get_no_weight():
    best = theory.best_average(Tasks.chain(3, 0.7), [30, 50, 0], 30, 0.2, 0)
    assert best.weights[0] == best.weights[2] == 0
    assert 0 < best.error < 1


def test_equal_tasks_without_noise_may_be_mixed_at_will():
    best = theory.best_average(Tasks.equiangular(3, 1.0), 50, 20, 0.0, 0)
    assert best.error == pytest.approx(0, abs=1e-12)
    assert best.weights.sum() == pytest.approx(1)


REFUSED = [
    (
        lambda: theory.population_forms(POWER, W, 0.1, [0.0]),
        "kappa must be positive; got [0.]",
    ),
    (
        lambda: theory.pooled_error(theory.population_forms(POWER, W, 0.1, [1.0]), 0),
        "samples must not all be 0: nothing is fitted to nothing",
    ),
    (
        lambda: theory.pooled_error(theory.population_forms(POWER, W, 0.1, [1.0]), [1, 2, 3], shared=True),
        "tasks on the same rows have the same number of samples; got [1, 2, 3]",
    ),
    (
        lambda: theory.effective_shares(POWER, 5, [1, -1], 0.1),
        "weights must be at least 0; got [1, -1]",
    ),
    (
        lambda: theory.effective_shares(POWER, [5, 0], [0, 1], 0.1),
        "a weighted fit needs a task with weight and samples, and a feature that varies",
    ),
    (
        lambda: theory.weighted_ridge_error(POWER, W, 5, 0.1, [1, 1], 0.1),
        "weights must have shape (3,); got (2,)",
    ),
    (
        lambda: theory.weighted_ridge_error(POWER, W, 5, [0.1, 0.2], [1, 1, 1], 0.1),
        "noise_var must be one number or 3, one per task; got shape (2,)",
    ),
    (
        lambda: theory.best_average(Tasks.chain(2, 0.5), 5, 10, -0.1, 0),
        "noise_var must be variances, finite and at least 0; got -0.1",
    ),
    (lambda: theory.best_average(Tasks.chain(2, 0.5), 5, 10, 0.1, 2), "task must be at most 1; got 2"),
    (
        lambda: theory.best_average(Tasks.chain(2, 0.5), 5, 0.5, 0.1, 1),
        "p must be a whole number of at least 1 parameter; got 0.5",
    ),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_impossible_problems_are_refused(call, message):
    with pytest.raises(ValueError, match=whole(message)):
        call()
