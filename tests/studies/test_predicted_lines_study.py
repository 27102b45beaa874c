"""Curves of predictions: each has its own ridge and threshold, and leaves out what lies beside that."""

import math

import numpy as np
import pandas as pd

from manytasks.studies.features.populations import population_of
from manytasks.studies.features.predicted_lines import isotropic_lines, population_lines, table_lines
from manytasks.studies.features.real_features import drawn_cells


def toy(features=4):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((60, features)) * np.arange(1, features + 1)
    return population_of([X], X[:, :2] + rng.standard_normal((60, 2)))


def test_lines_of_a_table_are_means_over_seeds_ridge_by_ridge():
    cells = [(seed, N, ridge) for seed in (0, 1) for N in (30, 60) for ridge in (0.0, 5.0, 7.0)]
    table = pd.DataFrame(cells, columns=["seed", "samples", "ridge"])
    table["together_loss"] = table.seed + 10 * table.samples + table.ridge
    table["together_predicted"] = 3 * table.together_loss
    lines = table_lines(table, [5.0, 0.0], 48)
    assert list(lines) == [5.0, 0.0]
    assert lines[5.0].predicted.to_dict() == {30: 3 * 305.5, 60: 3 * 605.5}
    assert lines[5.0].measured.to_numpy().tolist() == [[305, 605], [306, 606]]
    assert (lines[5.0].threshold, lines[0.0].threshold) == (math.inf, 48)


def test_lines_of_a_population_are_its_predictions_and_its_draws():
    population = toy()
    drawn = drawn_cells({"toy": population}, [8, 20], [0.0, 3.0], draws=3, seed=1)
    lines = population_lines(population, drawn, np.array([2, 4, 8]), [0.0, 3.0])
    assert lines[3.0].predicted.index.tolist() == [2, 8]  # 4 features: N = 4 is the threshold
    for ridge, line in lines.items():
        np.testing.assert_allclose(line.predicted[8], population.predicted(8, ridge))
        errors = drawn[(drawn.ridge == ridge) & (drawn.samples == 20)].error
        np.testing.assert_array_equal(line.measured[20], errors)
        assert (line.measured.shape, line.threshold) == ((3, 2), 4)


def test_the_neighbourhood_of_a_threshold_is_a_share_of_it():
    """3 % of 100 features: 98 and 102 are in it, 96 and 104 are not."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((300, 100))
    wide = population_of([X], X[:, :1])
    drawn = drawn_cells({"toy": wide}, [20], [1.0], draws=2, seed=1)
    line = population_lines(wide, drawn, np.array([96, 98, 100, 102, 104]), [1.0])[1.0]
    assert line.predicted.index.tolist() == [96, 104]


def test_isotropic_lines_know_no_covariance_and_skip_eight_on_both_sides():
    population = toy()
    lines = isotropic_lines({"toy": population, "again": toy(12)}, np.array([2, 12, 14, 20, 22]))
    assert lines["toy"].index.tolist() == [14, 20, 22]
    assert lines["again"].index.tolist() == [2, 22]
    np.testing.assert_allclose(lines["toy"][20], population.isotropic(20))
    assert abs(lines["toy"][14] / population.predicted(14, 3.0) - 1) > 0.01
