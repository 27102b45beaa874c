"""Ridge fits in which tasks weigh differently, drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks.simulate.direct import draw_data
from manytasks.simulate.problem import drawn_counts
from manytasks.simulate.ridge import ridge_fit
from manytasks.simulate.runner import draw_in_chunks
from manytasks.streams import Seed
from manytasks.theory.domain import noise_variances
from manytasks.theory.effective_ridge import check_ridge, check_spectrum
from manytasks.theory.ridge import check_coefficients
from manytasks.theory.weighted_ridge import task_weights


def weighted_ridge_error(
    eigenvalues: ArrayLike,
    coefficients: ArrayLike,
    samples: Any,
    noise_var: ArrayLike,
    weights: ArrayLike,
    ridge: float,
    *,
    trials: int,
    seed: Seed,
) -> np.ndarray:
    """Draw the excess risk on every task of one ridge fit in which tasks weigh differently.

    Mirrors ``theory.weighted_ridge_error``. A sample that weighs ω is one whose features and label are
    multiplied by √ω.

    Args:
        eigenvalues: (p,) eigenvalues of the covariance, at least 0.
        coefficients: (T, p) optimal parameters of the tasks, in the eigenbasis.
        samples: number of samples of each task, one whole number or T of them.
        noise_var: label-noise variance, one number or one per task, at least 0.
        weights: (T,) weights, at least 0.
        ridge: λ, at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names; the same data for all weights and ridges.

    Returns:
        Array of shape ``(trials, T)``; its mean over trials tends to ``theory.weighted_ridge_error``.

    Raises:
        ValueError: if an argument is outside its range or shapes do not match.

    Example:
        >>> from manytasks import simulate, theory
        >>> w = np.stack([np.ones(100), np.zeros(100)])
        >>> problem = (1 / np.arange(1, 101), w, 50, 0.1, [4.0, 1.0], 1.0)
        >>> draws = simulate.weighted_ridge_error(*problem, trials=400, seed=1)
        >>> draws.mean(axis=0).round(1), theory.weighted_ridge_error(*problem).round(1)
        (array([2.4, 2.5]), array([2.3, 2.6]))
    """
    s = check_spectrum(eigenvalues)
    w, ridge = check_coefficients(coefficients, s), check_ridge(ridge)
    n, noise = drawn_counts(len(w), samples), noise_variances(noise_var, len(w))
    root = np.sqrt(s)
    each = n.astype(int)
    weight = np.sqrt(task_weights(weights, len(w)))

    def errors(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        X, y = (part[:wanted] for part in draw_data(rng, size, w * root, n, width, np.repeat(noise, each)))
        scale = np.repeat(weight, each)
        fitted = ridge_fit(root[:, None] * X * scale, y * scale, ridge)
        return np.square((fitted[:, None] - w) * root).sum(axis=-1)

    return draw_in_chunks(errors, [len(s)], lambda width: width * int(n.sum() + 1), trials, seed)[:, 0]
