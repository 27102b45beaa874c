"""Hill's rule on draws whose exponent is known, and what a reduced data set costs."""

import numpy as np
import pytest

from manytasks import Tasks
from manytasks.statistics import critical_z
from manytasks.streams import stream
from manytasks.studies.linear.drawn_numbers import numbers_drawn
from manytasks.studies.linear.tails import exponent_scores, tail_exponent, tails

ALPHA = np.array([0.5, 1.0, 1.5])


def pareto(trials, seed=1):
    """Return draws with P(L > x) = x^-α, a column for each exponent."""
    return (1 - stream(seed, "pareto").random((trials, len(ALPHA)))) ** (-1 / ALPHA)


def test_hill_finds_the_exponent_of_a_power_law_and_scores_no_other():
    """At error rate 1e-6."""
    found = tails(pareto(40_000), share=0.05)
    limit = critical_z(len(ALPHA), 1e-6)
    assert found.largest == 2000
    assert exponent_scores(found, ALPHA).max() < limit
    assert exponent_scores(found, 1.2 * ALPHA).min() > limit
    assert exponent_scores(found, ALPHA / 1.2).min() > limit


def test_scores_of_true_exponents_are_standard_normal():
    """At error rate 1e-6: their mean square, with 3 draws a tail."""
    draws = 1 / (1 - stream(1, "short tails").random((30, 60_000)))
    squares = np.square(exponent_scores(tails(draws, share=0.1), np.ones(60_000)))
    assert abs(squares.mean() - 1) < critical_z(1, 1e-6) * np.sqrt(2 / squares.size)
    found = tails(draws, share=0.1)  # the median of a chi^2 with 6 degrees is below its mean
    np.testing.assert_allclose(exponent_scores(found, found.exponents), 1 / (3 * np.sqrt(3)))


def test_the_tail_is_the_largest_draws_in_any_unit():
    draws = pareto(1000)
    found = tails(draws, share=0.01)
    np.testing.assert_allclose(tails(7 * draws, share=0.01).exponents, found.exponents)
    np.testing.assert_array_equal(found.draws[0], draws.max(axis=0))
    body = np.where(draws < np.quantile(draws, 0.5, axis=0), 1e-9, draws)
    np.testing.assert_array_equal(tails(body, share=0.01).exponents, found.exponents)


@pytest.mark.parametrize("share", [0.0, 0.009, 1.0])
def test_a_tail_needs_draws_and_a_draw_beside_it(share):
    with pytest.raises(ValueError, match=f"share must leave 1 to 99 of 100 draws; got {share}"):
        tails(pareto(100), share)


def test_one_task_and_one_sample_have_the_tail_that_the_exercise_derives():
    """At error rate 1e-6: L = (|h|^2 + z^2) / (g^2 + |h|^2) has the exponent p/2 of p - N = p - 1."""
    rng, p = stream(1, "one sample"), 3
    g, z = rng.standard_normal((2, 400_000))
    h = rng.chisquare(p - 1, 400_000)
    found = tails(((h + z**2) / (g**2 + h))[:, None], share=0.0005)
    alpha = tail_exponent(p - 1)
    assert exponent_scores(found, alpha)[0] < critical_z(1, 1e-6)
    assert exponent_scores(found, alpha + 0.5)[0] > 3


def test_the_exponent_is_the_same_on_both_sides():
    np.testing.assert_array_equal(tail_exponent([-3, -1, 0, 1, 3]), [2, 1, 0.5, 1, 2])


def test_numbers_of_a_data_set_are_counted_by_hand():
    """Two tasks in two dimensions, above: two factors of 3, 3 of noise and its rest, a factor of 6."""
    assert numbers_drawn(Tasks.chain(2, 0.5), 20, 100, 0.1, seed=1) == 2 * 3 + 3 + 1 + 6


def test_only_the_side_of_the_threshold_matters_and_the_span():
    three = Tasks.chain(3, 0.5)
    above = {
        numbers_drawn(three, n, 3 * n + more, 0.1, seed)
        for n in (10, 10_000)
        for more, seed in ((9, 1), (10**5, 2))
    }
    below = {numbers_drawn(three, n, 3 * n - less, 0.1, 1) for n in (10, 10_000) for less in (9, 15)}
    assert len(above) == len(below) == 1
    assert above == {33}
    assert below == {63}
    alike = Tasks.equiangular(3, 1.0)  # one dimension
    assert numbers_drawn(alike, 10, 100, 0.1, 1) == 3 * 1 + 2 + 1 + 3
