"""How much a unit of task spread weighs as label noise below the threshold, for features of several laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from manytasks.simulate.direct import excess_risk, fit
from manytasks.streams import stream

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]

# Entries with mean 0 and variance 1, and their excess kurtosis.
LAWS: Mapping[str, tuple[float, Draw]] = {
    "random signs": (-2.0, lambda rng, size: rng.choice([-1.0, 1.0], size)),
    "normal": (0.0, lambda rng, size: rng.standard_normal(size)),
    "Student t, 10 d.f.": (1.0, lambda rng, size: rng.standard_t(10, size) / np.sqrt(1.25)),
    "Laplace": (3.0, lambda rng, size: rng.laplace(size=size) / np.sqrt(2)),
}


def spread_weights(law: str, N: int, widths: Sequence[int], trials: int, seed: int) -> np.ndarray:
    """Draw the weight ω of two tasks with spread 1 and clean labels.

    Tasks 1 and -1 along the first feature have their mean at zero. What their pooled least squares errs
    beyond the spread is the variance p ω/(N - p - 1).

    Args:
        law: of the features, a name in ``LAWS``.
        N: samples of both tasks together, even.
        widths: numbers of parameters, at most N - 2.
        trials: data sets per width.
        seed: of the draws; law and width name the stream.

    Returns:
        (trials, widths) weights.

    Example:
        >>> spread_weights("random signs", 20, [1, 2], trials=3, seed=1)[:, 0].round(12).tolist()
        [0.0, 0.0, 0.0]
    """
    sign = np.repeat([1.0, -1.0], N // 2)
    weights = np.empty((trials, len(widths)))
    for column, p in enumerate(map(int, widths)):
        X = LAWS[law][1](stream(seed, law, p), (trials, p, N))
        w = fit(X, X[:, 0] * sign)
        error = excess_risk(w, np.array([[1.0], [-1.0]])).mean(axis=1)
        weights[:, column] = (error - 1) * (N - p - 1) / p
    return weights


def large_sample_weight(law: str, p: np.ndarray) -> np.ndarray:
    """Return the weight for N far above p, 1 + (1 + γ)/p with the excess kurtosis γ; ours.

    Args:
        law: of the features, a name in ``LAWS``.
        p: numbers of parameters.

    Returns:
        Array with the shape of p.

    Example:
        >>> large_sample_weight("Laplace", np.array([1.0, 4.0]))
        array([5., 2.])
    """
    return 1 + (1 + LAWS[law][0]) / np.asarray(p)
