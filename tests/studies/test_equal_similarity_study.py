"""Laws of large models against exact errors on both sides of each, and signs."""

import numpy as np
import pytest

from manytasks.studies.linear.equal_similarity import EqualSimilarity, signs
from manytasks.studies.linear.replay_readings import buffer_effect, readings
from manytasks.tasks import Tasks

WORLDS = [EqualSimilarity(2, 30, 0.0), EqualSimilarity(4, 20, 0.1), EqualSimilarity(10, 50, 0.2)]
FAR = 10**7


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("start", ["warm", "scratch"])
def test_a_buffer_helps_a_large_model_just_above_the_law_and_not_below(world, start):
    at = world.helps_above(start)
    for m in (1, world.samples):
        below, above = (world.effect(at + gap, m, FAR, start).error for gap in (-0.01, 0.01))
        assert above < 0 < below


@pytest.mark.parametrize("world", WORLDS)
def test_forgetting_falls_with_a_buffer_above_its_own_law(world):
    below, above = (world.effect(world.remembers_above + gap, 9, FAR).forgetting for gap in (-0.01, 0.01))
    assert above < 0 < below


@pytest.mark.parametrize("world", WORLDS)
def test_later_tasks_improve_earlier_ones_above_theirs(world):
    below, above = (world.readings(world.improves_above + gap, 5, FAR).forgetting for gap in (-0.01, 0.01))
    assert above < 0 < below


def test_forgetting_rises_with_p_exactly_where_it_is_negative_and_shrinks():
    world, widths = WORLDS[1], np.geomspace(10**4, 10**6, 9).astype(int)
    assert world.rises(world.improves_above - 0.05, 5, widths) == 0
    assert world.rises(world.improves_above + 0.05, 5, widths) == 1
    few = np.array([200, 100, 400])
    assert world.rises(0.0, 5, few) == 0.5  # one step down in p


def test_both_help_only_where_each_does():
    world = WORLDS[2]
    for start in ("warm", "scratch"):
        for cosine in (0.0, 0.5, 0.62, 0.9):
            smaller = world.effect(cosine, 25, FAR, start).forgetting < 0
            larger = (
                world.readings(cosine, 25, 2 * FAR, start).forgetting
                < world.readings(cosine, 25, FAR, start).forgetting
            )
            assert world.both_help(cosine, 25, FAR, start) == (smaller and larger)
    assert world.both_help(0.55, 25, FAR, "scratch")


def test_it_is_the_study_of_any_tasks_with_its_numbers_put_in():
    world, tasks = WORLDS[1], Tasks.equiangular(4, 0.3)
    assert world.readings(0.3, 7, 90, "scratch") == readings(tasks, 20, 7, 90, 0.1, "scratch")
    assert world.effect(0.3, 7, 90, "scratch") == buffer_effect(tasks, 20, 7, 90, 0.1, "scratch")
    assert world.last_threshold(7) == 3 * 7 + 20


def test_signs_forget_size_rounding_and_what_is_unknown():
    np.testing.assert_array_equal(signs([[3.0, -2e-9], [9e-13, -9e-13]]), [[1, -1], [0, 0]])
    np.testing.assert_array_equal(signs([np.nan, np.inf, -np.inf, 0.0]), [0, 1, -1, 0])
