"""Gaussian features of several spectra: one ridge fit, drawn and predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from manytasks import simulate, theory
from manytasks.streams import Seed, stream


def predicted_spectra(
    spectra: Mapping[str, np.ndarray],
    vectors: np.ndarray,
    samples: ArrayLike,
    ridges: Sequence[float],
    noise_var: float,
) -> pd.DataFrame:
    """Predict the excess risk of one ridge fit for several spectra.

    Args:
        spectra: (p,) eigenvalues by name; the mean is made 1.
        vectors: (T, p) optimal parameters in the eigenbasis.
        samples: numbers N of samples of all tasks, T times a whole number.
        ridges: penalties, at least 0.
        noise_var: label-noise variance.

    Returns:
        One row for each N, one column a pair of spectrum and ridge; mean over tasks.

    Example:
        >>> predicted_spectra({"flat": np.ones(4)}, np.ones((2, 4)), [2, 8], [1.0], 0.5)["flat", 1.0].round(2)
        2    2.39
        8    0.44
        Name: (flat, 1.0), dtype: float64
    """
    tasks, counts = len(vectors), np.asarray(samples)
    return pd.DataFrame(
        {
            (name, ridge): [
                theory.ridge_error(s / s.mean(), vectors, int(N) // tasks, noise_var, ridge).mean()
                for N in counts
            ]
            for name, s in spectra.items()
            for ridge in ridges
        },
        index=counts,
    )


def drawn_spectra(
    spectra: Mapping[str, np.ndarray],
    vectors: np.ndarray,
    samples: Sequence[int],
    ridges: Sequence[float],
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
) -> pd.DataFrame:
    """Simulate one ridge fit to Gaussian features of several spectra, beside the prediction.

    Args:
        spectra: (p,) eigenvalues by name; the mean is made 1.
        vectors: (T, p) optimal parameters in the eigenbasis.
        samples: numbers N of samples of all tasks, T times a whole number.
        ridges: penalties, at least 0; the same data for each.
        noise_var: label-noise variance.
        trials: data sets.
        seed: of the run.

    Returns:
        A row per draw: ``spectrum``, ``ridge``, ``samples``, ``draw``, ``error`` (excess risk, mean over
        tasks) and ``predicted``.
    """
    rows = []
    for name, s in spectra.items():
        for ridge in ridges:
            for N in map(int, samples):
                problem = (s / s.mean(), vectors, N // len(vectors), noise_var, ridge)
                drawn = simulate.ridge_error(*problem, trials=trials, seed=(seed, "spectrum", name, N))
                cell = {"spectrum": name, "ridge": ridge, "samples": N}
                cell["predicted"] = theory.ridge_error(*problem).mean()
                rows += [cell | {"draw": r, "error": error} for r, error in enumerate(drawn.mean(axis=1))]
    return pd.DataFrame(rows)


def two_tasks_and_spectra(p: int, *, seed: Seed) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the tasks and spectra of one chapter.

    Args:
        p: number of features.
        seed: of the tasks.

    Returns:
        (2, p) parameters of length about 1 and cosine about 0.7, and three (p,) spectra by name.

    Example:
        >>> vectors, spectra = two_tasks_and_spectra(4, seed=1)
        >>> vectors.shape, spectra["$s_k = 1/k^2$"].round(2).tolist()
        ((2, 4), [1.0, 0.25, 0.11, 0.06])
    """
    vectors = stream(seed, "tasks").standard_normal((2, p)) / np.sqrt(p)
    vectors[1] = 0.7 * vectors[0] + 0.7 * vectors[1]
    k = np.arange(1.0, p + 1)
    return vectors, {"flat": np.ones(p), "$s_k = 1/k$": 1 / k, "$s_k = 1/k^2$": 1 / k**2}
