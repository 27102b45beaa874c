"""What task 1 loses while task 2 is learned, from the first moment to the end: linear tasks, drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from manytasks.streams import Seed, stream


def regained_in_time(
    samples: int, p: int, noise_var: float, times: ArrayLike, *, pairs: int, seed: Seed
) -> np.ndarray:
    r"""Draw the training loss of task 1 while an orthogonal task 2 is learned by gradient flow.

    With :math:`X_2^\top X_2 = V\Lambda V^\top` and the residual r of task 1's interpolator on task 2, the
    flow moves the parameters by :math:`-X_2 V\Lambda^{-1}(1 - e^{-t\Lambda/n}) V^\top r`.

    Args:
        samples: n, of each task.
        p: number of parameters, at least 2n.
        noise_var: label-noise variance, at least 0.
        times: (k,) training times of task 2, in units of n/p.
        pairs: number of independent pairs of tasks.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        (pairs, k) losses, whose mean estimates ``theory.training_forgetting`` of two orthogonal tasks.

    Example:
        >>> losses = regained_in_time(5, 50, 0.0, [0.1, 1.0, 10.0], pairs=2, seed=1)
        >>> bool((np.diff(losses[:, :2]) > 0).all())
        True
    """
    rng, times = stream(seed), np.asarray(times)
    losses = []
    for _ in range(pairs):
        X1, X2 = rng.standard_normal((2, p, samples))
        z1, z2 = np.sqrt(noise_var) * rng.standard_normal((2, samples))
        w = np.linalg.lstsq(X1.T, X1[0] + z1, rcond=None)[0]
        residual = X2.T @ w - X2[1] - z2
        values, V = np.linalg.eigh(X2.T @ X2)
        decay = -np.expm1(-np.outer(times * samples / p, values / samples)) / values
        moved = (X1.T @ X2 @ V) @ (decay * (V.T @ residual)).T
        losses.append(np.square(moved).sum(axis=0) / (2 * samples))
    return np.array(losses)
