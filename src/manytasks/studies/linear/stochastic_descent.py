"""Stochastic gradient descent, rates beyond the bound, and Adam: who arrives at the minimum-norm solution?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from manytasks.streams import stream
from manytasks.studies.linear.descent import PooledData, curvatures, descend, least_norm_fit

FAILS = 1e-9  # probability with which prescribed steps may fall short, by Markov's inequality


class Prescription(NamedTuple):
    """What the theorem on SGD says of one data set, at rate 1/R²."""

    radius2: float
    """R², the largest squared length of a sample."""
    shrink: float
    """Factor per step of the expected squared distance, at most."""
    steps: int
    """After so many the distance is below the tolerance but for a probability of 1e-9."""


def prescription(X: np.ndarray, tolerance: float) -> Prescription:
    """Count the steps of one-sample SGD that the theorem prescribes.

    Args:
        X: (1, p, N) features, p at least N.
        tolerance: wanted relative distance at the end, in (0, 1).

    Returns:
        Radius, factor and steps.

    Example:
        >>> prescription(np.diag([1.0, 2.0])[None], 0.1)
        Prescription(radius2=4.0, shrink=0.875, steps=190)
    """
    radius2 = float(np.square(X[0]).sum(axis=0).max())
    shrink = float(1 - curvatures(X)[1][0] / radius2)
    return Prescription(radius2, shrink, int(np.ceil(np.log(FAILS * tolerance**2) / np.log(shrink))))


def sgd_path(X: np.ndarray, y: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Take one-sample steps from zero at rate 1/R² and measure the distance to the limit of gradient descent.

    Args:
        X: (1, p, N) features.
        y: (1, N) labels.
        order: (steps,) samples, one a step.

    Returns:
        (steps + 1,) distances relative to the start.

    Example:
        >>> sgd_path(np.diag([1.0, 2.0])[None], np.array([[1.0, 2.0]]), np.array([1, 1])).round(3)
        array([1.   , 0.707, 0.707])
    """
    columns, labels, limit = X[0].T, y[0], least_norm_fit(X, y)[0]
    radius2 = np.square(columns).sum(axis=1).max()
    w, distances = np.zeros(X.shape[1]), [1.0]
    for i in order:
        w = w - columns[i] * (columns[i] @ w - labels[i]) / radius2
        distances.append(float(np.linalg.norm(w - limit) / np.linalg.norm(limit)))
    return np.array(distances)


def batches_arrive(data: PooledData, p: int, batch: int, share: float, size: int, tolerance: float) -> float:
    """Descend in minibatches for as long as the theorem prescribes, on several data sets at once.

    Args:
        data: the tasks.
        p: number of parameters, at least N.
        batch: samples a step.
        share: of the largest rate 2/R², in (0, 1).
        size: number of data sets.
        tolerance: wanted relative distance.

    Returns:
        Largest distance at the end, relative to the start at zero.
    """
    X, y = data.draw(p, size, "batches")
    columns, limits = X.swapaxes(1, 2), least_norm_fit(X, y)
    radius2 = np.square(columns).sum(axis=2).max()
    slowest = 4 * share * (1 - share) * curvatures(X)[1].min() / radius2
    steps = int(np.ceil(np.log(FAILS * tolerance**2) / np.log(1 - slowest)))
    rng = stream(data.seed, "batches", p, batch, str(share))
    picks = rng.integers(data.N, size=(steps, size, batch))
    each, w = np.arange(size)[:, None], np.zeros((size, p, 1))
    for pick in picks:
        rows = columns[each, pick]  # (data sets, batch, p)
        missed = rows @ w - y[each, pick, None]
        w -= 2 * share / radius2 / batch * (rows.swapaxes(1, 2) @ missed)
    return float(_away(w[..., 0], limits).max())


def try_rates(
    data: PooledData,
    batches: Sequence[tuple[int, int, float]],
    shares: Sequence[float],
    size: int,
    tolerance: float,
) -> pd.DataFrame:
    """Try rates below and beyond their bounds.

    Args:
        data: the tasks.
        batches: width, batch and share of 2/R² of each run of SGD, as ``batches_arrive`` takes them.
        shares: of 2/λ₁, for gradient descent over 1,000 steps at p = 4N; from 1 on it runs away.
        size: number of data sets.
        tolerance: wanted relative distance.

    Returns:
        One row a run: ``below_bound``, and ``distance`` at the end relative to the start: of all data sets
        the largest below the bound, the smallest beyond.
    """
    rows = [(True, batches_arrive(data, *setting, size, tolerance)) for setting in batches]
    X, y = data.draw(4 * data.N, size, "rates")
    top, limits = curvatures(X)[0][:, None, None], least_norm_fit(X, y)
    for share in shares:
        w = descend(X, y, np.zeros((size, X.shape[1], 1)), 1000, 2 * share / top)
        away = _away(w[..., 0], limits)
        rows.append((share < 1, float(away.max() if share < 1 else away.min())))
    return pd.DataFrame(rows, columns=["below_bound", "distance"])


class AdamEnd(NamedTuple):
    """Where Adam ends from zero."""

    misfit: float
    """Largest norm of the residuals, relative to the labels."""
    outside: float
    """Smallest part outside the span of the data, relative to the minimum-norm solution."""


def adam_leaves_span(X: np.ndarray, y: np.ndarray, steps: int = 2000) -> AdamEnd:
    """Take steps of Adam from zero (Kingma and Ba, rate 0.003): it rescales coordinates and leaves the span.

    Args:
        X: (size, p, N) features, p above N.
        y: (size, N) labels.
        steps: number of steps.

    Returns:
        How well it fits, and how far outside of the span it is.

    Example:
        >>> rng = stream(1)
        >>> end = adam_leaves_span(rng.standard_normal((2, 12, 3)), rng.standard_normal((2, 3)))
        >>> end.misfit < 1e-6, end.outside > 0.1
        (True, True)
    """
    size, p, N = X.shape
    labels = y[..., None]
    w, first, second = np.zeros((3, size, p, 1))
    for k in range(1, steps + 1):
        slope = X @ (X.swapaxes(1, 2) @ w - labels) / N
        first += 0.1 * (slope - first)
        second += 0.001 * (slope**2 - second)
        w -= 0.003 * (first / (1 - 0.9**k)) / (np.sqrt(second / (1 - 0.999**k)) + 1e-8)
    misfit = np.linalg.norm(X.swapaxes(1, 2) @ w - labels, axis=1) / np.linalg.norm(labels, axis=1)
    span = np.linalg.qr(X)[0]
    outside = np.linalg.norm(w - span @ (span.swapaxes(1, 2) @ w), axis=1)
    outside /= np.linalg.norm(least_norm_fit(X, y), axis=1)[:, None]
    return AdamEnd(float(misfit.max()), float(outside.min()))


def _away(w: np.ndarray, limits: np.ndarray) -> np.ndarray:
    return np.linalg.norm(w - limits, axis=1) / np.linalg.norm(limits, axis=1)
