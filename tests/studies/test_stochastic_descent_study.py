"""SGD, rates and Adam: steps by hand, ends by theorem, and who runs away."""

import numpy as np
import pytest

from manytasks.streams import stream
from manytasks.studies.linear.descent import PooledData, curvatures, least_norm_fit
from manytasks.studies.linear.stochastic_descent import (
    adam_leaves_span,
    batches_arrive,
    prescription,
    sgd_path,
    try_rates,
)

DATA = PooledData(np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([3, 2]), 0.2, 1)


def test_the_prescription_is_the_bound_of_the_theorem():
    X, _ = DATA.draw(15, 1, "path")
    found = prescription(X, 1e-4)
    lengths = [np.square(X[0][:, i]).sum() for i in range(5)]
    assert found.radius2 == pytest.approx(max(lengths))
    rate, smallest = 1 / found.radius2, curvatures(X)[1][0]
    assert found.shrink == pytest.approx(1 - rate * (2 - rate * found.radius2) * smallest)
    assert found.shrink**found.steps <= 1e-9 * 1e-8 < found.shrink ** (found.steps - 1)


def test_a_step_projects_on_what_its_sample_says():
    """At rate 1/R² the longest sample is fitted exactly."""
    X, y = DATA.draw(15, 1, "path")
    longest = int(np.square(X[0]).sum(axis=0).argmax())
    limit = least_norm_fit(X, y)[0]
    x = X[0][:, longest]
    w = x * y[0, longest] / (x @ x)
    distances = sgd_path(X, y, np.array([longest, longest]))
    assert distances[0] == 1
    np.testing.assert_allclose(distances[1:], np.linalg.norm(w - limit) / np.linalg.norm(limit))


def test_sgd_arrives_above_the_threshold_and_hovers_below():
    for p, arrives in ((15, True), (3, False)):
        X, y = DATA.draw(p, 1, "path")
        order = stream(1).integers(5, size=prescription(DATA.draw(15, 1, "path").X, 1e-5).steps)
        assert (sgd_path(X, y, order)[-1] < 1e-5) == arrives


def test_batches_arrive_below_the_bound():
    for batch, share in ((1, 0.5), (3, 0.8)):
        assert batches_arrive(DATA, 15, batch, share, size=3, tolerance=1e-4) <= 1e-4


def test_rates_beyond_the_bound_run_away():
    found = try_rates(DATA, [(15, 2, 0.5)], (0.5, 0.9, 1.05), size=3, tolerance=1e-4)
    assert found["below_bound"].tolist() == [True, True, True, False]
    assert found["distance"].iloc[:3].max() < 1e-4
    # The part along the first eigenvector alone grows by 2 * 1.05 - 1 = 1.1 a step.
    assert found["distance"].iloc[3] > 1e30


def test_adam_fits_the_labels_outside_of_the_span():
    X, y = DATA.draw(20, 3, "rates")
    end = adam_leaves_span(X, y)
    assert end.misfit < 1e-3
    assert end.outside > 0.05
    assert adam_leaves_span(X, y, steps=3).misfit > 0.5


def test_the_first_step_of_adam_moves_every_coordinate_by_the_rate_whatever_the_slope():
    X, y = np.array([[[3.0], [1e-3]]]), np.array([[1e6]])
    along, step = np.array([3.0, 1e-3]) / np.hypot(3.0, 1e-3), 0.003 * np.ones(2)
    outside = np.linalg.norm(step - along * (along @ step))
    found = adam_leaves_span(X, y, steps=1)
    assert found.outside == pytest.approx(outside / np.linalg.norm(least_norm_fit(X, y)), rel=1e-5)
