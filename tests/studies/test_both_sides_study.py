"""Draws and theorem on both sides of the threshold, for tasks of which one has no samples."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.both_sides import other_side, spread_of, weighted_draws
from manytasks.studies.linear.transfer_draws import Setting

LINE = Setting(Tasks.from_vectors([[2.0], [1.0], [-0.5]]), [0, 10, 20], 0.1)


def test_the_spread_is_weighted_by_samples():
    W, shares = np.array([2.0, 1.0, -0.5]), np.array([0, 1 / 3, 2 / 3])
    assert spread_of(LINE.tasks, LINE.samples) == pytest.approx(shares @ (W - shares @ W) ** 2)
    assert spread_of(Tasks.equiangular(5, 0.2), 7) == pytest.approx(0.8 * 4 / 5)


def test_weighted_means_come_last_and_agree_with_the_theorem():
    """At error rate 1e-6; the weight of the spread from the other side is seen."""
    widths = np.array([1, 5, 50])
    found = weighted_draws(LINE, widths, 2000, seed=1)
    np.testing.assert_allclose(found.drawn[..., 3], found.drawn[..., 1] / 3 + found.drawn[..., 2] * 2 / 3)
    np.testing.assert_allclose(found.expected[:, :3], theory.multitask_error(*LINE[:2], widths, 0.1))
    limit = critical_z(12, 1e-6, draws=2000)
    assert np.abs(z_scores(found.drawn, found.expected, skewed=True)).max() < limit
    wrong = other_side(LINE, widths[:2])
    assert np.abs(z_scores(found.drawn[:, :2, 3], wrong, skewed=True)).max() > limit


def test_the_other_side_replaces_the_weight_of_the_spread_alone():
    p = np.array([2, 8])
    V, N = spread_of(LINE.tasks, LINE.samples), 30
    # The weighted bias is V itself, and the variance p/(N - p - 1) (σ² + (1 - 1/p) V).
    np.testing.assert_allclose(other_side(LINE, p), V + p / (N - p - 1) * (0.1 + (1 - 1 / p) * V))
