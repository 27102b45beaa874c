"""One path through the tasks: data with their buffers, fitted one task after another."""

from __future__ import annotations

import numpy as np

from manytasks.simulate.direct import excess_risk, fit
from manytasks.simulate.reduced import wishart_factors
from manytasks.theory.replay import Rehearsal, Start


def data_in_span(
    rng: np.random.Generator, trials: int, a: np.ndarray, n: np.ndarray, p: int, noise_var: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw features and labels in coordinates of their own span, exactly in distribution.

    Every fit lies in the span of the features, and every error depends only on inner products with the
    tasks. So the p - r coordinates outside the span of the tasks may be rotated: the triangular factor of
    their Wishart Gram matrix has N rows, whatever p is.

    Args:
        rng: random generator.
        trials: number of independent data sets.
        a: (T, r) optimal parameters in a basis of their span.
        n: (T,) sample counts, N in total.
        p: number of parameters, at least r.
        noise_var: label-noise variance.

    Returns:
        Features (trials, r + min(p - r, N), N), one column a sample; labels (trials, N).
    """
    (T, r), N = a.shape, int(n.sum())
    inside = rng.standard_normal((trials, r, N))
    outside = wishart_factors(rng, trials, N, p - r).swapaxes(1, 2)
    task = np.repeat(np.arange(T), n.astype(int))
    y = np.take_along_axis(a @ inside, task[None, None], axis=1)[:, 0]
    y += np.sqrt(noise_var) * rng.standard_normal(y.shape)
    return np.concatenate([inside, outside], axis=1), y


def path_errors(
    X: np.ndarray,
    y: np.ndarray,
    a: np.ndarray,
    n: np.ndarray,
    m: np.ndarray,
    start: Start,
    rehearsal: Rehearsal = "concurrent",
    rounds: int = 1,
) -> np.ndarray:
    """Fit task after task on its samples and the buffer, and measure every error after each.

    Args:
        X: (trials, p, N) features, tasks one after another.
        y: (trials, N) labels.
        a: (T, r) optimal parameters; their other p - r coordinates are zero.
        n: (T,) sample counts.
        m: (T,) how many of its first samples each task leaves in the buffer.
        start: "warm" takes the smallest step to a fit, "scratch" the smallest fit.
        rehearsal: "concurrent" fits samples and buffer together, "sequential" the buffer after the samples.
        rounds: how often sequential rehearsal fits both in turns.

    Returns:
        (trials, T, T) array: [after task t, on task i].
    """
    T = len(a)
    first = np.cumsum(n).astype(int) - n.astype(int)
    w = np.zeros(X.shape[:2])
    errors = np.empty((len(X), T, T))
    buffer = np.arange(0)
    for t in range(T):
        new = first[t] + np.arange(int(n[t]))
        if start == "scratch":
            w = np.zeros_like(w)
        if rehearsal == "concurrent":
            w = nearest_fit(w, X, y, np.concatenate([buffer, new]))
        else:
            for _ in range(rounds):
                w = nearest_fit(nearest_fit(w, X, y, new), X, y, buffer)
        errors[:, t] = excess_risk(w, a)
        buffer = np.concatenate([buffer, first[t] + np.arange(int(m[t]))])
    return errors


def nearest_fit(w: np.ndarray, X: np.ndarray, y: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Move parameters as little as possible to a fit of some samples.

    Args:
        w: (trials, p) parameters.
        X: (trials, p, N) features.
        y: (trials, N) labels.
        seen: indices of the samples that are fitted.

    Returns:
        (trials, p) parameters; below the threshold the fit is unique, and no start matters.
    """
    X, y = X[..., seen], y[:, seen]
    if X.shape[1] < len(seen):
        return fit(X, y)
    return w + fit(X, y - (w[:, None] @ X)[:, 0])
