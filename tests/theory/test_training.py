"""The pooled error of any training length: limits, exact rational values, identities."""

import time as clock
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from properties import assert_linear, assert_permutation_equivariant, assert_scales_quadratically

from manytasks import Tasks, theory

INF = float("inf")
W = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.0, 0.5, 1.0]])
TASKS = Tasks.from_vectors(W)
COUNTS = (5, 0, 9)
WIDTHS = np.arange(1, 41)


@cache
def moment(k, N, p):
    """E Tr (XX')^k of a standard normal X (p, N), by summing over all pairings (Wick): a whole number."""
    if k == 0:
        return p
    # Factor 2j is X with row j and column j, factor 2j + 1 is X' with column j and row j + 1.
    total = 0
    for pairing in pairings(list(range(2 * k))):
        rows, columns = list(range(k)), list(range(k))

        def join(parent, one, other):
            one, other = parent[one], parent[other]
            for i, root in enumerate(parent):
                if root == other:
                    parent[i] = one

        for first, second in pairing:
            row_of = [(half // 2 + half % 2) % k for half in (first, second)]
            join(rows, *row_of)
            join(columns, first // 2, second // 2)
        total += p ** len(set(rows)) * N ** len(set(columns))
    return total


def pairings(items):
    """All ways to put items in pairs."""
    if not items:
        yield []
        return
    first, *others = items
    for i, other in enumerate(others):
        for rest in pairings(others[:i] + others[i + 1 :]):
            yield [(first, other), *rest]


def descent(N, p, rate, steps):
    """The four factors in exact arithmetic: g is a polynomial, and so are all four traces."""
    step = -rate / N
    g = np.array([Fraction(1)], dtype=object)
    for _ in range(steps):
        g = np.convolve(g, np.array([Fraction(1), step], dtype=object))
    K = -g
    K[0] += 1  # = 0

    def mean_trace(polynomial, shift=0):
        return sum(c * moment(k - shift, N, p) for k, c in enumerate(polynomial) if c)

    K2 = np.convolve(K, K)
    slope = np.array([k * c for k, c in enumerate(K)], dtype=object)[1:]
    a, square, sloped = mean_trace(K2, 1), mean_trace(K2), mean_trace(np.convolve(K, slope))
    v = Fraction(N, N - 1) * (
        ((N * p - 2) * a + 4 * sloped + 2 * square) / Fraction(p * (N + 2)) - square / Fraction(N * p)
    )
    return mean_trace(g) / Fraction(p), mean_trace(np.convolve(g, g)) / Fraction(p), a, v


def test_moments_of_the_exact_arithmetic():
    assert moment(2, 4, 3) == 3 * 4 * (3 + 4 + 1)
    assert moment(3, 5, 2) == 2 * 5 * (4 + 25 + 30 + 6 + 15 + 4)


@pytest.mark.parametrize(("N", "p"), [(10, 20), (7, 3), (4, 4), (2, 1), (6, 5), (2, 9)])
@pytest.mark.parametrize("steps", [1, 2])
def test_few_steps_of_descent_are_rational_numbers(N, p, steps):
    expected = [float(x) for x in descent(N, p, Fraction(1, 5), steps)]
    found = theory.training_factors(N, p, rate=0.2, steps=steps)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_three_steps_of_descent_are_rational_numbers():
    expected = [float(x) for x in descent(3, 2, Fraction(1, 3), 3)]
    np.testing.assert_allclose(theory.training_factors(3, 2, rate=1 / 3, steps=3), expected, rtol=1e-11)


def test_values_of_an_independent_implementation():
    factors = theory.training_factors(10, 20, 1)
    np.testing.assert_allclose(
        factors, [0.6388064141, 0.5706887926, 0.3167779295, 0.3146119743], rtol=0, atol=6e-11
    )
    errors = theory.training_error(Tasks.equiangular(2, 0.5), (6, 4), 20, 0.1, 1)
    np.testing.assert_allclose(errors, [0.7520126623, 0.8242513794], rtol=0, atol=6e-11)
    np.testing.assert_allclose(
        theory.training_factors(10, 20, rate=0.2, steps=2), [0.724, 0.6452, 0.159808, 0.162928], rtol=1e-12
    )


def test_without_training_it_is_the_distance_to_the_start():
    anchor = [0.2, -1.0, 0.5]
    expected = np.square(W - anchor @ W).sum(axis=1)
    for rule in ({"time": 0.0}, {"rate": 0.1, "steps": 0}, {"ridge": 1e100}):
        errors = theory.training_error(TASKS, COUNTS, [5, 14, 30], 0.3, anchor=anchor, **rule)
        np.testing.assert_allclose(errors, np.tile(expected, (3, 1)), rtol=1e-12)


def test_to_the_end_it_is_the_main_theorem_on_both_sides():
    """Infinities included; a start shifts all tasks, as in the chapter on gradient descent."""
    for rule in ({"time": INF}, {"ridge": 0}):
        np.testing.assert_allclose(
            theory.training_error(TASKS, COUNTS, WIDTHS, 0.3, **rule),
            theory.multitask_error(TASKS, COUNTS, WIDTHS, 0.3),
            rtol=1e-13,
        )
    anchor = np.array([0.3, 0.1, -0.4])
    np.testing.assert_allclose(
        theory.training_error(TASKS, COUNTS, WIDTHS, 0.3, INF, anchor=anchor),
        theory.multitask_error(Tasks.from_vectors(W - anchor @ W), COUNTS, WIDTHS, 0.3),
        rtol=1e-12,
    )


@pytest.mark.parametrize(("length", "within"), [({"time": 1e8}, 1e-5), ({"ridge": 1e-7}, 1e-5)])
def test_the_end_is_reached_continuously(length, within):
    apart = np.array([1, 5, 10, 18, 30])  # N = 14
    np.testing.assert_allclose(
        theory.training_error(TASKS, COUNTS, apart, 0.3, **length),
        theory.multitask_error(TASKS, COUNTS, apart, 0.3),
        rtol=within,
    )


def test_small_steps_are_gradient_flow():
    shapes = (np.array([20, 20, 20, 1]), np.array([10, 20, 35, 3]))
    flow = theory.training_factors(*shapes, time=3.0)
    descent = theory.training_factors(*shapes, rate=3e-6, steps=10**6)
    np.testing.assert_allclose(descent, flow, rtol=1e-5)


def test_first_order_is_paper_bs_first_step():
    """γ₁ = 1 - t + κt²/2, γ₁ - γ₂ = t - 3κt²/2, a = pt²/N with κ = (N+p+1)/N, all up to t³."""
    t, N, p = 1e-4, 30, np.array([10, 30, 90])
    kappa = (N + p + 1) / N
    factors = theory.training_factors(N, p, t)
    np.testing.assert_allclose(factors.first, 1 - t + kappa * t**2 / 2, rtol=0, atol=50 * t**3)
    np.testing.assert_allclose(
        factors.first - factors.second, t - 1.5 * kappa * t**2, rtol=0, atol=100 * t**3
    )
    np.testing.assert_allclose(factors.noise, p / N * t**2, rtol=20 * t)


def test_noise_enters_as_fast_as_the_two_moments_part():
    """da/dt = 2(p/N)(γ₁ - γ₂), integrated: a(2) - a(0.1)."""
    N, p = 12, np.array([5, 12, 30])
    nodes, weights = np.polynomial.legendre.leggauss(40)
    times = 0.1 + 0.95 * (nodes + 1)
    factors = theory.training_factors(N, p, times)
    gained = 2 * p / N * ((factors.first - factors.second) @ (0.95 * weights))
    ends = theory.training_factors(N, p, [0.1, 2.0]).noise
    np.testing.assert_allclose(gained, ends[:, 1] - ends[:, 0], rtol=1e-10)


def test_exchange_rate_of_spread_and_noise_falls_from_its_first_value_to_its_last():
    """From 1 + 1/p at the first step to 1 - 1/p, or ``spread_weight`` below the threshold."""
    N, widths = 50, np.array([2, 10, 20, 45, 60, 100, 500])
    times = np.geomspace(1e-7, 1e3, 60)
    factors = theory.training_factors(N, widths, times)
    rates = factors.spread / factors.noise
    np.testing.assert_allclose(rates[:, 0], 1 + 1 / widths, rtol=1e-7)
    assert np.all(np.diff(rates, axis=1) < 1e-9)
    ends = theory.effective_noise(Tasks(2 * np.eye(2)), 25, widths, 0.0)  # V = 1
    np.testing.assert_allclose(theory.training_factors(N, widths, INF).spread, ends * end_noise(N, widths))
    far = np.abs(widths - N) > 6
    np.testing.assert_allclose(rates[far, -1], ends[far], rtol=1e-3)


def end_noise(N, p):
    """Noise factor to the end."""
    return np.minimum(N, p) / (np.abs(p - N) - 1)


def test_one_sample_and_none():
    one = theory.training_error(TASKS, (0, 1, 0), [1, 3, 9], 0.2, [0.5, 2.0, INF])
    alone = theory.training_error(Tasks([[TASKS.gram[1, 1]]]), 1, [1, 3, 9], 0.2, [0.5, 2.0, INF])
    np.testing.assert_allclose(one[..., 1:2], alone, rtol=1e-12)
    none = theory.training_error(TASKS, 0, [1, 3], 0.2, [0.5, INF])
    np.testing.assert_allclose(none, np.broadcast_to(TASKS.norms2, none.shape))


def test_equal_tasks_are_one_task():
    equal = Tasks(np.full((3, 3), 2.0))
    many = theory.training_error(equal, (3, 4, 5), WIDTHS, 0.4, 1.5)
    single = theory.training_error(Tasks([[2.0]]), 12, WIDTHS, 0.4, 1.5)
    np.testing.assert_allclose(many, np.tile(single, (1, 3)), rtol=1e-12)


def test_a_start_at_the_mean_task_leaves_spread_and_noise_only():
    weights = np.array(COUNTS) / sum(COUNTS)
    errors = theory.training_error(TASKS, COUNTS, WIDTHS, 0.4, 1.5, anchor=weights)
    factors = theory.training_factors(sum(COUNTS), WIDTHS, 1.5)
    away = np.square(W - weights @ W).sum(axis=1)
    spread = weights @ away
    extra = (factors.noise * 0.4 + factors.spread * spread)[:, None]
    np.testing.assert_allclose(errors, away + extra, rtol=1e-12)


@pytest.mark.parametrize("rule", [{"time": 0.7}, {"ridge": 3.0}, {"rate": 0.1, "steps": 4}])
def test_properties(rule):
    def function(*problem):
        return theory.training_error(*problem, **rule)

    problem = ((5, 3, 9), [4, 17, 40], 0.3)
    assert_permutation_equivariant(function, TASKS, *problem)
    assert_scales_quadratically(function, TASKS, *problem, factor=3.0)
    assert_linear(function, TASKS, Tasks.chain(3, -0.5), (5, 3, 9), [4, 17, 40], (0.3, 1.0), (2.0, 0.5))


def test_shapes_follow_widths_then_lengths():
    assert theory.training_error(TASKS, 3, 10, 0.1, 1.0).shape == (3,)
    assert theory.training_error(TASKS, 3, [[10], [20]], 0.1, [1.0, 2.0]).shape == (2, 1, 2, 3)
    assert theory.training_factors([5, 6], [[3], [4]], ridge=[1.0, 2.0, 3.0]).first.shape == (2, 2, 3)


def test_beyond_the_exact_size_it_continues():
    """Up to 128 samples are summed exactly, more with the corrected law: no jump beyond its error."""
    before, at, after = (theory.training_factors(N, 3 * N, [0.3, 3.0, 30.0]) for N in (127, 128, 129))
    for one, two, three in zip(before, at, after, strict=True):
        assert np.abs(three - 2 * two + one).max() < 2e-5


def test_diverging_descent_is_not_clipped():
    N, p = 10, 20
    grows = theory.training_factors(N, p, rate=1.0, steps=[1, 2, 4]).noise
    assert np.all(np.diff(grows) > 0)
    with pytest.raises(ValueError, match="descent diverges"):
        theory.training_factors(N, p, rate=10.0, steps=1000)


@pytest.mark.parametrize(
    "wrong", [{}, {"time": 1, "ridge": 1}, {"rate": 0.1}, {"steps": 3}, {"time": 1, "rate": 0.1, "steps": 2}]
)
def test_exactly_one_rule(wrong):
    with pytest.raises(ValueError, match="give one of: time; rate and steps; ridge"):
        theory.training_factors(10, 20, **wrong)


def test_a_thousand_widths_take_less_than_a_second():
    widths = np.arange(1, 1001)
    theory.training_error(TASKS, (20, 10, 20), widths[:3], 0.1, 1.0)
    start = clock.process_time()
    theory.training_error(TASKS, (20, 10, 20), widths, 0.1, 1.0)
    assert clock.process_time() - start < 1
