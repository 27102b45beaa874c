"""Steps in model and buffer: leading terms against exact steps, exponents against theirs."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.equal_similarity import EqualSimilarity
from manytasks.studies.linear.replay_readings import STARTS
from manytasks.studies.linear.replay_steps import (
    last_growth,
    leading_terms,
    memory_slopes,
    share_slope,
    steps,
)

WORLD = EqualSimilarity(5, 20, 0.1)


def test_the_last_growth_is_found_on_the_curve():
    widths = 100 * np.array([2, 4, 8, 16, 32, 64])
    cosine = WORLD.improves_above + 0.02  # forgetting changes its sign on the way
    size = np.abs(WORLD.readings(cosine, 5, widths).forgetting)
    grown = [after for before, after in zip(range(5), range(1, 6), strict=True) if size[after] > size[before]]
    assert last_growth(WORLD, cosine, 5, widths) == widths[grown[-1]] / 100
    assert last_growth(WORLD, 0.0, 0, widths) == 0


@pytest.mark.parametrize("cosine", [0.0, 0.45, 0.7, 0.95])
def test_leading_terms_are_proportional_to_steps_of_huge_models(cosine):
    p, m = 10**8, 5
    terms = leading_terms(WORLD, m, cosine)
    for start in STARTS:
        at, wider, fuller = (
            WORLD.readings(cosine, memory, size, start).forgetting
            for memory, size in ((m, p), (m, 2 * p), (m + 1, p))
        )
        assert np.sign(wider - at) == np.sign(terms[start, "p"])
        assert np.sign(fuller - at) == np.sign(terms[start, "m"])
    n, T = WORLD.samples, WORLD.T
    lost = -T / 2 * n * terms["warm", "p"] / p  # forgetting itself
    assert WORLD.readings(cosine, m, p).forgetting == pytest.approx(lost, rel=1e-3, abs=1e-12)
    added = T / 6 * (2 * T - 1) * n * terms["warm", "m"] / p**2
    exact = WORLD.readings(cosine, m + 1, p).forgetting - WORLD.readings(cosine, m, p).forgetting
    assert exact == pytest.approx(added, rel=0.05, abs=2e-15)
    of_scratch = -n * terms["scratch", "p"] / p
    assert WORLD.readings(cosine, m, p, "scratch").forgetting == pytest.approx(of_scratch, rel=1e-3)


def test_steps_are_a_tenth_of_p_and_one_sample():
    found = steps(WORLD, 5, [0.2, 0.8], [3, 50])
    assert len(found) == 2 * 2 * 2
    for row in found.itertuples():
        changed = {"p": (5, 1.1), "m": (6, 1.0)}[row.letter]
        for ratio, change in zip((3, 50), row.changes, strict=True):
            before, after = (
                WORLD.readings(row.cosine, m, round(100 * ratio * scale), row.start).forgetting
                for m, scale in ((5, 1.0), changed)
            )
            assert change == pytest.approx(after - before, abs=1e-15)
        assert row.leads == leading_terms(WORLD, 5, row.cosine)[row.start, row.letter]


@pytest.mark.parametrize(("start", "exponent"), [("warm", -1.0), ("scratch", 0.0)])
def test_the_share_of_a_buffer_vanishes_from_a_warm_start_only(start, exponent):
    tasks = Tasks.chain(4, -0.4)
    assert share_slope(tasks, 20, 7, 10**6, 0.1, start) == pytest.approx(exponent, abs=1e-3)
    terms = [theory.forgetting_terms(tasks, 20, 7, p, 0.1, start) for p in (500, 1000)]
    narrow, wide = (abs(each["F2"] / each["F1"]) for each in terms)
    assert share_slope(tasks, 20, 7, 500, 0.1, start) == pytest.approx(np.log2(wide / narrow))


def test_slopes_have_the_sign_of_their_function_in_every_setting():
    found = memory_slopes(lambda p, m, d, v: p - 40 * (m + d + v), 10)
    expected = 20 * found["ratio"] < 40 * (found["memory"] + found["distance2"] + found["noise_var"])
    assert (found["falls"] == expected).all()
    np.testing.assert_allclose(found["bracket"], found["distance2"] + 3 * found["noise_var"] - 1)
    assert not found.duplicated(["ratio", "memory", "distance2", "noise_var"]).any()
    assert found["memory"].max() == 10
