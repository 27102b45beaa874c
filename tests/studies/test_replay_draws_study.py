"""What is redrawn: places apart from thresholds, draws beside the theorem, one fit for two starts."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.replay_draws import drawn_matrices, places_apart, redrawn

PAIR = Tasks.equiangular(2, 0.3)


@pytest.mark.parametrize(("T", "n"), [(2, 5), (6, 30), (10, 50)])
def test_places_are_apart_from_every_threshold_and_near_what_was_wanted(T, n):
    buffers = (0, 2 * n // 5, n)
    places = places_apart(T, n, buffers, (2, 5))
    thresholds = {n + t * m for t in range(T) for m in buffers}
    assert len(places) == 2
    for p, wanted in zip(places, (2 * T * n, 5 * T * n), strict=True):
        assert min(abs(p - at) for at in thresholds) >= 12
        assert p == wanted or abs(p - wanted) <= 24 or wanted < n + 24
    (moved,) = places_apart(3, 10, [0, 10], [1])  # 30 is a threshold itself, and so are 10 and 20
    assert moved == 42


def test_every_entry_is_where_the_theorem_has_it():
    """At error rate 1e-6; errors wrong by a tenth would be seen."""
    found = drawn_matrices(PAIR, [9, 7], [4, 0], [36, 60], 0.2, trials=1500, seed=1)
    limit = critical_z(16, 1e-6, draws=1500)
    for start, (drawn, expected) in zip(("warm", "scratch"), found, strict=True):
        np.testing.assert_allclose(expected[1], theory.replay_error(PAIR, [9, 7], [4, 0], 60, 0.2, start))
        assert np.abs(z_scores(drawn, expected, skewed=True)).max() < limit
        assert np.abs(z_scores(drawn, 1.1 * expected, skewed=True)).max() > limit
    assert not np.array_equal(found[0][0][:, 0, 0], found[1][0][:, 0, 0])  # draws of their own


def test_points_stand_in_order_with_readings_of_the_theorem():
    points = redrawn({"pair": PAIR, "equal": Tasks.equiangular(2, 1.0)}, 8, (0, 8), [40, 60], 0.1, 3, seed=1)
    keys = [(point.start, point.name, point.memory, point.p) for point in points]
    assert keys[:3] == [("warm", "pair", 0, 40), ("warm", "pair", 0, 60), ("warm", "pair", 8, 40)]
    assert len(set(keys)) == len(points) == 16
    for point in points:
        tasks = PAIR if point.name == "pair" else Tasks.equiangular(2, 1.0)
        errors = theory.replay_error(tasks, 8, point.memory, point.p, 0.1, point.start)
        assert point.exact == (theory.average_error(errors), theory.forgetting(errors))
        assert len(point.drawn.error) == (12 if (point.memory, point.p) == (8, 40) else 3)
        assert len(point.drawn.forgetting) == len(point.drawn.error)


def test_with_all_samples_stored_scratch_has_the_draws_of_the_warm_start():
    points = redrawn({"pair": PAIR}, 8, (0, 8), [40], 0.1, 3, seed=1)
    warm, scratch = ([point for point in points if point.start == start] for start in ("warm", "scratch"))
    assert [point.again for point in warm + scratch] == [False, False, False, True]
    np.testing.assert_array_equal(warm[1].drawn.error, scratch[1].drawn.error)
    assert np.all(warm[0].drawn.error != scratch[0].drawn.error)
    assert warm[1].exact.error == pytest.approx(scratch[1].exact.error)
