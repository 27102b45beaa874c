"""Squared cosines between random subspaces: moments that are known exactly, one cosine, the Wishart limit."""

import numpy as np
import pytest
from scipy import stats

from manytasks import theory

SHAPES = [(1, 1, 2), (1, 3, 9), (5, 3, 20), (4, 4, 8), (5, 4, 9), (10, 10, 21), (20, 10, 100), (50, 50, 103)]
SHAPES += [(64, 100, 300), (128, 128, 256), (128, 128, 1000), (127, 300, 10**6), (2, 500, 502)]


def moments(n, k, p):
    """E tr C^j for j = 0, 1, 2: the projection on n random directions, seen by k fixed ones."""
    across = n * (p - n) / ((p - 1) * p * (p + 2))
    along = n / p - (p + 1) * across
    return [min(n, k), n * k / p, (along + across) * k + across * k**2]


@pytest.mark.parametrize(("n", "k", "p"), SHAPES)
def test_mass_and_moments_are_exact(n, k, p):
    x, weights = theory.jacobi_spectrum(n, k, p)
    found = [weights.sum(), (weights * x).sum(), (weights * x**2).sum()]
    np.testing.assert_allclose(found, moments(n, k, p), rtol=1e-10)
    if p > n + k + 1:
        np.testing.assert_allclose((weights * x / (1 - x)).sum(), n * k / (p - n - k - 1), rtol=1e-10)


def test_one_cosine_is_beta():
    x, weights = theory.jacobi_spectrum(1, 4, 11)
    for power in (0.5, 3.7):
        expected = stats.beta(4 / 2, 7 / 2).expect(lambda c, power=power: c**power)
        assert (weights * x**power).sum() == pytest.approx(expected, rel=1e-7)


def test_in_a_large_space_it_is_the_wishart_spectrum():
    """p C tends to a Gram matrix of k × n normal numbers; the difference is of order 1/p."""
    x, weights = theory.jacobi_spectrum(6, 9, 10**6)
    gram = theory.wishart_spectrum(6, 9)
    for scale in (1.0, 10.0):
        ours, limit = (
            (w * np.exp(-s / scale)).sum() for s, w in ((1e6 * x, weights), (gram.nodes, gram.weights))
        )
        assert ours == pytest.approx(limit, rel=1e-4)


def test_arrays_and_symmetry():
    x, weights = theory.jacobi_spectrum([3, 8], [[8], [3]], 40)
    assert x.shape == weights.shape == (2, 2, x.shape[-1])
    one, other = ((weights[i] * np.sqrt(x[i])).sum() for i in ((0, 0), (1, 1)))
    assert one == pytest.approx(other, rel=1e-12)
    assert weights.min() > -1e-10


@pytest.mark.parametrize("wrong", [(0, 3, 9), (2, 1.5, 9), (4, 6, 9), (200, 200, 1000), (2, 3, 10**10)])
def test_what_is_no_pair_of_spans_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\b[nkp]\b.* must be"):
        theory.jacobi_spectrum(*wrong)
