"""Correlated features, Gaussian or not: one task, two formulas, with and without the covariance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from manytasks import theory
from manytasks.simulate.direct import excess_risk, fit
from manytasks.simulate.features import labels, relu_moments
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks


class Correlated(NamedTuple):
    """A law of features of mean 0 whose covariance is known."""

    covariance: np.ndarray
    """(p, p), with trace p."""
    draw: Callable[[np.random.Generator, int, int], np.ndarray]
    """Takes a generator, a number of data sets and N, and returns (trials, p, N) features."""


def gaussian_features(covariance: np.ndarray) -> Correlated:
    """Return Gaussian features of a covariance.

    Args:
        covariance: (p, p).

    Returns:
        The law.

    Example:
        >>> gaussian_features(np.eye(3)).draw(stream(1), 4, 2).shape
        (4, 3, 2)
    """
    root = matrix_root(covariance)
    return Correlated(covariance, lambda rng, trials, N: root @ rng.standard_normal((trials, len(root), N)))


def relu_features(first: np.ndarray) -> Correlated:
    """Return centred random ReLU features of standard normal inputs, scaled to a mean variance of 1.

    Args:
        first: (p, inputs) weights of the first layer.

    Returns:
        The law; its covariance is known in closed form.

    Example:
        >>> float(np.trace(relu_features(np.eye(3)).covariance).round(6))
        3.0
    """
    mean, covariance = relu_moments(first)
    scale = np.sqrt(len(first) / np.trace(covariance))

    def draw(rng: np.random.Generator, trials: int, N: int) -> np.ndarray:
        Z = rng.standard_normal((trials, first.shape[1], N))
        return scale * (np.maximum(first @ Z, 0) - mean[:, None])

    return Correlated(scale**2 * covariance, draw)


def matrix_root(covariance: np.ndarray) -> np.ndarray:
    """Return the symmetric square root.

    Args:
        covariance: (p, p), symmetric, no eigenvalue below 0.

    Returns:
        (p, p) array.

    Example:
        >>> matrix_root(np.diag([4.0, 9.0])).round(6).tolist()
        [[2.0, 0.0], [0.0, 3.0]]
    """
    s, V = np.linalg.eigh(covariance)
    return (V * np.sqrt(s)) @ V.T


def correlated_errors(
    laws: Mapping[str, Correlated], samples: Sequence[int], noise_var: float, *, trials: int, seed: Seed
) -> pd.DataFrame:
    """Measure the excess test risk of one task, beside both formulas.

    Args:
        laws: by name.
        samples: numbers N.
        noise_var: label-noise variance.
        trials: data sets.
        seed: of targets (a random direction for each law, with a signal of variance 1), data and noise.

    Returns:
        A row per draw: ``features``, ``samples``, ``draw``, ``error``, ``isotropic`` (the exact formula for
        i.i.d. features with the same signal), ``told`` (the equivalent that knows the covariance).
    """
    rows = []
    for name, law in laws.items():
        p, root = len(law.covariance), matrix_root(law.covariance)
        s, V = np.linalg.eigh(law.covariance)
        w = stream(seed, "target", name).standard_normal(p)
        w = (w / np.linalg.norm(root @ w))[None]
        for N in map(int, samples):
            rng = stream(seed, "correlated", name, N)
            X = law.draw(rng, trials, N)
            y = labels(rng, X, w, np.array([N]), noise_var)
            cell = {
                "features": name,
                "samples": N,
                "isotropic": theory.single_task_error(Tasks([[1.0]]), N, p, noise_var)[0],
                "told": theory.ridge_error(s, w @ V, N, noise_var)[0],
            }
            risks = excess_risk(fit(X, y) @ root, w @ root)[:, 0]
            rows += [cell | {"draw": r, "error": risk} for r, risk in enumerate(risks)]
    return pd.DataFrame(rows)


def relative_errors(cells: pd.DataFrame, formula: str) -> pd.DataFrame:
    """Divide drawn errors by a formula.

    Args:
        cells: of ``correlated_errors``.
        formula: "isotropic" or "told".

    Returns:
        One row a draw, one column a pair of features and N.

    Example:
        >>> cell = {"features": "toy", "samples": 4, "draw": 0, "error": 3.0, "told": 2.0}
        >>> relative_errors(pd.DataFrame([cell]), "told").iloc[0].to_dict()
        {('toy', 4): 1.5}
    """
    ratios = cells.assign(ratio=cells["error"] / cells[formula])
    columns = pd.MultiIndex.from_frame(cells[["features", "samples"]].drop_duplicates())
    return ratios.pivot(index="draw", columns=["features", "samples"], values="ratio")[columns]


def four_laws(p: int, inputs: int, *, seed: Seed) -> dict[str, Correlated]:
    """Return the laws of one chapter: three correlations of Gaussian features, and random ReLU features.

    Args:
        p: number of features.
        inputs: of the ReLU features.
        seed: of their weights.

    Returns:
        By name, in the order of the figure.

    Example:
        >>> laws = four_laws(3, 2, seed=1)
        >>> laws["AR(1), 0.5"].covariance[0].tolist(), laws["equal 0.3"].covariance[0].tolist()
        ([1.0, 0.5, 0.25], [1.0, 0.3, 0.3])
    """
    lag = np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    covariances = {
        "AR(1), 0.5": 0.5**lag,
        "AR(1), 0.9": 0.9**lag,
        "equal 0.3": 0.3 + 0.7 * np.eye(p),
    }
    laws = {name: gaussian_features(covariance) for name, covariance in covariances.items()}
    first = stream(seed, "first layer").standard_normal((p, inputs))
    return laws | {"random ReLU": relu_features(first)}
