"""Ridge fits to Gaussian features of any covariance, drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks.simulate.direct import draw_data, fit
from manytasks.simulate.features import law_name
from manytasks.simulate.problem import drawn_counts
from manytasks.simulate.runner import draw_in_chunks, whole_trials
from manytasks.streams import Seed
from manytasks.theory.domain import noise_variance
from manytasks.theory.effective_ridge import check_ridge, check_spectrum
from manytasks.theory.ridge import check_coefficients


def ridge_error(
    eigenvalues: ArrayLike,
    coefficients: ArrayLike,
    samples: Any,
    noise_var: float,
    ridge: float = 0.0,
    *,
    law: str = "gaussian",
    trials: int,
    seed: Seed,
) -> np.ndarray:
    r"""Draw the excess risk on every task of one ridge fit to the pooled data of all.

    Mirrors ``theory.ridge_error``. In the eigenbasis the features are :math:`\sqrt{s_k}` times independent
    standardized ones. Ridge is the minimum-norm fit of as many more equations
    :math:`\sqrt\lambda\,w = 0`, but solving N or p of them is enough.

    Args:
        eigenvalues: (p,) eigenvalues of the covariance, at least 0.
        coefficients: (T, p) optimal parameters of the tasks, in the eigenbasis.
        samples: number of samples of each task, one whole number or T of them.
        noise_var: label-noise variance σ², at least 0.
        ridge: λ, at least 0, added to the sum of the samples and not to their mean.
        law: of the standardized features, as ``simulate.features.standardized`` names it.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names; the same data for every ridge.

    Returns:
        Array of shape ``(trials, T)``; its mean over trials tends to ``theory.ridge_error``.

    Raises:
        ValueError: if an argument is outside its range or shapes do not match.

    Example:
        >>> from manytasks import simulate, theory
        >>> problem = (1 / np.arange(1, 201), np.ones((2, 200)), 40, 0.1, 1.0)
        >>> draws = simulate.ridge_error(*problem, trials=200, seed=1)
        >>> draws.mean(axis=0).round(1), theory.ridge_error(*problem).round(1)
        (array([1.8, 1.8]), array([1.8, 1.8]))
    """
    s = check_spectrum(eigenvalues)
    w, ridge = check_coefficients(coefficients, s), check_ridge(ridge)
    n, sigma2 = drawn_counts(len(w), samples), noise_variance(noise_var, symbols=False)
    law = law_name(law)
    s, w = s[s > 0], w[:, s > 0]  # an absent feature is never seen and never missed
    p, root = len(s), np.sqrt(s)
    if p == 0:
        return np.zeros((whole_trials(trials), len(w)))

    def errors(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        X, y = (part[:wanted] for part in draw_data(rng, size, w * root, n, width, sigma2, law))
        fitted = ridge_fit(root[:, None] * X, y, ridge)
        return np.square((fitted[:, None] - w) * root).sum(axis=-1)

    return draw_in_chunks(errors, [p], lambda width: width * int(n.sum() + 1), trials, seed)[:, 0]


def ridge_fit(X: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return the ridge solution, or the minimum-norm or least-squares one if the ridge is 0.

    Args:
        X: (trials, p, N) features, one column a sample.
        y: (trials, N) labels.
        ridge: λ, at least 0.

    Returns:
        (trials, p) parameters.
    """
    p, N = X.shape[1:]
    if ridge == 0:
        return fit(X, y.copy())  # which solves in place
    Xt = X.swapaxes(1, 2)
    if N < p:
        return (X @ np.linalg.solve(Xt @ X + ridge * np.eye(N), y[..., None]))[..., 0]
    return np.linalg.solve(X @ Xt + ridge * np.eye(p), X @ y[..., None])[..., 0]
