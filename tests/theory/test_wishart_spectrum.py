"""The mean spectrum of Gaussian samples: moments that are known exactly, at every shape."""

import sys

import numpy as np
import pytest
from scipy.special import erfcx

from manytasks import theory

SHAPES = [(1, 1), (1, 5), (1, 10**6), (2, 2), (2, 5), (3, 3), (3, 8), (5, 6), (10, 10), (20, 22), (49, 300)]
SHAPES += [
    (50, 50),
    (50, 53),
    (63, 63),
    (64, 64),
    (64, 67),
    (64, 1000),
    (63, 10**5),
    (64, 10**6),
    (128, 128),
    (128, 131),
    (127, 500),
    (128, 10**6),
]


def moments(r, q):
    """E Tr S^k for k = 0 to 3."""
    third = r**2 + q**2 + 3 * r * q + 3 * r + 3 * q + 4
    return np.array([r, r * q, r * q * (q + r + 1), r * q * third], dtype=float)


@pytest.mark.parametrize(("r", "q"), SHAPES)
def test_mass_and_moments_are_exact(r, q):
    x, weights = theory.wishart_spectrum(r, q)
    found = [(weights * x**k).sum() for k in range(4)]
    np.testing.assert_allclose(found, moments(r, q), rtol=3e-12)
    if q > r + 2:
        np.testing.assert_allclose((weights / x).sum(), r / (q - r - 1), rtol=3e-12)


def test_density_is_positive_and_a_batch_is_its_rows():
    r, q = np.array([[3, 1], [64, 2]]), np.array([[3, 9], [80, 2]])
    x, weights = theory.wishart_spectrum(r, q)
    assert x.shape[:2] == weights.shape[:2] == (2, 2)
    assert weights.min() > -1e-12
    for i in np.ndindex(r.shape):
        alone = theory.wishart_spectrum(r[i], q[i])
        for scale in (0.01, 0.3, 5.0):
            np.testing.assert_allclose(
                (np.exp(-x[i] / scale) * weights[i]).sum(),
                (np.exp(-alone.nodes / scale) * alone.weights).sum(),
                rtol=1e-9,
                atol=1e-12,
            )


@pytest.mark.parametrize("tau", [1e-3, 1.0, 1e3, 1e5])
def test_two_eigenvalues_by_their_joint_law(tau):
    """r = q = 2: with λ = u², μ = v² the law is |u² - v²| exp(-(u² + v²)/2), in polar coordinates a product.

    Half the squared radius has the density g exp(-g), so E exp(-τλ) is the mean of 1/(1 + 2τ cos²θ)².
    """
    x, weights = theory.wishart_spectrum(2, 2)
    nodes, each = np.polynomial.legendre.leggauss(2000)
    angle = (np.array([[1], [3]]) + nodes) * np.pi / 8  # two halves, for the density has a kink between
    density = np.abs(np.cos(2 * angle)) * each
    expected = 2 * (density / (1 + 2 * tau * np.cos(angle) ** 2) ** 2).sum() / density.sum()
    np.testing.assert_allclose((weights * np.exp(-tau * x)).sum(), expected, rtol=1e-9)


@pytest.mark.parametrize("tau", [1e-4, 1.0, 1e4, 1e6])
def test_one_eigenvalue_is_chi_squared(tau):
    for q in (1, 2, 7):
        x, weights = theory.wishart_spectrum(1, q)
        found = (weights * np.exp(-tau * x)).sum()
        np.testing.assert_allclose(found, (1 + 2 * tau) ** (-q / 2), rtol=1e-8, atol=1e-14)


def test_inverse_of_one_eigenvalue_and_a_ridge():
    """E 1/(x + λ) for chi-squared with one degree is a scaled error function."""
    x, weights = theory.wishart_spectrum(1, 1)
    ridge = np.array([1e-3, 0.1, 10.0])[:, None]
    expected = np.sqrt(np.pi / 2 / ridge[:, 0]) * erfcx(np.sqrt(ridge[:, 0] / 2))
    np.testing.assert_allclose((weights / (x + ridge)).sum(axis=1), expected, rtol=1e-10)


@pytest.mark.parametrize(("r", "q", "within"), [(20, 1000, 2e-6), (60, 240, 2e-4), (128, 10**6, 1e-10)])
def test_the_corrected_law_meets_the_exact_one(r, q, within, monkeypatch):
    exact = theory.wishart_spectrum(r, q)
    # The package's name for the module is the function's.
    monkeypatch.setattr(sys.modules["manytasks.theory.wishart_spectrum"], "LARGEST_EXACT", 0)
    limit = theory.wishart_spectrum(r, q)
    assert limit.nodes.shape != exact.nodes.shape
    for function in (lambda x: 1 / x, lambda x: np.exp(-x / q), lambda x: 1 / (x + q)):
        one, other = ((part.weights * function(part.nodes)).sum() for part in (exact, limit))
        np.testing.assert_allclose(other, one, rtol=within)


@pytest.mark.parametrize(("r", "q"), [(129, 129), (129, 150), (200, 300), (10**4, 10**4), (10**4, 10**9)])
def test_first_two_moments_of_the_corrected_law_are_exact(r, q):
    x, weights = theory.wishart_spectrum(r, q)
    found = [(weights * x**k).sum() for k in range(3)]
    np.testing.assert_allclose(found, moments(r, q)[:3], rtol=1e-9)


@pytest.mark.parametrize(("r", "q"), [(0, 3), (2, 1), (1.5, 3), (2, float("inf"))])
def test_what_is_no_shape_is_refused(r, q):
    with pytest.raises(ValueError, match=r"\b[rq] must be"):
        theory.wishart_spectrum(r, q)
