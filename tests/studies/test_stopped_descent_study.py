"""Stopped descent against descent itself, and the steps that arriving takes."""

import numpy as np
import pytest

from manytasks.simulate.direct import excess_risk
from manytasks.studies.linear.descent import PooledData, curvatures, descend, least_norm_fit
from manytasks.studies.linear.stopped_descent import foretold_steps, steps_to_arrive, stopped_errors

DATA = PooledData(np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([5, 4]), 0.2, 1)


@pytest.mark.parametrize("p", [4, 9, 30])
def test_a_stopped_error_is_that_of_so_many_steps(p):
    found = stopped_errors(DATA, [0, 7, 10**7], [p], trials=4)[..., 0]
    X, y = DATA.draw(p, 4, "early stopping")
    rate = (1 / curvatures(X)[0])[:, None, None]
    w = descend(X, y, np.zeros((4, p, 1)), 7, rate)[..., 0]
    np.testing.assert_allclose(found[1], excess_risk(w, DATA.vectors).mean(axis=1), rtol=1e-9)
    limit = excess_risk(least_norm_fit(X, y), DATA.vectors).mean(axis=1)
    np.testing.assert_allclose(found[2], limit, rtol=1e-5)
    np.testing.assert_allclose(found[0], np.square(DATA.vectors).sum(axis=1).mean())


def test_steps_to_arrive_are_those_of_the_best_rate():
    needed = steps_to_arrive(DATA, [12, 40], trials=3, tolerance=1e-6)
    for column, p in enumerate((12, 40)):
        top, bottom = curvatures(DATA.draw(p, 3, "steps").X)
        factor = (top / bottom - 1) / (top / bottom + 1)
        np.testing.assert_allclose(factor ** needed[:, column], 1e-6, rtol=1e-6)
    assert needed[:, 0].min() > needed[:, 1].max()  # near the threshold it takes longer


def test_the_spectrum_of_large_matrices_foretells_the_steps():
    data = PooledData(np.eye(2), np.array([150, 150]), 0.0, 2)
    needed = steps_to_arrive(data, [900], trials=3, tolerance=1e-8)
    assert needed.mean() == pytest.approx(foretold_steps(300, np.array([900]), 1e-8)[0], rel=0.05)
    # cond = 9 at p = 4 N, the factor (9 - 1)/(9 + 1)
    assert foretold_steps(25, np.array([100]), 1e-3)[0] == pytest.approx(np.log(1e-3) / np.log(0.8))
