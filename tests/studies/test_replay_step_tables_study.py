"""Tables of steps and curves: each row is its own setting."""

import numpy as np
import pandas as pd
import pytest

from manytasks import Tasks
from manytasks.statistics import noticed, z_scores
from manytasks.studies.linear.equal_similarity import EqualSimilarity
from manytasks.studies.linear.replay_draws import redrawn
from manytasks.studies.linear.replay_readings import reading_curves, readings
from manytasks.studies.linear.replay_scores import score_points
from manytasks.studies.linear.replay_step_tables import directions, last_growths, share_slopes
from manytasks.studies.linear.replay_steps import last_growth, share_slope, steps

PAIR, CHAIN = Tasks.equiangular(3, 0.5), Tasks.chain(3, -0.4)


def test_slopes_stand_by_start_problem_and_buffer():
    found = share_slopes([PAIR, CHAIN], 20, [5, 20], 10**5, 0.1)
    assert found.start.tolist() == ["warm"] * 4 + ["scratch"] * 4
    assert found.slope[3] == share_slope(CHAIN, 20, 20, 10**5, 0.1, "warm")
    assert found.slope[5] == share_slope(PAIR, 20, 20, 10**5, 0.1, "scratch")
    assert found.slope[:4].max() < -0.9
    assert np.abs(found.slope[4:]).max() < 0.1


def test_last_growths_know_how_far_the_cosine_is_from_the_change_of_sign():
    world, widths = EqualSimilarity(3, 10, 0.2), 30 * np.array([2, 4, 8, 16])
    found = last_growths(world, [0.55, 0.9], [0, 5], widths)
    np.testing.assert_allclose(found.gap, [0.05, 0.05, 0.3, 0.3])
    assert found["last"][1] == last_growth(world, 0.55, 5, widths)
    assert found["last"][2] == last_growth(world, 0.9, 0, widths)


def test_directions_are_the_signs_of_the_steps():
    taken = steps(EqualSimilarity(4, 20, 0.1), 10, [0.9, 0.0], [2, 1000])
    told = directions(taken)
    assert told.index.tolist() == [("warm", 0.0), ("warm", 0.9), ("scratch", 0.0), ("scratch", 0.9)]
    for row in taken.itertuples():
        words = told.loc[(row.start, row.cosine), row.letter].split(", ")
        assert words == ["rises" if change > 0 else "falls" for change in row.changes]
    still = pd.DataFrame(
        [{"start": "warm", "cosine": 0.5, "letter": letter, "changes": [0.0]} for letter in "pm"]
    )
    assert directions(still).loc[("warm", 0.5)].tolist() == ["stays", "stays"]


def test_curves_are_readings_of_their_own_tasks_buffer_and_start():
    p = np.array([90, 200])
    curves = reading_curves({"pair": PAIR, "chain": CHAIN}, 20, [0, 5], p, 0.1)
    assert len(curves) == 8
    expected = readings(CHAIN, 20, 5, p, 0.1, "scratch")
    np.testing.assert_array_equal(curves["scratch", "chain", 5].forgetting, expected.forgetting)
    np.testing.assert_array_equal(curves["scratch", "chain", 5].error, expected.error)


def test_points_are_scored_reading_by_reading():
    points = redrawn({"pair": PAIR}, 5, [2], [60], 0.1, trials=60, seed=1)
    scores, seen = score_points(points, 4.0)
    first = points[0]
    by_hand = z_scores(first.drawn.forgetting, first.exact.forgetting)
    assert scores[1] == pytest.approx(float(np.squeeze(by_hand)))
    departures = [noticed(drawn, point.exact.error, 4.0) for point in points for drawn in point.drawn]
    assert seen == max(departures)
    moved = [point._replace(exact=point.exact._replace(error=2 * point.exact.error)) for point in points]
    assert np.abs(score_points(moved, 4.0)[0][::2]).min() > 6
