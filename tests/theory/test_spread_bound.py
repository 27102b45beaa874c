"""Dissimilarity is label noise for any covariance: the identity, its bound, and how much the bound leaves."""

import numpy as np
import pytest
import sympy as sp
from messages import whole

from manytasks import theory
from manytasks.symbolic import differing
from manytasks.theory.spread_bound import spread_excess
from manytasks.theory.training_factors import from_traces

SIZES = [(N, p) for N in (2, 3, 10, 50, 128) for p in (1, 2, 10, 50, 128, 300)]


def exact_excess(N, p, ridge):
    """v - a and a for the identity, by the exact spectrum; no formula of ``spread_bound`` is in it."""
    factors = theory.training_factors(N, p, ridge=ridge)
    return float(factors.spread - factors.noise), float(factors.noise)


def test_for_the_identity_it_is_the_theorem_of_every_training_length():
    """Mean over directions: seen is Tr K²/p, and stretching all of them moves Tr φ(S) by 2 Tr Sφ'(S)."""
    N, p, a, sloped, squared = sp.symbols("N p a D Q", positive=True)
    excess = spread_excess(N, a, squared / p, (4 * sloped - 2 * a) / p)
    assert differing([a + excess], [from_traces(N, p, 0, squared, a, sloped).spread]) == 0
    assert differing([a + excess], [from_traces(N, p + 1, 0, squared, a, sloped).spread]) == 1


def test_the_stretch_is_the_derivative_of_the_noise_factor():
    """tr GᵀB²G along G + ε u rᵀ against 2 r'(H W B u - M W u), to second order in ε."""
    rng = np.random.default_rng(3)
    G, u = rng.standard_normal((4, 6)), np.array([0.6, 0.8, 0.0, 0.0])
    weights = np.diag([0.5, 1.0, 2.0, 7.0])  # λ Σ⁻¹

    def trace(G):
        W = G.T @ np.linalg.inv(G @ G.T + weights)
        return np.trace(W @ W.T)

    r, B = G.T @ u, np.linalg.inv(G @ G.T + weights)
    W = G.T @ B
    H, M = np.eye(6) - W @ G, W @ W.T
    slope = (trace(G + 1e-5 * np.outer(u, r)) - trace(G - 1e-5 * np.outer(u, r))) / 2e-5
    assert slope == pytest.approx(2 * r @ (H @ W @ B @ u - M @ W @ u), rel=1e-8)


@pytest.mark.parametrize(("N", "p"), SIZES)
def test_the_bound_holds_for_the_identity(N, p):
    """Exact on both sides: the mean spectrum against the bound, told the noise factor or not."""
    for share in np.geomspace(0.003, 30, 9):
        excess, noise = exact_excess(N, p, share * N)
        told = theory.spread_bound(np.ones(p), N, share * N, noise)
        blind = theory.spread_bound(np.ones(p), N, share * N)
        assert blind.low <= told.low + 1e-15
        assert told.low <= excess <= told.high
        assert told.high <= blind.high + 1e-15


def test_the_bound_is_sharp_above_and_within_three_below():
    """1,000 samples of one feature reach 99 % of it; the threshold with a small ridge 40 % of the other side.

    So a constant ten times smaller is refuted on both sides, one half as large on the upper side.
    """
    excess, noise = exact_excess(1000, 1, 950.0)
    assert 0.99 * theory.spread_bound([1.0], 1000, 950.0, noise).high < excess
    excess, noise = exact_excess(128, 128, 128 * 0.05)
    assert 0.4 * theory.spread_bound(np.ones(128), 128, 128 * 0.05, noise).low > excess


def test_the_bound_falls_like_one_over_the_samples():
    """N and p grow together; with p fixed the lower limit falls faster."""
    bounds = [theory.spread_bound(np.r_[2.0, np.ones(N // 2)], N, 3.0 * N) for N in (10**4, 2 * 10**4)]
    assert [bounds[0].low / bounds[1].low, bounds[0].high / bounds[1].high] == pytest.approx([2, 2], rel=1e-3)


def test_units_of_the_features_do_not_matter():
    few, scaled = theory.spread_bound([2.0, 1.0], 9, 4.0), theory.spread_bound([6.0, 3.0], 9, 12.0)
    assert few == pytest.approx(scaled, rel=1e-14)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"N": 1}, "N must be a whole number of at least 2; got 1"),
        ({"ridge": 0}, "ridge must be finite and above 0; got 0"),
        ({"noise_factor": -1}, "noise_factor must be finite and at least 0; got -1"),
        ({"eigenvalues": [-1]}, "eigenvalues of a covariance are finite and at least 0; got -1.0..-1.0"),
    ],
)
def test_impossible_input_is_refused(wrong, message):
    with pytest.raises(ValueError, match=whole(message)):
        theory.spread_bound(**({"eigenvalues": [1.0], "N": 5, "ridge": 1.0} | wrong))
