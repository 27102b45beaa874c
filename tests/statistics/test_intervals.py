"""Intervals against tables and SciPy, their coverage, and what is refused."""

import numpy as np
import pytest
from messages import whole
from scipy import stats

from manytasks.statistics import (
    bootstrap_interval,
    difference_interval,
    geometric_interval,
    mean_interval,
    median_interval,
    share_interval,
)
from manytasks.streams import stream

DRAWS = stream(1, "draws").standard_normal((6, 2, 3)) + 2


def test_ends_are_those_of_the_tables():
    """Student's t at 95 %: 12.706 for two draws, 4.303 for three, 2.262 for ten."""
    for n, quantile in ((2, 12.7062), (3, 4.30265), (10, 2.26216)):
        draws = np.arange(n, dtype=float)
        interval = mean_interval(draws)
        half = quantile * draws.std(ddof=1) / np.sqrt(n)
        ends = draws.mean() + half * np.array([-1, 1])
        np.testing.assert_allclose([interval.low, interval.high], ends, rtol=1e-5)


def test_one_sample_t_test_gives_the_same():
    expected = stats.ttest_1samp(DRAWS, 0.0).confidence_interval(0.99)
    interval = mean_interval(DRAWS, 0.99)
    np.testing.assert_allclose([interval.low, interval.high], [expected.low, expected.high])


def test_welchs_test_gives_the_same():
    """Samples of other sizes and spreads; Student's pooled variance would give other ends."""
    other = 3 * DRAWS[:4] - 1
    expected = stats.ttest_ind(DRAWS, other, equal_var=False).confidence_interval(0.99)
    interval = difference_interval(DRAWS, other, 0.99)
    np.testing.assert_allclose([interval.low, interval.high], [expected.low, expected.high])
    np.testing.assert_allclose(interval.value, DRAWS.mean(axis=0) - other.mean(axis=0))
    turned = difference_interval(other, DRAWS, 0.99)
    np.testing.assert_allclose(turned.low, -interval.high)
    pooled = stats.ttest_ind(DRAWS, other).confidence_interval(0.99)
    assert np.all(np.abs(interval.high - pooled.high) > 0.01)


def test_samples_without_spread_differ_by_what_they_differ():
    interval = difference_interval([2.0, 2.0], [0.5, 0.5, 0.5])
    assert (interval.low, interval.value, interval.high) == (1.5, 1.5, 1.5)


def test_samples_of_two_shapes_are_refused():
    with pytest.raises(
        ValueError, match=whole("draws of first and second must have one shape; got (2, 3) and ()")
    ):
        difference_interval(DRAWS, [1.0, 2.0])


def test_shift_and_scale():
    first, second = mean_interval(DRAWS), mean_interval(3 * DRAWS + 5)
    for end in ("value", "low", "high"):
        np.testing.assert_allclose(getattr(second, end), 3 * getattr(first, end) + 5)
    drawn, four = (bootstrap_interval(k * DRAWS[:, 0, 0], np.mean, seed=1) for k in (1, 4))
    assert four == drawn.map(lambda end: 4 * end)
    powers = geometric_interval(np.exp(DRAWS))
    np.testing.assert_allclose(
        np.log([powers.low, powers.high]), [mean_interval(DRAWS).low, mean_interval(DRAWS).high]
    )
    np.testing.assert_allclose(geometric_interval(7 * np.exp(DRAWS)).low, 7 * powers.low)


def covered(half_width, n):
    """Share of 20,000 samples of n normal draws whose interval holds the true mean."""
    draws = stream(1, "coverage", n).standard_normal((n, 20_000))
    return np.mean(np.abs(draws.mean(axis=0)) < half_width(draws))


@pytest.mark.statistical
@pytest.mark.parametrize("n", [3, 5, 20])
def test_coverage(n):
    """Binomial with 20,000 trials: 4.4 standard errors, error rate 1e-5 each."""
    allowed = 4.4 * np.sqrt(0.95 * 0.05 / 20_000)

    def student(draws):
        interval = mean_interval(draws)
        return (interval.high - interval.low) / 2

    assert abs(covered(student, n) - 0.95) < allowed
    normal = covered(lambda draws: 1.96 * draws.std(axis=0, ddof=1) / np.sqrt(n), n)
    assert normal < 0.95 - allowed  # the test would see the normal quantile in the place of Student's


def test_exact_shares_against_the_beta_quantiles():
    for k, n in ((0, 5), (3, 10), (20, 20), (1, 1)):
        interval = share_interval(k, n, 0.99)
        low = stats.beta.ppf(0.005, k, n - k + 1) if k else 0.0
        high = stats.beta.isf(0.005, k + 1, n - k) if k < n else 1.0
        np.testing.assert_allclose(
            [interval.value, interval.low, interval.high], [k / n, low, high], rtol=1e-9
        )


@pytest.mark.parametrize(("n", "level"), [(7, 0.95), (12, 0.9), (40, 0.999), (241, 1 - 1e-5)])
def test_a_median_lies_between_order_statistics_with_the_stated_probability(n, level):
    """Exact: the number of draws below the median is binomial. One step narrower would be too narrow."""
    draws = np.arange(1.0, n + 1)
    found = median_interval(draws, level)
    assert found.value == np.median(draws)
    assert found.low + found.high == n + 1
    outside = 2 * stats.binom.cdf(found.low - 1, n, 0.5)
    assert outside <= 1 - level < outside + 2 * stats.binom.pmf(found.low, n, 0.5)


def test_one_draw_that_runs_away_moves_no_median():
    calm, wild = np.linspace(-1, 1, 240), np.append(np.linspace(-1, 1, 240)[:-1], 1e9)
    assert median_interval(calm) == median_interval(wild)
    assert mean_interval(wild).high > 1e6
    grown = median_interval(np.exp(calm))
    assert (grown.low, grown.high) == pytest.approx(
        tuple(np.exp([median_interval(calm).low, median_interval(calm).high]))
    )


def test_few_draws_say_nothing_of_a_median_and_nan_is_no_number():
    found = median_interval([1.0, 2.0, 3.0], 0.95)
    assert (found.value, found.low, found.high) == (2, -np.inf, np.inf)
    assert np.isnan(median_interval([1.0, np.nan, 3.0]).low)


def test_a_bootstrap_of_units_keeps_rows_together():
    """Both columns are equal, so the difference of their means has no spread."""
    units = np.repeat(stream(2, "units").standard_normal((12, 1)), 2, axis=1)
    gap = bootstrap_interval(units, lambda rows: np.diff(rows.mean(axis=0))[0], seed=1)
    assert (gap.value, gap.low, gap.high) == (0, 0, 0)


@pytest.mark.parametrize("method", ["BCa", "percentile"])
def test_many_draws_at_once_are_the_same_draws(method):
    """The mean over units of the larger column, row by row and in one array of all draws."""
    units = stream(4, "units").standard_normal((9, 2))
    options = {"seed": 1, "resamples": 300, "method": method}
    one = bootstrap_interval(units, lambda rows: rows.max(axis=1).mean(), **options)
    many = bootstrap_interval(units, lambda rows: rows.max(axis=-1).mean(axis=-1), batched=True, **options)
    assert one.words(".12f") == many.words(".12f")
    assert one.low < one.value < one.high


def test_a_percentile_bootstrap_is_what_one_writes_by_hand():
    units = stream(5, "units").standard_normal(7)
    drawn = units[stream(1, "bootstrap").integers(0, 7, (500, 7))].mean(axis=1)
    found = bootstrap_interval(units, np.mean, seed=1, resamples=500, method="percentile")
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.025, 0.975]))


def test_a_bootstrap_is_seeded_and_widens_with_its_level():
    draws = stream(3, "units").standard_normal(30)
    first, again = (bootstrap_interval(draws, np.mean, seed=(1, "a")) for _ in range(2))
    assert first == again != bootstrap_interval(draws, np.mean, seed=2)
    wide = bootstrap_interval(draws, np.mean, seed=(1, "a"), level=0.99)
    assert wide.low < first.low < first.value < first.high < wide.high
    student = mean_interval(draws)
    assert first.low == pytest.approx(student.low, abs=0.1 * (student.high - student.low))


def test_words():
    assert mean_interval([1.0, 3.0]).map(lambda x: -x).words("+.1f") == "−2.0 (+10.7 to −14.7)"
    assert mean_interval(DRAWS)[0, 1].value == DRAWS.mean(axis=0)[0, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_interval([1.0]), "draws must have at least 2 rows, one a draw; got shape (1,)"),
        (lambda: median_interval(np.ones((3, 2))), "draws must be one row of numbers; got shape (3, 2)"),
        (lambda: mean_interval(1.0), "draws must have at least 2 rows, one a draw; got shape ()"),
        (lambda: mean_interval([1, 2], 1.0), "level must be a probability between 0 and 1; got 1.0"),
        (lambda: geometric_interval([1, 0]), "a geometric mean needs positive draws; the smallest is 0"),
        (lambda: share_interval(3, 2), "successes must be at most 2; got 3"),
        (lambda: share_interval(0, 0), "count must be a whole number of at least 1; got 0"),
        (lambda: bootstrap_interval([1], np.mean, seed=1),
         "units must have at least 2 rows, one a unit; got shape (1,)"),
        (lambda: bootstrap_interval([1, 2], np.mean, seed=1, level=0),
         "level must be a probability between 0 and 1; got 0"),
    ],
)  # fmt: skip
def test_refused(call, message):
    with pytest.raises(ValueError, match=whole(message)):
        call()
