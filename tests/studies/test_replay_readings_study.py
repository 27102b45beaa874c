"""Readings of exact error matrices, and what a buffer does to them."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.replay_readings import buffer_effect, readings

CHAIN = Tasks.chain(3, 0.5)


@pytest.mark.parametrize("start", ["warm", "scratch"])
def test_readings_are_those_of_the_matrix_by_hand(start):
    p = np.array([30, 90, 400])
    found = readings(CHAIN, 20, 5, p, 0.2, start)
    for k, size in enumerate(p):
        E = theory.replay_error(CHAIN, 20, 5, int(size), 0.2, start)
        assert found.error[k] == pytest.approx((E[2, 0] + E[2, 1] + E[2, 2]) / 3)
        assert found.forgetting[k] == pytest.approx((E[2, 0] - E[0, 0] + E[2, 1] - E[1, 1]) / 2)


def test_an_empty_buffer_has_no_effect_and_a_full_one_ends_in_multitask_learning():
    assert buffer_effect(CHAIN, 20, 0, 300, 0.2) == (0, 0)
    full = buffer_effect(CHAIN, 20, 20, 300, 0.2)
    pooled = theory.multitask_error(CHAIN, 20, 300, 0.2).mean()
    assert full.error == pytest.approx(pooled - readings(CHAIN, 20, 0, 300, 0.2).error)


def test_of_two_tasks_error_and_forgetting_of_the_first_move_alike():
    pair = Tasks.equiangular(2, 0.2)
    with_buffer, without = (theory.replay_error(pair, 20, m, 80, 0.1) for m in (7, 0))
    assert buffer_effect(pair, 20, 7, 80, 0.1).forgetting == pytest.approx(with_buffer[1, 0] - without[1, 0])


def test_the_start_matters_and_two_infinite_errors_have_no_difference():
    warm, scratch = (readings(CHAIN, 20, 5, 90, 0.1, start).error for start in ("warm", "scratch"))
    assert warm != scratch
    assert buffer_effect(CHAIN, 20, 5, 30, 0.1).error == np.inf  # only the buffer leads to the threshold
    assert np.isnan(buffer_effect(CHAIN, 20, [1, 0, 0], 21, 0.1).error)
