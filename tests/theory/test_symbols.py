"""SymPy symbols pass through the package's functions; what comes out is proved equal to the theorems."""

import numpy as np
import pytest
import sympy as sp
from messages import whole
from properties import assert_poles_only_at, assert_symbolically_equal

from manytasks import Tasks, theory

p, sigma2 = sp.symbols("p sigma2", positive=True)
TASK_NUMBERS = [pytest.param(2, id="T=2"), pytest.param(3, id="T=3")]


def symbolic_tasks(T):
    """Every entry of the Gram matrix and every sample count is a symbol."""
    gram = sp.Matrix(T, T, lambda i, j: sp.Symbol(f"Gamma_{min(i, j)}{max(i, j)}", real=True))
    return Tasks(np.array(gram.tolist())), np.array(sp.symbols(f"n0:{T}", positive=True))


def spread(tasks, n):
    """w̄ and V in inner products only: ⟨w_i*, w̄⟩, ‖w̄‖², V = Σ π_j ‖w_j*‖² − ‖w̄‖²."""
    weights = n / n.sum()
    with_mean = tasks.gram @ weights
    mean2 = weights @ with_mean
    return with_mean, mean2, weights @ np.diagonal(tasks.gram) - mean2


@pytest.mark.parametrize("T", TASK_NUMBERS)
def test_main_theorem_of_paper_a(T):
    tasks, n = symbolic_tasks(T)
    N, d = n.sum(), tasks.distances2
    pairs = sum(n[j] * n[k] * d[j, k] for j in range(T) for k in range(T))
    errors = theory.multitask_error(tasks, n, p, sigma2, regime="over")
    for i in range(T):
        theorem = (1 - N / p) * tasks.gram[i, i] + sum(n[j] / p * d[i, j] for j in range(T))
        theorem += pairs / (2 * p * (p - N - 1)) + N * sigma2 / (p - N - 1)
        assert_symbolically_equal(errors[i], theorem)


@pytest.mark.parametrize("T", TASK_NUMBERS)
def test_formula_below_the_threshold(T):
    tasks, n = symbolic_tasks(T)
    N, d = n.sum(), tasks.distances2
    c1 = (N - 2) * (p + 2) / (N * (N + 2) * (N - p - 1))
    c2 = (1 - N * c1) / (N * (N - 1))
    D = sum(n[j] * n[k] * d[j, k] for j in range(T) for k in range(T)) / 2
    errors = theory.multitask_error(tasks, n, p, sigma2, regime="under")
    for i in range(T):
        ours = sum(n[j] * d[i, j] for j in range(T)) / N - c2 * D + p * sigma2 / (N - p - 1)
        assert_symbolically_equal(errors[i], ours)


@pytest.mark.parametrize("T", TASK_NUMBERS)
def test_dissimilarity_is_label_noise(T):
    tasks, n = symbolic_tasks(T)
    N, (with_mean, mean2, V) = n.sum(), spread(tasks, n)
    errors = theory.multitask_error(tasks, n, p, sigma2, regime="over")
    for i in range(T):
        inner = with_mean[i] - mean2  # <δ_i, w̄>
        delta2 = tasks.gram[i, i] - 2 * with_mean[i] + mean2
        identity = (1 - N / p) * (mean2 + 2 * inner) + delta2
        identity += N / (p - N - 1) * (sigma2 + (1 - 1 / p) * V)
        assert_symbolically_equal(errors[i], identity)


@pytest.mark.parametrize("T", TASK_NUMBERS)
def test_dissimilarity_is_label_noise_below_the_threshold_too(T):
    tasks, n = symbolic_tasks(T)
    N, (with_mean, mean2, V) = n.sum(), spread(tasks, n)
    weight = 1 + 1 / p - (2 * p * (N - 2) + 6 * N - 4) / (p * (N - 1) * (N + 2))
    errors = theory.multitask_error(tasks, n, p, sigma2, regime="under")
    for i in range(T):
        delta2 = tasks.gram[i, i] - 2 * with_mean[i] + mean2
        assert_symbolically_equal(errors[i], delta2 + p / (N - p - 1) * (sigma2 + weight * V))


@pytest.mark.parametrize("T", TASK_NUMBERS)
@pytest.mark.parametrize("regime", ["over", "under"])
def test_effective_noise_times_the_noise_factor_is_the_variance(T, regime):
    tasks, n = symbolic_tasks(T)
    N, (with_mean, mean2, _) = n.sum(), spread(tasks, n)
    effective = theory.effective_noise(tasks, n, p, sigma2, regime=regime)
    error = theory.multitask_error(tasks, n, p, sigma2, regime=regime)[0]
    factor, bias = (N / (p - N - 1), 1 - N / p) if regime == "over" else (p / (N - p - 1), 0)
    delta2 = tasks.gram[0, 0] - 2 * with_mean[0] + mean2
    assert_symbolically_equal(error - bias * tasks.gram[0, 0] - (1 - bias) * delta2, factor * effective)


@pytest.mark.parametrize("regime", ["over", "under"])
def test_terms_sum_to_error_and_transfer(regime):
    tasks, n = symbolic_tasks(2)
    arguments = (tasks, n, p, sigma2)
    error = theory.multitask_error(*arguments, regime=regime)
    assert_symbolically_equal(sum(theory.multitask_terms(*arguments, regime=regime).values()), error.mean())
    transfer = theory.knowledge_transfer(*arguments, regime=regime)
    assert_symbolically_equal(sum(theory.transfer_terms(*arguments, regime=regime).values()), transfer.mean())


@pytest.mark.parametrize("regime", ["over", "under"])
def test_transfer_terms_depend_on_what_their_names_say(regime):
    tasks, n = symbolic_tasks(3)
    inner = {tasks.gram[i, j] for i in range(3) for j in range(3) if i != j}
    norms = set(np.diagonal(tasks.gram))
    terms = theory.transfer_terms(tasks, n, p, sigma2, regime=regime)
    data = {*inner, *norms, sigma2}
    found = {name: sp.cancel(sp.together(term)).free_symbols & data for name, term in terms.items()}
    assert found == {"K1": inner, "K2": norms, "K3": {sigma2}}


def test_single_task_error():
    tasks, n = symbolic_tasks(2)
    over = theory.single_task_error(tasks, n, p, sigma2, regime="over")
    under = theory.single_task_error(tasks, n, p, sigma2, regime="under")
    for i in range(2):
        expected = (1 - n[i] / p) * tasks.gram[i, i] + n[i] * sigma2 / (p - n[i] - 1)
        assert_symbolically_equal(over[i], expected)
        assert_symbolically_equal(under[i], p * sigma2 / (n[i] - p - 1))


@pytest.mark.parametrize(("regime", "pole"), [("over", 1), ("under", -1)])
def test_errors_are_continuous_in_everything_but_the_threshold(regime, pole):
    """Rational in p and N; polynomial (linear) in Γ and σ². The only poles with p >= 1 are at p = N ± 1."""
    tasks, n = symbolic_tasks(2)
    N = sp.Symbol("N", positive=True)
    error = theory.multitask_error(tasks, n, p, sigma2, regime=regime)[0].subs(n[1], N - n[0])
    assert_poles_only_at(error, p, {0, N + pole})
    assert_poles_only_at(
        error, N, {0, 1, -2, p - pole}
    )  # N > p >= 1 below the threshold, so never 0, 1 or -2
    assert sp.Poly(sp.expand(error), *tasks.gram.ravel()[[0, 1, 3]], sigma2).total_degree() == 1


def test_below_the_threshold_one_sample_is_no_pole_for_one_task():
    """The factor 1/(N-1) belongs to the spread, which one sample cannot have."""
    n, norm = sp.symbols("n norm", positive=True)
    error = theory.multitask_error(Tasks(np.array([[norm]])), [n], p, sigma2, regime="under")[0]
    assert_symbolically_equal(error, p * sigma2 / (n - p - 1))


def test_the_wide_and_the_large_limit():
    tasks, n = symbolic_tasks(2)
    over = theory.multitask_error(tasks, n, p, sigma2, regime="over")[0]
    assert_symbolically_equal(sp.limit(over, p, sp.oo), tasks.gram[0, 0])
    c = sp.Symbol("c", positive=True)
    under = theory.multitask_error(tasks, c * n, p, sigma2, regime="under")[0]
    with_mean, mean2, _ = spread(tasks, n)
    many = sp.limit(sp.cancel(sp.together(under)), c, sp.oo)
    assert_symbolically_equal(many, tasks.gram[0, 0] - 2 * with_mean[0] + mean2)


def test_numbers_and_symbols_agree():
    tasks, n = symbolic_tasks(3)
    gram = [[4, 1, -2], [1, 1, 0], [-2, 0, 9]]
    values = {tasks.gram[i, j]: gram[i][j] for i in range(3) for j in range(3)}
    values |= dict(zip(n, (3, 5, 8), strict=True)) | {sigma2: sp.Rational(1, 4)}
    for function in (theory.multitask_error, theory.single_task_error, theory.knowledge_transfer):
        for width, regime in ((100, "over"), (1, "under")):
            symbolic = function(tasks, n, p, sigma2, regime=regime)
            numbers = [float(e.subs(values | {p: width})) for e in symbolic]
            np.testing.assert_allclose(function(Tasks(gram), [3, 5, 8], width, 0.25), numbers, rtol=1e-13)


def test_symbolic_tasks_with_numeric_counts_need_no_regime():
    tasks, _ = symbolic_tasks(2)
    for width in (5, 40):
        error = theory.multitask_error(tasks, [6, 6], width, sigma2)[0]
        regime = "over" if width > 12 else "under"
        exact = theory.multitask_error(
            tasks, np.array([6, 6], dtype=object), sp.Integer(width), sigma2, regime=regime
        )
        difference = sp.Poly(sp.expand(error - exact[0]), *tasks.gram.ravel()[[0, 1, 3]], sigma2)
        assert max(abs(c) for c in difference.coeffs()) < 1e-14


@pytest.mark.parametrize("samples", [4, sp.Symbol("n")])
def test_a_symbolic_threshold_needs_a_regime(samples):
    width = 10 if isinstance(samples, sp.Symbol) else p
    message = "p and N cannot be compared when one is a symbol: say regime='over' or 'under'"
    for function in (
        theory.single_task_error,
        theory.multitask_error,
        theory.multitask_terms,
        theory.effective_noise,
        theory.knowledge_transfer,
        theory.transfer_terms,
    ):
        with pytest.raises(ValueError, match=whole(message)):
            function(Tasks.chain(2, 0.5), samples, width, 0.1)
