"""Bracket moments: theory.md transcribed, Wishart identities integrated exactly, limits and refusals."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from messages import whole
from properties import assert_symbolically_equal
from samplers import checked, noise_vars, tasks

from manytasks import Tasks, theory

FUNCTIONS = [theory.bracket_moments, theory.training_forgetting]
p, n, s = sp.symbols("p n sigma2", positive=True)
g11, g12, g22 = sp.symbols("Gamma_11 Gamma_12 Gamma_22", real=True)
SYMBOLIC = Tasks(np.array([[g11, g12], [g12, g22]]))
TWO = Tasks.equiangular(2, 0.5)


def test_moments_are_the_written_formulas():
    d, a = g11 + g22 - 2 * g12, n / p * (g11 - 2 * g12) + g22
    t2 = p * (n**2 + n + n * p) / n**2
    e2 = ((n**2 + n + n * p) * d + n * p * s) / n**2
    expected = (
        (n * (n + 1 + p) * (a + n * s / (p - n - 1)) + n * p * s) / n**2,
        (n * (n + 1) * (d + s) + n * (a * p + s * (n * p - 2) / (p - n - 1)) + n * p * s) / n**2,
        (n * (n + 1) * e2 + n * (a * t2 + s * p * (n * (p + n + 1) - 4) / (n * (p - n - 1))) + n * s * t2)
        / n**2,
    )
    for actual, formula in zip(theory.bracket_moments(SYMBOLIC, n, p, s), expected, strict=True):
        assert_symbolically_equal(actual, formula)


def test_one_sample_is_integrated_by_hand():
    """n = 1, σ = 0, w₁* = 0: E‖g₂‖² = E g₂ᵀH₁g₂ = (p+2)‖w₂*‖² and E‖H₁g₂‖² = (p+2)²‖w₂*‖²."""
    moments = theory.bracket_moments(Tasks(np.array([[0, 0], [0, g22]], dtype=object)), 1, p, 0)
    for actual, expected in zip(moments, (p + 2, p + 2, (p + 2) ** 2), strict=True):
        assert_symbolically_equal(actual, expected * g22)


@pytest.mark.parametrize(("part", "power"), [("curvature", 1), ("bracket2", 2)], ids=["curvature", "bracket"])
def test_relative_size_falls_like_n_over_p(part, power):
    moments = theory.bracket_moments(SYMBOLIC, n, p, s)
    relative = getattr(moments, part) / moments.gradient2 * (n / p) ** power * p / n
    assert_symbolically_equal(sp.limit(sp.cancel(relative), p, sp.oo), 1)


def test_wide_models_forget_what_one_step_forgets():
    one_step = (n / p) ** 2 / 2 * theory.bracket_moments(SYMBOLIC, n, p, s).curvature
    ratio = sp.cancel(sp.together(theory.training_forgetting(SYMBOLIC, n, p, s) / one_step))
    assert_symbolically_equal(sp.limit(ratio, p, sp.oo), 1)


def test_equal_tasks_with_clean_labels_forget_more_up_to_three_times_the_samples():
    n_ = 50
    widths = np.arange(n_, 6 * n_)
    lost = theory.training_forgetting(Tasks.equiangular(2, 1.0), n_, widths, 0.0)
    assert lost[0] == 0
    assert abs(widths[lost.argmax()] - 3 * n_) <= 2


@checked
@given(
    tasks(T=st.just(2)), st.lists(st.integers(1, 15), min_size=2, max_size=2), st.integers(0, 60), noise_vars
)
def test_moments_obey_their_inequalities(two, samples, more, noise_var):
    """Cauchy-Schwarz, and no negative loss; the same numbers for an array of p."""
    width = max(samples) + more
    assume(more > 1 or noise_var == 0)
    moments = theory.bracket_moments(two, samples, width, noise_var)
    scale = 1 + moments.bracket2 * moments.gradient2
    assert moments.curvature**2 <= moments.gradient2 * moments.bracket2 + 1e-12 * scale
    assert theory.training_forgetting(two, samples, width, noise_var) >= -1e-12 * scale
    for function in FUNCTIONS:
        one, many = (np.array(function(two, samples, q, noise_var)) for q in (width, [width, width + 1]))
        np.testing.assert_array_equal(one, many[..., 0])


def test_numbers_and_symbols_agree():
    values = {g11: 4, g12: -1, g22: 3, n: 7, p: 20, s: sp.Rational(1, 4)}
    numeric = Tasks([[4, -1], [-1, 3]])
    symbolic = [*theory.bracket_moments(SYMBOLIC, n, p, s), theory.training_forgetting(SYMBOLIC, n, p, s)]
    numbers = [
        *theory.bracket_moments(numeric, 7, 20, 0.25),
        theory.training_forgetting(numeric, 7, 20, 0.25),
    ]
    np.testing.assert_allclose(numbers, [float(e.subs(values)) for e in symbolic], rtol=1e-13)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_noise_is_amplified_without_bound_at_the_threshold_only(function):
    at = np.array(function(TWO, 10, [10, 11, 12], 0.1))
    assert (np.isinf(at) == [True, True, False]).all()
    assert np.isfinite(np.array(function(TWO, 10, [10, 11], 0.0))).all()
    assert np.isfinite(np.array(function(TWO, 1, [1, 2], 0.0))).all()


REFUSED = [
    ({"tasks": Tasks.chain(3, 0.5)}, "the bracket belongs to 2 tasks; got 3"),
    ({"samples": 0}, "samples must be at least 1 for each task, whose loss is a mean; got 0"),
    ({"samples": [1, 2, 3]}, "samples must be one number or 2, one per task; got shape (3,)"),
    ({"samples": 5, "p": [9, 4]}, "p must be at least 5, the samples to interpolate; got 4"),
    ({"p": 30.5}, "p must be a whole number of at least 1 parameter; got 30.5"),
    ({"noise_var": -1.0}, "noise_var must be a variance, finite and at least 0; got -1.0"),
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("wrong", "message"), REFUSED)
def test_impossible_input_is_refused(function, wrong, message):
    arguments = {"tasks": TWO, "samples": 5, "p": 30, "noise_var": 0.1} | wrong
    with pytest.raises(ValueError, match=whole(message)):
        function(**arguments)


def test_only_an_interpolated_second_task_is_learned_to_the_end():
    assert np.isfinite(theory.bracket_moments(TWO, [5, 20], 10, 0.1).curvature)
    with pytest.raises(ValueError, match=whole("p must be at least 20, the samples to interpolate; got 10")):
        theory.training_forgetting(TWO, [5, 20], 10, 0.1)
