"""The numbers c1 and c2 and the law of a leverage: identities, draws, and the theorem that they carry."""

import numpy as np
import pytest
from scipy.stats import beta, kstest

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.least_squares_lemmas import drawn_pulls, pull_numbers


@pytest.mark.parametrize(("N", "p"), [(9, 2), (16, 3), (60, 20)])
def test_all_pulls_add_up_to_the_identity(N, p):
    same, other = pull_numbers(N, p)
    assert N * same + N * (N - 1) * other == pytest.approx(1)


def test_the_numbers_carry_the_error_of_the_package():
    """Two tasks without noise: the mean error is (c1 - c2) Σ nⱼ dᵢⱼ + c2 ‖Σ nⱼ (wⱼ - wᵢ)‖²."""
    same, other = pull_numbers(12, 4)
    tasks, d = Tasks.from_vectors([[1.0, 0.0], [0.0, 2.0]]), 5.0
    expected = [(same - other) * n * d + other * n**2 * d for n in (7, 5)]
    np.testing.assert_allclose(theory.multitask_error(tasks, [5, 7], 4, 0.0), expected)


def test_draws_have_these_means_and_this_law():
    """At error rate 1e-6 each; exchanged numbers, and the Beta law of another p, are seen."""
    pulls = drawn_pulls(16, 3, 20_000, seed=1)
    limit = critical_z(2, 1e-6, draws=20_000)
    assert np.abs(z_scores(pulls.products, pull_numbers(16, 3), skewed=True)).max() < limit
    assert np.abs(z_scores(pulls.products, pull_numbers(16, 3)[::-1], skewed=True)).min() > limit
    assert kstest(pulls.leverage, beta(1.5, 6.5).cdf).pvalue > 1e-6
    assert kstest(pulls.leverage, beta(2.0, 6.0).cdf).pvalue < 1e-6


def test_leverages_of_as_many_features_as_samples_are_one():
    np.testing.assert_allclose(drawn_pulls(4, 4, 5, seed=1).leverage, 1)
