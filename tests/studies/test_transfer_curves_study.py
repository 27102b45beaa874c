"""Transfer along an axis: each curve is its own width or task, draws have the expectations beside them."""

import numpy as np
import pytest

from manytasks import Tasks, simulate, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.gaining_pairs import parallel
from manytasks.studies.linear.transfer_curves import along_cosines, along_norm_ratios


@pytest.mark.statistical
def test_along_cosines_draws_have_the_expected_transfer_of_their_width():
    """Four scores, error rate 1e-4; the expectations of the other width are seen to be wrong."""
    found = along_cosines([0.0, 0.8], 2, 6, [40, 60], 0.1, trials=1500, seed=1)
    pair = Tasks.equiangular(2, 0.8)
    np.testing.assert_allclose(found.exact[1, 1], theory.knowledge_transfer(pair, 6, 60, 0.1).mean())
    limit = critical_z(4, 1e-4, draws=1500)
    assert np.abs(z_scores(found.drawn.reshape(1500, -1), found.exact.ravel(), skewed=True)).max() < limit
    other = found.exact[::-1].ravel()
    assert np.abs(z_scores(found.drawn.reshape(1500, -1), other, skewed=True)).max() > limit


def test_the_same_features_serve_every_cosine():
    found = along_cosines([1.0, 1.0], 2, 6, [40], 0.1, trials=60, seed=3)
    np.testing.assert_array_equal(found.drawn[..., 0], found.drawn[..., 1])


def test_along_norm_ratios_the_tasks_change_places_with_the_ratio():
    found = along_norm_ratios([0.5, 1.0, 2.0], [2.0, 1.0], 5, 40, trials=60, seed=1)
    np.testing.assert_allclose(found.exact[0], found.exact[1, ::-1], atol=1e-12)
    np.testing.assert_allclose(found.exact[:, 2], theory.knowledge_transfer(parallel(2.0), 5, 40, 0.0))
    second = simulate.knowledge_transfer(parallel(1.0), 5, 40, 0.0, trials=60, seed=(1, "parallel", 1))
    np.testing.assert_array_equal(found.drawn[..., 1], second)
    assert found.drawn.shape == (60, 2, 2)
