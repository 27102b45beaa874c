"""The frontier between gain and loss: its formula, the transfer on it, and draws on either side."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.frontier import Crossing, crossings, frontier, side_scores


@pytest.mark.parametrize("noise_var", [0.0, 0.4])
@pytest.mark.parametrize("T", [2, 5])
def test_above_the_threshold_it_is_the_formula_of_the_chapter(T, noise_var):
    n, p = 7, np.array([7 * T + 2, 7 * T + 40, 10_000])
    stated = (p - 1) / (2 * p - n * T - 2) * (1 + noise_var * p / (p - n - 1))
    np.testing.assert_allclose(frontier(T, n, p, noise_var), stated, rtol=1e-12)


@pytest.mark.parametrize(("p", "noise_var"), [(5, 0.3), (14, 0.3), (40, 0.1), (200, 0.0)])
def test_nobody_gains_on_it_and_everybody_beyond(p, noise_var):
    at = float(frontier(2, 10, p, noise_var))
    on, beyond, before = (
        theory.knowledge_transfer(Tasks([[1.0, c], [c, 1.0]]), 10, p, noise_var)
        for c in (at, min(at + 0.1, 1.0), max(at - 0.1, -1.0))
    )
    np.testing.assert_allclose(on, 0, atol=1e-12)
    assert beyond.min() > 0 > before.max()


def test_crossings_are_a_gap_away_the_loser_first():
    cells = crossings(3, 20, [(140, 0.0), (280, 0.1)], gap=0.15)
    assert [(cell.p, cell.noise_var, cell.side) for cell in cells] == [
        (140, 0.0, -1), (140, 0.0, 1), (280, 0.1, -1), (280, 0.1, 1),
    ]  # fmt: skip
    for cell in cells:
        K = theory.knowledge_transfer(Tasks.equiangular(3, cell.cosine), 20, cell.p, cell.noise_var)
        assert np.all(np.sign(K) == cell.side)
        assert abs(cell.cosine - frontier(3, 20, cell.p, cell.noise_var)) == pytest.approx(0.15)


def test_scores_are_positive_on_the_predicted_side_and_turn_with_it():
    gains, loses = Crossing(1.0, 60, 0.0, 1), Crossing(0.0, 60, 0.0, -1)
    right = side_scores(2, 10, [gains, loses], 200, seed=1)
    assert right.min() > 4
    turned = [gains._replace(side=-1), loses._replace(side=1)]
    np.testing.assert_allclose(side_scores(2, 10, turned, 200, seed=1), -right)


def test_every_cell_has_draws_of_its_own():
    cell = Crossing(0.9, 60, 0.1, 1)
    first, second = side_scores(2, 10, [cell, cell], 60, seed=1)
    assert first != second
    assert side_scores(2, 10, [cell], 60, seed=1)[0] == first
