"""How much of its bound the difference of spread and label noise uses: exact spectra, drawn features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.simulate import DrawnMoments
from manytasks.statistics import Interval
from manytasks.streams import Seed
from manytasks.studies.linear.similar_noise import Drawn, mean_excess, share_of_bound

# Eigenvalues of the covariance of p features, by name.
SPECTRA: Mapping[str, Callable[[int], np.ndarray]] = {
    "flat": np.ones,
    "two levels": lambda p: np.repeat([1.6, 0.4], [p // 2, p - p // 2]),
    "steep": lambda p: 0.4 / (np.arange(1, p + 1) / p + 0.1),
}


def moments_by_size(
    sizes: Sequence[int], mu: float, trials: int, *, seed: Seed
) -> dict[tuple[str, int], DrawnMoments]:
    """Draw the moments of ridge fits with as many features as samples, for every spectrum.

    Args:
        sizes: numbers N = p, at least 2.
        mu: ridge as a share of N.
        trials: of the draws; a size N has 10/N times as many, and 100 at least.
        seed: of the run.

    Returns:
        By name of the spectrum and N.

    Example:
        >>> found = moments_by_size([4, 8], 0.1, 200, seed=1)
        >>> [(N, len(found[name, N].noise)) for name, N in found if name == "steep"]
        [(4, 500), (8, 250)]
    """
    found = {}
    for name, spectrum in SPECTRA.items():
        for N in map(int, sizes):
            draws = max(100, 10 * trials // N)
            stream_of = (seed, "sizes", name, N)
            found[name, N] = simulate.ridge_moments(spectrum(N), N, mu * N, trials=draws, seed=stream_of)
    return found


class Largest(NamedTuple):
    """The largest |v - a| over directions, by size."""

    drawn: Drawn
    """(sizes,) estimates and standard errors."""
    bound: np.ndarray
    """(sizes,) what it cannot exceed; the wider side."""


def largest_excess(found: Mapping[tuple[str, int], DrawnMoments], name: str, mu: float) -> Largest:
    """Find the direction in which spread and label noise differ most, size by size, beside the bound.

    Args:
        found: what ``moments_by_size`` returned.
        name: of the spectrum.
        mu: ridge as a share of N.

    Returns:
        In the order of the sizes.
    """
    sizes, errors, widest = [], [], []
    for N in (size for each, size in found if each == name):
        mean, error = mean_excess(found[name, N])
        k = np.abs(mean).argmax()
        limit = theory.spread_bound(SPECTRA[name](N), N, mu * N)
        sizes.append(abs(mean[k]))
        errors.append(error[k])
        widest.append(max(limit.high, -limit.low))
    return Largest(Drawn(np.array(sizes), np.array(errors)), np.array(widest))


def used_exactly(N: int, p: int, ridges: Sequence[float]) -> np.ndarray:
    """Say which share of the bound is used for Σ = I, ridge by ridge.

    Args:
        N: number of samples.
        p: number of features.
        ridges: as shares of N, above 0.

    Returns:
        (ridges,) shares, negative where the lower limit is the one that counts.

    Example:
        >>> used_exactly(1000, 1, [1.0]).round(2)
        array([0.99])
    """
    factors = theory.training_factors(N, p, ridge=N * np.asarray(ridges))
    excess = factors.spread - factors.noise
    used = [
        share_of_bound(gap, theory.spread_bound(np.ones(p), N, mu * N, float(noise)))
        for gap, noise, mu in zip(excess, factors.noise, ridges, strict=True)
    ]
    return np.sign(excess) * used


def used_by_draws(found: Mapping[tuple[str, int], DrawnMoments], mu: float, critical: float) -> Interval:
    """Say which share of the bound is used at most, over all spectra, sizes and directions.

    Args:
        found: what ``moments_by_size`` returned.
        mu: ridge as a share of N.
        critical: standard errors to each side.

    Returns:
        The largest share; its ends reach as far as the share that any direction may have.
    """
    middle, top = [], []
    for (name, N), moments in found.items():
        limit = theory.spread_bound(SPECTRA[name](N), N, mu * N)
        mean, error = mean_excess(moments)
        ends = [mean - critical * error, mean + critical * error]
        middle.append(share_of_bound(mean, limit).max())
        top.append(share_of_bound(ends, limit).max())
    return Interval.around(float(max(middle)), float(max(top) - max(middle)))
