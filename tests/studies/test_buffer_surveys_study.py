"""Tables beside the laws: each row is its own setting, and the laws hold on both sides of themselves."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.buffer_surveys import (
    against_law,
    both_by_start,
    changes_beside,
    ratios_at_threshold,
    rises_beside,
)
from manytasks.studies.linear.equal_similarity import EqualSimilarity

WORLD = EqualSimilarity(4, 20, 0.1)
FAR = 10**5


def errors(cosine, memory, p, start="warm"):
    return theory.replay_error(Tasks.equiangular(4, cosine), 20, memory, p, 0.1, start)


def test_forgetting_falls_with_p_below_the_cosine_that_helps_and_rises_above():
    found = rises_beside(WORLD, [-0.3, -0.01, 0.2], 10, np.array([500, 1000, 2000, 10_000]))
    assert found.dissimilar.tolist() == [True, True, False]
    assert found.rises.tolist()[0] == 0
    assert found.rises.tolist()[2] == 1
    size = [theory.forgetting(errors(0.55 + 0.2, 10, p)) for p in (500, 1000)]
    assert size[1] > size[0]


def test_changes_are_those_of_one_buffer_and_one_cosine():
    found = changes_beside(WORLD, [0.2, 0.99], (5, 20), FAR)
    assert found.similar.tolist() == [False, False, True, True]
    for row, (cosine, memory) in zip(
        found.itertuples(), [(0.2, 5), (0.2, 20), (0.99, 5), (0.99, 20)], strict=True
    ):
        kept, none = (theory.forgetting(errors(cosine, m, FAR)) for m in (memory, 0))
        np.testing.assert_allclose(row.change, kept - none)
        assert (row.change < 0) == row.similar


def test_both_help_from_scratch_only():
    cosines = np.linspace(0, 1, 11)
    found = both_by_start(WORLD, cosines, 10, FAR)
    assert len(found) == 22
    warm, scratch = (found[found.start == start] for start in ("warm", "scratch"))
    assert not warm.both.any()
    assert scratch.both.any()
    assert not scratch.both.all()
    at = scratch[scratch.both].cosine.iloc[0]
    none, kept, wider = (
        theory.forgetting(errors(at, m, p, "scratch")) for m, p in ((0, FAR), (10, FAR), (10, 2 * FAR))
    )
    assert wider < kept < none
    assert both_by_start(WORLD, iter(cosines), 10, FAR).equals(found)


def test_ratios_stand_at_the_last_threshold_of_their_own_buffer():
    found = ratios_at_threshold(WORLD, [2, 20], [FAR])
    assert found.p.tolist() == [20 + 3 * 2 + 2, 4 * 20 + 2, FAR, FAR]
    assert found.memory.tolist() == [2, 20, 2, 20]
    assert found.at_threshold.tolist() == [True, True, False, False]
    assert (found.ratio[:2] > 1).all()
    kept, none = (theory.average_error(errors(1.0, m, 82)) for m in (20, 0))
    assert found.ratio[1] == pytest.approx(kept / none)


def test_the_law_holds_and_one_turned_round_never_does():
    found = against_law(WORLD, [5, 20], FAR, 0.02)
    assert len(found) == 8
    assert not found.wrong.any()
    assert against_law(WORLD, [5, 20], FAR, -0.02).wrong.all()
