"""Simulated means against the closed forms, on every side of every threshold."""

import numpy as np
import pytest
from monte_carlo import assert_means, assert_wrong_by_three_percent_fails
from simulated import CHAIN, FIVE, LIGHT, UNEQUAL, draws

from manytasks import Tasks, simulate, theory

TRIALS = {"direct": 20_000, "reduced": 40_000}
BOTH = pytest.mark.parametrize("method", ["direct", "reduced"])


def error_cells(method):
    return [
        (draws(name, method, TRIALS[method]), theory.multitask_error(*cell)) for name, cell in LIGHT.items()
    ]


@pytest.mark.statistical
@BOTH
def test_multitask_error(method):
    """Error rate 1e-3 for the whole grid: z-tests, Bonferroni over 13 cells and their tasks."""
    assert_means(error_cells(method))


@pytest.mark.statistical
@BOTH
def test_multitask_error_wrong_by_three_percent_would_fail(method):
    """Power: on the same draws, factors .97 and 1.03 are rejected in every cell of the grid."""
    assert_wrong_by_three_percent_fails(error_cells(method))


ALONE = [(CHAIN, (14, 3, 10), 30, 0.3), (UNEQUAL, (20, 22, 24), 8, 0.4), (FIVE, (1, 2, 30, 0, 3), 16, 0.2)]


@pytest.mark.statistical
@BOTH
def test_single_task_error(method):
    """Error rate 1e-3 (z-tests, Bonferroni over 10 errors); 3 % too much or too little fails in each cell.

    A task without samples has error ‖w_i*‖² in every draw: that one is compared exactly.
    """
    cells = []
    for case in ALONE:
        drawn = simulate.single_task_error(*case, trials=TRIALS["direct"], seed=13, method=method)
        n, expected = np.array(case[1]), theory.single_task_error(*case)
        np.testing.assert_allclose(
            drawn[:, n == 0], case[0].norms2[n == 0] + 0 * drawn[:, n == 0], rtol=1e-14
        )
        cells.append((drawn[:, n > 0], expected[n > 0]))
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)


SIMILAR = Tasks.equiangular(3, 0.8)
# Both fits stay at least 10 away from their thresholds.
TRANSFER = [(SIMILAR, (4, 4, 4), 30, 0.3), (UNEQUAL, (20, 22, 24), 8, 0.4)]


@pytest.mark.statistical
def test_knowledge_transfer():
    """Error rate 1e-3 (z-tests, Bonferroni over 6 transfers). Both fits see the same data, draw by draw."""
    options = {"trials": 10_000, "seed": 14}
    cells = []
    for case in TRANSFER:
        transfer = simulate.knowledge_transfer(*case, **options)
        alone, pooled = (f(*case, **options) for f in (simulate.single_task_error, simulate.multitask_error))
        np.testing.assert_array_equal(transfer, alone - pooled)
        cells.append((transfer, theory.knowledge_transfer(*case)))
    assert_means(cells)


@pytest.mark.statistical
@BOTH
def test_terms_of_the_multitask_error(method):
    """Error rate 1e-3 (z-tests, Bonferroni over the terms of 2 cells); 3 % too much or too little fails."""
    cells = []
    for case in ((CHAIN, (4, 6, 10), 34, 0.3), (UNEQUAL, (8, 10, 12), 10, 1.0)):
        drawn = simulate.multitask_terms(*case, trials=15_000, seed=15, method=method)
        expected = theory.multitask_terms(*case)
        vanishing = [name for name in drawn if expected[name] == 0]
        assert vanishing == (["G2"] if case[2] < sum(case[1]) else [])
        for name in drawn:
            if name in vanishing:
                assert np.abs(drawn[name]).max() < 1e-12
            else:
                cells.append((drawn[name], expected[name]))
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)


@pytest.mark.statistical
def test_terms_of_the_knowledge_transfer():
    """Error rate 1e-3 (z-tests, Bonferroni over 6 terms); 3 % too much or too little fails."""
    cells = []
    for case in TRANSFER:
        drawn = simulate.transfer_terms(*case, trials=15_000, seed=16)
        expected = theory.transfer_terms(*case)
        cells += [(drawn[name], expected[name]) for name in drawn]
    assert_means(cells)
    assert_wrong_by_three_percent_fails(cells)
