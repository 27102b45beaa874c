"""Correlated features: covariances that are true, formulas at their own places, and errors of fits."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.streams import stream
from manytasks.studies.features.correlated_features import (
    correlated_errors,
    gaussian_features,
    matrix_root,
    relative_errors,
    relu_features,
)

AR = 0.8 ** np.abs(np.subtract.outer(np.arange(12), np.arange(12)))


def test_a_root_squares_to_its_matrix():
    np.testing.assert_allclose(matrix_root(AR) @ matrix_root(AR), AR)
    np.testing.assert_allclose(matrix_root(AR), matrix_root(AR).T)


@pytest.mark.statistical
@pytest.mark.parametrize(
    "law", [gaussian_features(AR), relu_features(stream(1, "first").standard_normal((12, 7)))]
)
def test_drawn_features_have_their_covariance(law):
    """40,000 samples: entries of the covariance within 0.06, six standard errors at least; mean 0."""
    X = law.draw(stream(1, "draws"), 200, 200).swapaxes(0, 1).reshape(12, -1)
    np.testing.assert_allclose(X.mean(axis=1), 0, atol=0.06)
    np.testing.assert_allclose(np.cov(X), law.covariance, atol=0.09)
    np.testing.assert_allclose(np.trace(law.covariance), 12)
    off = law.covariance - np.diag(np.diag(law.covariance))
    assert np.abs(off).max() > 0.2


def test_formulas_know_their_own_things():
    rows = correlated_errors({"AR": gaussian_features(AR)}, [5, 40], 0.1, trials=2, seed=1)
    assert rows.columns.tolist() == ["features", "samples", "isotropic", "told", "draw", "error"]
    few, many = rows[rows.samples == 5].iloc[0], rows[rows.samples == 40].iloc[0]
    np.testing.assert_allclose(few.isotropic, theory.single_task_error(Tasks([[1.0]]), 5, 12, 0.1)[0])
    np.testing.assert_allclose(many.told, 0.1 * 12 / (40 - 12))  # no covariance below the threshold
    s, V = np.linalg.eigh(AR)
    w = stream(1, "target", "AR").standard_normal(12)
    w /= np.sqrt(w @ AR @ w)
    np.testing.assert_allclose(few.told, theory.ridge_error(s, (w @ V)[None], 5, 0.1)[0])


@pytest.mark.statistical
def test_the_covariance_repairs_the_formula():
    """AR(1) features above the threshold, 600 draws: 4 % for p = 40 and 6 standard errors."""
    wide = 0.9 ** np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    laws = {"AR": gaussian_features(wide), "white": gaussian_features(np.eye(40))}
    rows = correlated_errors(laws, [15, 120], 0.1, trials=600, seed=1)
    ratios = {formula: relative_errors(rows, formula) for formula in ("isotropic", "told")}
    assert ratios["told"].columns.tolist() == [(law, N) for law in laws for N in (15, 120)]
    mean = {formula: ratio.mean() for formula, ratio in ratios.items()}
    error = ratios["isotropic"].std() / np.sqrt(600)
    assert abs(mean["told"]["AR", 15] - 1) < 0.04 + 6 * error["AR", 15]
    assert abs(mean["isotropic"]["AR", 15] - 1) > 0.2
    for place in (("white", 15), ("white", 120), ("AR", 120)):  # exact
        assert abs(mean["isotropic"][place] - 1) < 6 * error[place]
        assert error[place] < 0.03
