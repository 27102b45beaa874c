"""Bowls by matrices and a solver of ODEs, flows by one weight at a time, states that are counted."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from manytasks.studies.dynamics import conflict_bowls as bowls
from manytasks.studies.dynamics.conflict_flows import follow
from manytasks.studies.dynamics.random_pairs import generator_of, starts
from manytasks.studies.dynamics.stalled_states import NETWORK, StalledStates, stalled_states
from manytasks.studies.dynamics.stalling import bends, opposed_pairs, rising, speeds
from manytasks.studies.dynamics.steered import PACE, Steered, steered
from manytasks.studies.dynamics.trunk_and_heads import trunk_pairs


def test_bowls_by_matrices():
    times = np.linspace(0, bowls.DURATION, bowls.POINTS)
    h, (A, B), (a, b) = 0.4, np.array(bowls.HESSIANS), np.array(bowls.CENTRES)
    found = bowls.conflict_bowls(h)
    np.testing.assert_allclose(A @ (found.minimum - a) + B @ (found.minimum - b), 0, atol=1e-12)
    point = found.minimum + np.array(bowls.OFF)
    for step in found.steps:
        np.testing.assert_allclose(step, point)
        point = point - h * (A @ (point - a) + B @ (point - b))
    for name, weight in {"removed": 0, "kept": 1, "reversed": -1}.items():

        def velocity(_, p, weight=weight):
            g, k = A @ (p - a), B @ (p - b)
            return -(g + k + h / 2 * (A @ g + B @ k) + weight * h / 2 * (A @ k + B @ g))

        start = found.minimum + np.array(bowls.OFF)
        path = solve_ivp(velocity, times[[0, -1]], start, t_eval=times, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found.lines[name], path.y.T, atol=1e-8)
        assert found.resting[name] == pytest.approx(np.linalg.norm(path.y[:, -1] - found.minimum), abs=1e-7)
    assert found.resting["kept"] < found.resting["removed"] < found.resting["reversed"]


@pytest.fixture(scope="module")
def pairs():
    return trunk_pairs(3, generator_of(7, "tasks"), 7)


def test_each_flow_is_that_of_its_weight(pairs):
    found = steered(pairs, 0.3, 10)
    for name, weight in {"removed": 0.0, "kept": 1.0, "reversed": -1.0}.items():
        np.testing.assert_allclose(found.runs[name], follow(pairs, [weight], 0.3, PACE, 10)[0], rtol=1e-5)
    np.testing.assert_allclose(found.clock, [0, 0.5])


def test_readings_of_flows():
    kept = np.array([[[1.0, 0.1, 4.0]], [[2.0, 0.2, 5.0]]])  # readings, pairs, observed
    removed, turned = np.array([0.5, 0.25, 1.0]), np.array([3.0, 2.0, 1.0])
    runs = {"kept": kept, "removed": kept + removed, "reversed": kept + turned}
    found = Steered(np.array([0.0, 1.5]), runs)
    np.testing.assert_allclose(found.change("removed", "product"), 0.5)
    np.testing.assert_allclose(found.change("removed", "cosine"), 0.25)
    np.testing.assert_allclose(found.change("reversed", "loss"), 1.0)
    np.testing.assert_allclose(found.loss_in_percent, [[25], [20]])
    assert [found.reading(time) for time in (0, 0.1, 1.5)] == [0, 1, 1]


def test_states_that_stall_are_counted():
    speed = pd.DataFrame({"dominance": [0.5, 2.0, 3.0, 4.0], "kept": [-1.0, 1, 1, 1]})
    speed = speed.assign(removed=[-1.0, -1, 1, 1], alone=[-1.0, -1, -1, 1])
    found = StalledStates(speed, np.array([[-1.0, 2.0]] * 4), 1.0)
    assert found.strong.tolist() == [False, True, True, True]
    assert {name: round(one.value, 3) for name, one in found.risers.items()} == {
        "kept": 0, "removed": 0.333, "alone": 0.667
    }  # fmt: skip
    assert found.rising([1.0, 5.0]) == rising(speed, found.bends, 1.0, [1.0, 5.0]) == [0, 4]


def test_states_begin_with_the_networks_as_drawn(pairs):
    found = stalled_states(pairs, 0.3, [0, 4], seed=7)
    data = (pairs.data[name] for name in ("x1", "y1", "y2"))
    begin = opposed_pairs(NETWORK, starts(NETWORK, 3, 7, "shared"), *data)
    pd.testing.assert_frame_equal(found.speed[:3], speeds(begin, 0.3))
    np.testing.assert_allclose(found.bends[:3], bends(begin))
    assert len(found.speed) == len(found.bends) == 6
    assert not np.allclose(found.speed[3:], found.speed[:3])
