"""z-tests, two-sample tests and their error rates, shared by all Monte-Carlo tests.

Every test here splits its error rate ``alpha`` evenly over all comparisons it makes (Bonferroni), so
``alpha`` bounds the chance that a correct program fails any of them with a new seed.
"""

import numpy as np
from scipy import stats

ALPHA = 1e-3


def z_scores(draws, expected):
    """Standardized distance of the mean over the first axis from what was expected."""
    standard_error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert np.all(standard_error > 0), "a constant needs no statistical test"
    return (draws.mean(axis=0) - expected) / standard_error


def z_scores_between(first, second):
    """Standardized difference of two means."""
    variance = first.var(axis=0, ddof=1) / len(first) + second.var(axis=0, ddof=1) / len(second)
    return (first.mean(axis=0) - second.mean(axis=0)) / np.sqrt(variance)


def critical_z(comparisons, alpha=ALPHA):
    """Two-sided normal quantile for ``comparisons`` tests with ``alpha`` errors in total."""
    return stats.norm.isf(alpha / comparisons / 2)


def assert_means(cells, alpha=ALPHA):
    """The mean of every cell's draws is what is expected: pairs (draws, expected)."""
    scores = [z_scores(draws, expected) for draws, expected in cells]
    worst = max(np.abs(z).max() for z in scores)
    assert worst < critical_z(sum(z.size for z in scores), alpha), f"largest |z| = {worst:.2f}"


def assert_wrong_by_three_percent_fails(cells, alpha=ALPHA):
    """On the same draws, a formula 3 % too high or too low is rejected in *every* cell."""
    comparisons = sum(np.size(expected) for _, expected in cells)
    for draws, expected in cells:
        for factor in (0.97, 1.03):
            largest = np.abs(z_scores(draws, factor * np.asarray(expected))).max()
            assert largest > critical_z(comparisons, alpha), f"|z| is only {largest:.2f}: too few trials"


def largest_distribution_z(first, second, levels=(0.05, 0.25, 0.5, 0.75, 0.95, 0.99)):
    """Largest |z| of the shares of both samples below the pooled quantiles, column by column."""
    pooled = np.quantile(np.concatenate([first, second]), levels, axis=0)
    below = np.stack([(sample[:, None] <= pooled).mean(axis=0) for sample in (first, second)])
    share = below.mean(axis=0)
    error = np.sqrt(share * (1 - share) * (1 / len(first) + 1 / len(second)))
    return np.abs((below[0] - below[1]) / error).max()


def smallest_ks_p(first, second):
    """Smallest two-sample Kolmogorov-Smirnov p-value over the columns."""
    return min(stats.ks_2samp(a, b, method="asymp").pvalue for a, b in zip(first.T, second.T, strict=True))


def largest_variance_z(first, second):
    """Largest |z| of the difference of variances, from sample fourth moments, column by column."""
    squares = [np.square(sample - sample.mean(axis=0)) for sample in (first, second)]
    return np.abs(z_scores_between(*squares)).max()
