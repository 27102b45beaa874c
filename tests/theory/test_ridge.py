"""Deterministic equivalents: limits in which they are exact, the root they rest on, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import whole
from samplers import checked

from manytasks import Tasks, theory

POWER = 1 / np.arange(1, 41)
W = np.stack([np.ones(40), np.linspace(-1, 1, 40)])


@pytest.mark.parametrize("ratio", [0.3, 0.8, 1.25, 3.0])
def test_identity_covariance_without_ridge_is_the_exact_formula_up_to_one_over_p(ratio):
    """The relative gap, times p, stays bounded while p grows 16 times."""
    gaps = []
    for p in (400, 1600, 6400):
        tasks = Tasks.chain(2, -0.5)
        n = round(p / ratio / 2)
        exact = theory.multitask_error(tasks, n, p, 0.3)
        gaps.append(np.abs(theory.ridge_error(np.ones(p), tasks.vectors(p), n, 0.3) / exact - 1).max() * p)
    assert max(gaps) < 1.5 * min(gaps)
    assert gaps[-1] / p < 0.01


spectra = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=30).map(np.array)


@checked
@given(spectra, st.integers(1, 60), st.sampled_from([0.0, 1e-9, 0.1, 1e4]))
def test_the_effective_ridge_solves_its_equation(s, N, ridge):
    kappa = theory.effective_ridge(s, N, ridge)
    if kappa == 0:
        assert ridge == 0
        assert N >= len(s)
    else:
        assert ridge / kappa + (s / (s + kappa)).sum() == pytest.approx(N, rel=1e-9)


def test_the_effective_ridge_grows_with_the_ridge_and_ignores_absent_features():
    kappas = [theory.effective_ridge(POWER, 20, ridge) for ridge in (0, 0.01, 1, 100)]
    assert kappas == sorted(kappas)
    assert kappas[2] == theory.effective_ridge([*POWER, 0.0], 20, 1)
    assert theory.effective_ridge([0.0], 20, 5.0) == 0.25


def test_absent_features_change_nothing():
    padded = np.concatenate([W, np.full((2, 3), 9.0)], axis=1)
    for ridge in (0.0, 0.5):
        np.testing.assert_allclose(
            theory.ridge_error([*POWER, 0, 0, 0], padded, [9, 6], 0.2, ridge),
            theory.ridge_error(POWER, W, [9, 6], 0.2, ridge),
            rtol=1e-12,
        )


def test_all_ridge_and_no_data_predict_zero():
    nothing = (W**2 * POWER).sum(axis=1)
    np.testing.assert_allclose(theory.ridge_error(POWER, W, 10, 0.2, 1e12), nothing, rtol=1e-9)
    np.testing.assert_allclose(theory.ridge_error(POWER, W, 0, 0.2), nothing, rtol=1e-14)


def test_units_of_the_features_do_not_matter():
    """Features times c, parameters over c, ridge times c²: the same predictions."""
    np.testing.assert_allclose(
        theory.ridge_error(9 * POWER, W / 3, [9, 6], 0.2, 9 * 0.5),
        theory.ridge_error(POWER, W, [9, 6], 0.2, 0.5),
        rtol=1e-10,
    )


def test_dissimilarity_is_label_noise_for_any_covariance():
    """Opposite tasks ±v have mean 0: their spread ‖v‖²_Σ costs what noise of that variance does."""
    v = W[1]
    spread = (POWER * v**2).sum()
    both = theory.ridge_error(POWER, np.stack([v, -v]), 10, 0.0, 0.3)
    noise = theory.ridge_error(POWER, np.zeros((1, 40)), 20, spread, 0.3)
    np.testing.assert_allclose(both, spread + noise[0], rtol=1e-12)


def test_the_threshold_without_ridge():
    assert np.isinf(theory.ridge_error(POWER, W[:1], 40, 0.1)).all()
    assert np.isinf(theory.ridge_error(POWER, W, 20, 0.0)).all()
    np.testing.assert_array_equal(theory.ridge_error(POWER, W[:1], 40, 0.0), [0.0])
    assert np.isfinite(theory.ridge_error(POWER, W, 20, 0.1, 1e-6)).all()
    clean = [theory.ridge_error(POWER, W[:1], N, 0.0)[0] for N in (38, 39, 40, 41)]
    assert clean[0] > clean[1] > clean[2] == clean[3] == 0


REFUSED = [
    ({"eigenvalues": []}, "eigenvalues must have shape (p,) with p >= 1; got shape (0,)"),
    ({"eigenvalues": np.eye(2)}, "eigenvalues must have shape (p,) with p >= 1; got shape (2, 2)"),
    ({"eigenvalues": [1, -1]}, "eigenvalues of a covariance are finite and at least 0; got -1.0..1.0"),
    ({"coefficients": [1, 2]}, "coefficients must have shape (T, 2), one task per row; got shape (2,)"),
    ({"coefficients": [[1]]}, "coefficients must have shape (T, 2), one task per row; got shape (1, 1)"),
    ({"coefficients": [[1, np.nan]]}, "coefficients must be finite; got nan or inf"),
    ({"samples": [5, 5]}, "samples must be one number or 1, one per task; got shape (2,)"),
    ({"noise_var": -1}, "noise_var must be a variance, finite and at least 0; got -1"),
    ({"ridge": -0.1}, "ridge must be finite and at least 0; got -0.1"),
    ({"ridge": [1.0]}, "ridge must be one number; got [1.0]"),
]


@pytest.mark.parametrize(("wrong", "message"), REFUSED)
def test_impossible_input_is_refused(wrong, message):
    arguments = {"eigenvalues": [1, 2], "coefficients": [[1, 1]], "samples": 5, "noise_var": 0.1} | wrong
    with pytest.raises(ValueError, match=whole(message)):
        theory.ridge_error(**arguments)


@pytest.mark.parametrize("N", [0, -1, np.inf])
def test_the_effective_ridge_needs_samples(N):
    with pytest.raises(ValueError, match=whole(f"N must be finite and at least 1e-100; got {N}")):
        theory.effective_ridge([1.0], N)
