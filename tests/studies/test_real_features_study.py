"""Populations of images and what is measured on them, against answers known beforehand."""

import numpy as np
import pandas as pd
import pytest

from manytasks import Tasks, theory
from manytasks.studies.features.population_fits import drawn_errors, fitted_errors
from manytasks.studies.features.populations import Population, population_of
from manytasks.studies.features.real_features import cell_gaps, choose_ridge, drawn_cells, gap_sizes
from manytasks.studies.features.spectra import drawn_spectra, predicted_spectra


def signs(count):
    """Every sequence of signs once: features that are uncorrelated in the population, exactly."""
    return 2.0 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1) - 1


def toy(scales=(1.0, 2.0, 3.0, 0.5, 1.0), tasks=2):
    views = signs(len(scales)) * scales
    vectors = np.arange(1.0, tasks * len(scales) + 1).reshape(tasks, -1)
    return views, vectors, population_of([views], views @ vectors.T + views.prod(1, keepdims=True))


def test_a_population_knows_its_covariance_and_what_is_left():
    """A product of all signs is uncorrelated with each: no linear function explains any of it."""
    views, vectors, population = toy()
    scale = np.mean([1, 4, 9, 0.25, 1])
    np.testing.assert_allclose(population.eigenvalues, np.array([0.25, 1, 1, 4, 9]) / scale)
    np.testing.assert_allclose(population.eigenvalues.mean(), 1)
    known = views.prod(1)[0] ** 2 * len(views) / (len(views) - 5)
    np.testing.assert_allclose(population.unexplained, known)
    np.testing.assert_allclose(
        np.cov(population.views[0].T, bias=True), np.diag(population.eigenvalues), atol=1e-12
    )
    np.testing.assert_allclose(  # the same predictors, in other coordinates
        population.views[0] @ population.coefficients.T, views @ vectors.T, atol=1e-9
    )


def test_a_linear_map_of_the_features_changes_no_least_squares_fit():
    views, _, population = toy()
    other = population_of([views @ np.triu(np.ones((5, 5)))], population.targets)
    for one, two in ((population, other),):
        np.testing.assert_allclose(one.unexplained, two.unexplained)
        np.testing.assert_allclose(one.predicted(20, 0.0), two.predicted(20, 0.0))
        parts, test = np.arange(20).reshape(2, 10), np.arange(20, 32)
        np.testing.assert_allclose(*(fitted_errors(p, parts, test, [0.0]) for p in (one, two)))
        ridged = [fitted_errors(p, parts, test, [5.0])[0] for p in (one, two)]
        assert abs(ridged[0] / ridged[1] - 1) > 0.01


def test_absent_directions_are_no_features():
    views, _, population = toy()
    doubled = population_of([np.hstack([views, views, np.ones((32, 1))])], population.targets)
    assert len(doubled.eigenvalues) == 5
    np.testing.assert_allclose(doubled.unexplained, population.unexplained)


def test_predictions_are_those_of_the_theory():
    _, _, population = toy()
    s, w, noise = population.eigenvalues, population.coefficients, population.unexplained.mean()
    risk = theory.ridge_error(s, w, [4, 4], noise, 2.0)
    np.testing.assert_allclose(population.predicted(8, 2.0), risk.mean() + noise)
    white = population_of([signs(5)], population.targets)
    for ridge in (0.0, 2.0):  # without correlations both say the same, the exact one up to 1/p
        guess = white.predicted(100, ridge)
        np.testing.assert_allclose(white.isotropic(100, ridge), guess, rtol=0.02 if ridge == 0 else 1e-9)
        assert abs(population.isotropic(8, 2.0) / population.predicted(8, 2.0) - 1) > 0.01


def test_answers_and_features_may_have_any_mean():
    views, _, population = toy()
    moved = population_of([views + 3.0], population.targets + np.array([5.0, -2.0]))
    np.testing.assert_allclose(moved.coefficients, population.coefficients)
    np.testing.assert_allclose(moved.unexplained, population.unexplained)


def test_without_ridge_the_isotropic_formula_knows_the_signal_only():
    views, vectors, population = toy()
    signal = Tasks((views @ vectors.T).T @ (views @ vectors.T) / 32)  # what a linear function explains
    noise = population.unexplained.mean()
    for N in (2, 20):
        expected = theory.multitask_error(signal, N // 2, 5, noise).mean() + noise
        np.testing.assert_allclose(population.isotropic(N), expected)


def test_views_of_their_own_are_one_mixture():
    views, vectors, _ = toy()
    moved = [views, views[:, [1, 0, 2, 3, 4]]]
    population = population_of(moved, np.stack([views @ vectors[0]] * 2, axis=1))
    assert population.coefficients.shape == (1, 5)
    best = np.linalg.lstsq(np.concatenate(moved), np.tile(views @ vectors[0], 2), rcond=None)[0]
    left = np.square(np.tile(views @ vectors[0], 2) - np.concatenate(moved) @ best).sum() / (64 - 5)
    np.testing.assert_allclose(population.unexplained, [left])
    told = theory.ridge_error(population.eigenvalues, population.coefficients, 12, left, 3.0).mean()
    np.testing.assert_allclose(population.predicted(12, 3.0), told + left)


def test_only_images_that_are_known_count():
    views, _, population = toy()
    spoilt = population.targets.copy()
    spoilt[16:] += 100.0
    known = np.arange(16)
    told, whole = population_of([views], spoilt, known), population_of([views[:16]], spoilt[:16])
    np.testing.assert_allclose(told.predicted(12, 1.0), whole.predicted(12, 1.0))
    assert len(told.views[0]) == 32


def test_leverage_is_a_share_of_one_direction():
    views, _, population = toy()
    np.testing.assert_allclose(population.leverage(), 1 / 32)  # all images alike
    rare = np.hstack([views, np.zeros((32, 1))])
    rare[3, 5] = 1.0
    assert population_of([rare], population.targets).leverage() > 0.5


def test_views_are_one_or_one_a_task():
    views, _, population = toy()
    with pytest.raises(ValueError, match="2 tasks have one view, of which images can be chosen, or 2; got 3"):
        population_of([views] * 3, population.targets)
    with pytest.raises(ValueError, match="got 2"):
        population_of([views] * 2, population.targets, np.arange(4))


def test_fits_are_measured_task_by_task():
    """Noiseless answers of one task and more images than features: that task is told exactly."""
    views, vectors, _ = toy()
    equal = population_of([views], views @ vectors[[0, 0]].T)
    parts, test = np.arange(20).reshape(2, 10), np.arange(20, 32)
    np.testing.assert_allclose(fitted_errors(equal, parts, test, [0.0]), 0, atol=1e-18)
    two = population_of([views], views @ vectors.T)
    A, Z = two.views[0][:20], two.views[0][20:]
    y = np.r_[two.targets[:10, 0], two.targets[10:20, 1]]
    w = np.linalg.solve(A.T @ A + 2 * np.eye(5), A.T @ y)
    by_hand = np.square(two.targets[20:] - (Z @ w)[:, None]).mean()
    np.testing.assert_allclose(fitted_errors(two, parts, test, [2.0]), by_hand)


def test_views_of_tasks_are_not_exchanged():
    views, vectors, _ = toy()
    own = [views, views[:, [1, 2, 0, 3, 4]]]
    y = np.stack([views @ vectors[0], own[1] @ vectors[0]], axis=1)  # one predictor, in its own view each
    population = population_of(own, y)
    parts, test = np.arange(20).reshape(2, 10), np.arange(20, 32)
    np.testing.assert_allclose(fitted_errors(population, parts, test, [0.0]), 0, atol=1e-18)


def test_training_sets_share_no_image_with_the_test():
    """Targets that are noise: whoever tests on what it was trained on sees errors near 0 at the threshold."""
    rng = np.random.default_rng(1)
    population = population_of([rng.standard_normal((60, 40))], rng.standard_normal((60, 2)))
    errors = drawn_errors(population, 38, [0.0, 1e9], draws=5, seed=1)
    assert errors.shape == (5, 2)
    assert errors[:, 0].min() > 2
    np.testing.assert_allclose(errors[:, 1].mean(), np.square(population.targets).mean(), rtol=0.2)
    assert len(set(errors[:, 0])) == 5
    some = np.arange(40, 60)
    spoilt = Population(
        population.views,
        np.where(np.arange(60)[:, None] < 40, 1e6, 0.0) * np.ones((60, 2)),
        population.eigenvalues,
        population.coefficients,
        population.unexplained,
    )
    assert drawn_errors(spoilt, 8, [1.0], draws=3, seed=1, among=some).max() == 0


def test_gaps_are_of_means_over_training_sets():
    _, _, population = toy(tasks=1)
    drawn = drawn_cells({"toy": population}, [20, 8], [0.0, 3.0], draws=4, seed=1)
    assert len(drawn) == 2 * 2 * 4
    assert cell_gaps(drawn).samples.tolist() == [20, 20, 8, 8]
    cells = cell_gaps(drawn).set_index(["samples", "ridge"])
    errors = drawn_errors(population, 20, [0.0, 3.0], draws=4, seed=1)
    cell = cells.loc[20, 3.0]
    np.testing.assert_allclose(cell.error, errors[:, 1].mean())
    np.testing.assert_allclose(cell.gap, errors[:, 1].mean() / population.predicted(20, 3.0) - 1)
    np.testing.assert_allclose(cell.isotropic_gap, errors[:, 1].mean() / population.isotropic(20, 3.0) - 1)
    assert cell.features == 5
    np.testing.assert_allclose(cell.leverage, 1 / 32)


def test_cells_know_their_side_of_the_threshold():
    _, _, population = toy(tasks=1)
    cells = cell_gaps(drawn_cells({"toy": population}, [4, 20], [0.0, 3.0], draws=2, seed=1))
    assert cells.side.tolist() == ["N below p", "with ridge", "N above p", "with ridge"]


def test_sizes_of_gaps_keep_their_order_and_the_mean_its_sign():
    cells = pd.DataFrame({"data": ["b", "a", "b", "b"], "gap": [-0.4, 0.1, 0.2, -0.1]})
    sizes = gap_sizes(cells)
    assert sizes.index.tolist() == ["b", "a"]
    np.testing.assert_allclose(sizes.loc["b"], [0.2, 0.4, -0.1])


def test_lines_of_spectra_are_the_theory_at_a_mean_eigenvalue_of_1():
    vectors = np.arange(8.0).reshape(2, 4)
    lines = predicted_spectra({"steep": np.array([4.0, 2, 1, 1])}, vectors, [2, 6], [0.0, 3.0], 0.5)
    expected = theory.ridge_error([2.0, 1, 0.5, 0.5], vectors, [3, 3], 0.5, 3.0).mean()
    np.testing.assert_allclose(lines["steep", 3.0][6], expected)
    assert lines.index.tolist() == [2, 6]


def test_the_predicted_ridge_is_paid_at_its_own_place():
    _, _, population = toy(tasks=1)
    found = choose_ridge(population, 8, [0.1, 1.0, 1e6], [0.1, 10.0], draws=6, seed=1)
    np.testing.assert_allclose(found.curve, [population.predicted(8, ridge) for ridge in (0.1, 1.0, 1e6)])
    assert found.chosen == [0.1, 1.0, 1e6][found.curve.argmin()]
    errors = drawn_errors(population, 8, [0.1, 10.0, found.chosen], draws=6, seed=1)
    np.testing.assert_allclose(found.errors, errors[:, :2])
    mean = errors.mean(0)
    np.testing.assert_allclose(found.price, mean[2] / mean[:2].min() - 1)
    other = choose_ridge(population, 8, [0.1, 1.0, 1e6], [10.0, 0.1], draws=6, seed=1)
    np.testing.assert_allclose(other.price, found.price)
    told = population.predicted(8, 10.0)
    np.testing.assert_allclose(found.gaps[1], told / mean[1] - 1)


@pytest.mark.statistical
def test_gaussian_features_obey_the_prediction():
    """2,000 draws, N = 120: 1.5 % for the equivalent's own error, and 3.3 standard errors (level 1e-3)."""
    vectors = np.ones((2, 60)) / np.sqrt(60)
    problem = (vectors, [120], [10.0], 0.3)
    rows = drawn_spectra({"steep": 1 / np.arange(1, 61)}, *problem, trials=2000, seed=1)
    ratio = (rows.error / rows.predicted).to_numpy()
    error = ratio.std(ddof=1) / np.sqrt(2000)
    assert error < 0.006
    assert abs(ratio.mean() - 1) < 0.015 + 3.3 * error
    scaled = drawn_spectra({"steep": 7 / np.arange(1, 61)}, *problem, trials=2, seed=1)
    np.testing.assert_allclose(
        scaled.predicted, rows.predicted[:2]
    )  # the mean eigenvalue is 1, whatever was given
    np.testing.assert_array_equal(rows.samples, 120)
