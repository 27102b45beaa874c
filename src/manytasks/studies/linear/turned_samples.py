"""The bracket of two linear tasks turned at one width: what moves forgetting alone is a cause of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks.statistics import Interval, log_slope, mean_interval
from manytasks.streams import Seed, stream


class TurnedPairs(NamedTuple):
    """What was measured on pairs of tasks, one number a pair."""

    relative_bracket: np.ndarray
    """(pairs,) curvature along the gradient of task 2, over its square and p/n."""
    paid: np.ndarray
    """(pairs,) training loss that task 1 regains, over the loss of task 2 before it is learned."""


class Turned(NamedTuple):
    """How forgetting follows the relative bracket that is turned."""

    slope: Interval
    """Of log forgetting in log relative bracket: 1 would be proportion."""
    relative_bracket: np.ndarray
    """(turns,) medians over batches."""
    paid: np.ndarray
    """(turns,) medians over batches."""


def turn(X1: np.ndarray, X2: np.ndarray, inside: float) -> np.ndarray:
    """Turn the samples of task 2 towards those of task 1, or away from them; lengths stay.

    Args:
        X1: (pairs, p, n) samples of task 1, p more than n.
        X2: (pairs, p, n) samples of task 2.
        inside: share of each squared length that shall lie in the span of task 1, in [0, 1].

    Returns:
        (pairs, p, n) samples of task 2.

    Example:
        >>> turn(np.eye(2)[None, :, :1], np.array([[[3.0], [4.0]]]), 1.0).ravel()
        array([5., 0.])
    """
    Q = np.linalg.qr(X1)[0]
    along = Q @ (Q.swapaxes(1, 2) @ X2)
    parts = [along, X2 - along]
    parts = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in parts]
    length = np.linalg.norm(X2, axis=1, keepdims=True)
    return length * (np.sqrt(inside) * parts[0] + np.sqrt(1 - inside) * parts[1])


def turned_pairs(
    samples: int, p: int, inside: float, cosine: float, noise_var: float, *, pairs: int, seed: Seed
) -> TurnedPairs:
    r"""Draw pairs of tasks whose bracket is turned, learn one after the other, and measure both.

    Args:
        samples: n, of each task.
        p: number of parameters, at least 2n.
        inside: share of each squared length of task 2's samples in the span of task 1's.
        cosine: of the optimal parameters, which have length 1.
        noise_var: label-noise variance, at least 0.
        pairs: number of pairs.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Relative bracket :math:`R = g_2^\top H_1 g_2 / (\|g_2\|^2\,p/n)` and price of every pair.

    Example:
        >>> flat, sharp = (turned_pairs(5, 60, s, 0.5, 0.0, pairs=4, seed=1) for s in (0.1, 0.9))
        >>> bool(flat.paid.max() < sharp.paid.min())
        True
    """
    rng = stream(seed)
    X1, X2 = rng.standard_normal((2, pairs, p, samples))
    X2 = turn(X1, X2, inside)
    z1, z2 = np.sqrt(noise_var) * rng.standard_normal((2, pairs, samples))
    first = (X1[:, 0] + z1)[..., None]
    second = (cosine * X2[:, 0] + np.sqrt(1 - cosine**2) * X2[:, 1] + z2)[..., None]
    X1t, X2t = X1.swapaxes(1, 2), X2.swapaxes(1, 2)
    w = X1 @ np.linalg.solve(X1t @ X1, first)
    missed = X2t @ w - second
    g2 = X2 @ missed / samples
    curvature = np.square(X1t @ g2).sum(axis=(1, 2)) / samples
    w = w - X2 @ np.linalg.solve(X2t @ X2, missed)
    lost = np.square(X1t @ w - first).sum(axis=(1, 2))
    before = np.square(missed).sum(axis=(1, 2))
    relative = curvature / np.square(g2).sum(axis=(1, 2)) / (p / samples)
    return TurnedPairs(relative, lost / before)


def turned(
    samples: int,
    p: int,
    turns: Sequence[float],
    cosine: float,
    noise_var: float,
    *,
    batches: int,
    per_batch: int,
    level: float,
    seed: Seed,
) -> Turned:
    """Ask whether forgetting follows the relative bracket when nothing else is changed.

    Args:
        samples: n, of each task.
        p: number of parameters, at least 2n.
        turns: shares of the squared length of task 2's samples in the span of task 1's, at least 2.
        cosine: of the optimal parameters.
        noise_var: label-noise variance, at least 0.
        batches: independent units, at least 2; each has a slope.
        per_batch: pairs whose means make a batch.
        level: probability with which the interval covers.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        The slope of logarithms with its interval over batches, and medians for each turn.

    Example:
        >>> turned(5, 60, [0.2, 0.8], 0.0, 0.0, batches=3, per_batch=2, level=0.9, seed=1).slope.words(".1f")
        '1.1 (0.7 to 1.4)'
    """
    draws = np.stack(
        [
            turned_pairs(samples, p, s, cosine, noise_var, pairs=batches * per_batch, seed=(seed, str(s)))
            for s in turns
        ]
    )  # (turns, 2, pairs)
    means = draws.reshape(len(turns), 2, batches, per_batch).mean(axis=-1)
    R, paid = np.moveaxis(means, 1, 0)
    slope = mean_interval(log_slope(R.mean(axis=1), paid), level)
    return Turned(slope, np.median(R, axis=1), np.median(paid, axis=1))
