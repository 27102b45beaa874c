"""Who gains among pairs of tasks, and which measure of their similarity could tell? Exact transfers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, mannwhitneyu

from manytasks import theory
from manytasks.streams import Seed, stream
from manytasks.studies.linear.frontier import frontier
from manytasks.tasks import Tasks


def pair_transfer(n: int, p: int, noise_var: float, a: Any, b: Any, cosine: Any) -> Any:
    """Return the mean transfer of two tasks; it is linear in their Gram matrix, so norms of 1 suffice.

    Args:
        n: samples of each of the two.
        p: number of parameters.
        noise_var: label-noise variance σ².
        a: norm of the first task, or an array.
        b: norm of the second.
        cosine: of the angle between them.

    Returns:
        K, with the shape to which the last three broadcast.

    Example:
        >>> float(pair_transfer(50, 200, 0.1, 1.0, 1.0, 0.9).round(4))
        0.1073
    """
    unit = theory.transfer_terms(Tasks.equiangular(2, 1.0), n, p, noise_var)
    return unit["K1"] * a * b * cosine + unit["K3"] + unit["K2"] * (a**2 + b**2) / 2


def parallel(ratio: float) -> Tasks:
    """Return two tasks in one direction with norms 1/√ratio and √ratio, so that K1 never changes.

    Args:
        ratio: of the second norm to the first, positive.

    Returns:
        The two tasks.

    Example:
        >>> parallel(4.0).gram
        array([[0.25, 1.  ],
               [1.  , 4.  ]])
    """
    return Tasks.from_vectors([[ratio**-0.5], [ratio**0.5]])


def similar_otherwise(
    shares: Sequence[float], norms: tuple[tuple[float, float], tuple[float, float]], n: int, p: int
) -> list[float]:
    """Multiply the transfers of two pairs of tasks that have one relative distance and other norms.

    Args:
        shares: 2⟨w₁, w₂⟩ over the sum of the squared norms, in [-1, 1]: one minus the relative distance.
        norms: of the two tasks, pair by pair; such that the cosine stays in [-1, 1].
        n: samples of each task.
        p: number of parameters, above the threshold; clean labels.

    Returns:
        One product for each share; negative where one pair gains and the other loses.

    Example:
        >>> min(similar_otherwise([0.2, 0.8], ((0.1, 0.1), (1.0, 1.5)), n=50, p=1000)) > 0
        True
    """
    products = []
    for share in shares:
        K = []
        for a, b in norms:
            inner = share * (a**2 + b**2) / 2
            K.append(theory.knowledge_transfer(Tasks([[a**2, inner], [inner, b**2]]), n, p, 0.0).mean())
        products.append(float(np.prod(K)))
    return products


def misread_gains(
    n: int, settings: Sequence[tuple[int, float]], spreads: Sequence[float], seed: Seed
) -> pd.DataFrame:
    """Return how often the cosine alone tells wrongly which pairs of tasks gain.

    Of 400 pairs a half lies 0.02 beside the frontier of tasks of norm 1, a half anywhere. Norms are
    log-normal.

    Args:
        n: samples of each task.
        settings: pairs of p and noise variance, above the threshold.
        spreads: standard deviations of the logarithms of the norms, at least 0.
        seed: of the draws.

    Returns:
        One row for each spread and setting: ``norm_spread`` and ``wrong``, a share of pairs.

    Example:
        >>> misread_gains(20, [(160, 0.0)], [0.0, 1.0], seed=1)["wrong"].round(1).tolist()
        [0.0, 0.3]
    """
    rng = stream(seed)
    rows = []
    for spread in spreads:
        for p, noise_var in settings:
            at = float(frontier(2, n, p, noise_var))
            near = np.clip(at + np.repeat([-0.02, 0.02], 100), -1, 1)
            cosine = np.concatenate([near, rng.uniform(-1, 1, 200)])
            a, b = np.exp(spread * rng.standard_normal((2, len(cosine))))
            gains = pair_transfer(n, p, noise_var, a, b, cosine) > 0
            rows.append((spread, float(np.mean(gains != (cosine > at)))))
    return pd.DataFrame(rows, columns=["norm_spread", "wrong"])


def similarities(a: np.ndarray, b: np.ndarray, cosine: np.ndarray) -> dict[str, np.ndarray]:
    r"""Return five measures of how similar two tasks are, larger where they are more so.

    Args:
        a: norms of the first tasks.
        b: norms of the second.
        cosine: of the angles between them.

    Returns:
        By name. "relative distance" is one minus the squared distance over the sum of the squared norms;
        "margin" is :math:`\frac12(a^2 + b^2) - d`, how much closer the other is than zero; "distance" is
        minus the squared distance d.

    Example:
        >>> two = similarities(np.array([1.0]), np.array([2.0]), np.array([0.5]))
        >>> {name: float(value[0]) for name, value in two.items()}
        {'relative distance': 0.4, 'margin': -0.5, 'cosine': 0.5, 'distance': -3.0, 'inner product': 1.0}
    """
    inner, squares = a * b * cosine, a**2 + b**2
    return {
        "relative distance": 2 * inner / squares,
        "margin": 2 * inner - squares / 2,
        "cosine": cosine,
        "distance": -(squares - 2 * inner),
        "inner product": inner,
    }


def predictive_power(
    n: int, p: int, spreads: Sequence[float], blocks: int, per_block: int, seed: Seed
) -> pd.DataFrame:
    """Return how well each measure of similarity predicts who gains, and who gains more; clean labels.

    Args:
        n: samples of each task.
        p: number of parameters.
        spreads: standard deviations of the logarithms of the norms; the same pairs serve all of them.
        blocks: independent blocks of pairs, so that there is a spread.
        per_block: pairs in a block; cosines are uniform.
        seed: of the draws.

    Returns:
        One row for each spread, measure and block: ``norm_spread``, ``measure``, ``block``, ``area`` under
        the ROC curve of gaining (1 for a perfect measure, ½ for a useless one), and ``tau``, Kendall's rank
        correlation with the transfer.

    Example:
        >>> found = predictive_power(50, 1000, [0.0], blocks=2, per_block=40, seed=1)
        >>> bool((found[["area", "tau"]] > 1 - 1e-9).all(axis=None))
        True
    """
    rng = stream(seed)
    cosine = rng.uniform(-1, 1, (blocks, per_block))
    scatter = rng.standard_normal((2, blocks, per_block))
    rows = []
    for spread in spreads:
        a, b = np.exp(spread * scatter)
        transfer = pair_transfer(n, p, 0.0, a, b, cosine)
        for measure, values in similarities(a, b, cosine).items():
            # Rounded: in theory equal, in floats a last digit apart, and then ties would be broken by it.
            for block, (value, K) in enumerate(zip(values.round(12), transfer, strict=True)):
                gains, loses = value[K > 0], value[K <= 0]
                area = mannwhitneyu(gains, loses).statistic / (len(gains) * len(loses))
                rows.append((spread, measure, block, area, kendalltau(value, K).statistic))
    return pd.DataFrame(rows, columns=["norm_spread", "measure", "block", "area", "tau"])
