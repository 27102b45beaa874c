"""Draws of ridge fits beside what is said of their means: errors, an identity, equivalents, other laws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from manytasks import simulate, theory
from manytasks.simulate.features import excess_kurtosis
from manytasks.streams import Seed, stream
from manytasks.studies.linear.similar_noise import Drawn, drawn_gaps, exact_gaps
from manytasks.studies.linear.spread_bounds import SPECTRA
from manytasks.theory.ridge_moments import RidgeMoments, pooled_risk

SYMMETRIC = ("gaussian", "rademacher", "student-12")  # laws for which moments give the error


def errors_and_moments(
    counts: Sequence[Sequence[int]], mu: float, noise_var: float, trials: int, *, seed: Seed
) -> tuple[np.ndarray, np.ndarray]:
    """Draw errors of pooled ridge fits, and beside them, on other data, what their moments say.

    Args:
        counts: samples of two tasks, one pair a setting.
        mu: ridge as a share of all samples.
        noise_var: label-noise variance.
        trials: data sets of each kind.
        seed: of the run.

    Returns:
        (trials, errors) of drawn labels and of drawn moments: law after law, setting after setting, both
        tasks; 8 features of falling variance.

    Example:
        >>> [each.shape for each in errors_and_moments([(3, 2)], 0.1, 0.25, 50, seed=1)]
        [(50, 6), (50, 6)]
    """
    spectrum, errors, predicted = 2.0 / np.arange(1, 9), [], []
    tasks = stream(seed, "tasks").standard_normal((2, 8)) / np.sqrt(8)
    for law in SYMMETRIC:
        for n in map(np.array, counts):
            N = int(n.sum())
            labelled, unlabelled = (seed, "labelled", law), (seed, "moments", law)
            errors.append(
                simulate.ridge_error(
                    spectrum, tasks, n, noise_var, mu * N, law=law, trials=trials, seed=labelled
                )
            )
            moments = simulate.ridge_moments(spectrum, N, mu * N, law=law, trials=trials, seed=unlabelled)
            predicted.append(pooled_risk(RidgeMoments(*moments[:4]), spectrum, tasks, n, noise_var))
    return np.hstack(errors), np.hstack(predicted)


def identity_gaps(mu: float, trials: int, *, seed: Seed) -> np.ndarray:
    """Draw spread less noise factor directly and by the identity, which have one mean for Gaussian features.

    Args:
        mu: ridge as a share of N.
        trials: data sets.
        seed: of the run.

    Returns:
        (trials, directions) differences: every spectrum, 5 samples of 8 features and 10 of 6.
    """
    gaps = []
    for name, spectrum in SPECTRA.items():
        for N, p in ((5, 8), (10, 6)):
            options: dict[str, Any] = {"trials": trials, "seed": (seed, "identity", name, N)}
            moments = simulate.ridge_moments(spectrum(p), N, mu * N, **options)
            gaps.append(moments.spread - moments.noise[:, None] - moments.excess)
    return np.hstack(gaps)


def exact_sizes(samples: Sequence[int], cells: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return by which shares equivalents miss the exact moments of features with Σ = I.

    Args:
        samples: numbers N.
        cells: p/N and ridge as a share of N.

    Returns:
        (samples, cells × 3) sizes of the gaps of ``exact_gaps``.

    Example:
        >>> exact_sizes([30, 60], [(0.5, 0.1)]).shape
        (2, 3)
    """
    return np.abs(
        [np.concatenate([exact_gaps(N, round(ratio * N), mu) for ratio, mu in cells]) for N in samples]
    )


def two_level_gaps(
    ratios: Sequence[float], features: Sequence[int], trials: int, *, seed: Seed
) -> dict[tuple[float, int], Drawn]:
    """Draw by which shares equivalents miss the moments in the strong half of two levels of variance.

    Args:
        ratios: p/N.
        features: numbers p, even.
        trials: of the draws; N samples have 40/N times as many, and 400 at least.
        seed: of the run.

    Returns:
        By ratio and p, (3,) gaps of ``MOMENTS`` times N, and their standard errors; ridge N/10.
    """
    gaps = {}
    for ratio in ratios:
        for p in features:
            N, spectrum = round(p / ratio), SPECTRA["two levels"](p)
            options: dict[str, Any] = {
                "trials": max(400, 40 * trials // N),
                "seed": (seed, "two levels", N, p),
            }
            moments = simulate.ridge_moments(spectrum, N, 0.1 * N, **options)
            gap, error = drawn_gaps(moments, theory.ridge_moments(spectrum, N, 0.1 * N), slice(0, p // 2))
            gaps[ratio, p] = Drawn(N * gap, N * error)
    return gaps


def worth_by_law(laws: Sequence[str], trials: int, *, seed: Seed) -> pd.DataFrame:
    """Draw what a unit of spread is worth in label noise for independent entries of several laws.

    Args:
        laws: of the entries.
        trials: data sets.
        seed: of the run.

    Returns:
        By law: the ``excess`` kurtosis, v/a as ``drawn``, and for ``gaussian`` features; 8 samples of 3
        features, ridge 8.
    """
    factors, rows = theory.training_factors(8, 3, ridge=8.0), {}
    for law in laws:
        moments = simulate.ridge_moments(np.ones(3), 8, 8, law=law, trials=trials, seed=(seed, "law", law))
        worth = moments.spread.mean() / moments.noise.mean()
        rows[law] = (excess_kurtosis(law), worth, float(factors.spread / factors.noise))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["excess", "drawn", "gaussian"])
