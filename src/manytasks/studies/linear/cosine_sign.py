"""Does the sign of what tasks can gain follow their mean cosine? Random sets of tasks, exact transfers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from manytasks import theory
from manytasks.tasks import Tasks


def mean_cosine(tasks: Tasks) -> float:
    """Return the mean cosine over all pairs of tasks.

    Args:
        tasks: at least 2 tasks, none of them zero.

    Returns:
        A number in [-1, 1].

    Example:
        >>> round(mean_cosine(Tasks.from_vectors([[1.0, 0.0], [0.0, 5.0], [3.0, 0.0]])), 3)
        0.333
    """
    length = np.sqrt(tasks.norms2)
    pairs = np.triu_indices(tasks.T, 1)
    return float((tasks.gram / np.outer(length, length))[pairs].mean())


def sign_mismatch(vectors: Sequence[np.ndarray], samples: Sequence[np.ndarray]) -> float:
    """Return the share of task sets whose K1 and mean pairwise cosine differ in sign.

    K1 is Paper A's first term of the knowledge transfer, at p = 3N/2 parameters, above the threshold.

    Args:
        vectors: (T, r) optimal parameters of each set.
        samples: (T,) sample counts of each set, N their sum.

    Returns:
        Share in [0, 1].

    Raises:
        ValueError: if there are more sets than counts, or fewer.

    Example:
        >>> turned = [np.array([[1.0, 0.0], [-1.0, 0.1]]), np.array([[1.0, 0.0], [1.0, 1.0]])]
        >>> sign_mismatch(turned, [np.array([5, 9])] * 2)
        0.0
    """
    wrong = []
    for W, n in zip(vectors, samples, strict=True):
        tasks = Tasks.from_vectors(W)
        K1 = theory.transfer_terms(tasks, n, 3 * int(n.sum()) // 2, 0.0)["K1"]
        wrong.append(K1 * mean_cosine(tasks) < 0)
    return float(np.mean(wrong))


def sign_survey(rng: np.random.Generator, sets: int) -> pd.DataFrame:
    """Compare the signs on random sets that meet the conditions of the theorem on signs, and on others.

    Directions are uniform in three dimensions, norms log-normal, counts from 10 to 199 (or all 50).

    Args:
        rng: of everything that is drawn.
        sets: number of sets in each case, at least 1.

    Returns:
        One row a case: ``case`` in words, ``met``, whether the theorem promises the sign (two tasks, all
        cosines of one sign, or equal norms and counts), and ``wrong``, the share of ``sign_mismatch``.

    Example:
        >>> found = sign_survey(np.random.default_rng(1), sets=5)
        >>> found["met"].tolist(), float(found.loc[found["met"], "wrong"].max())
        ([True, True, True, False, False], 0.0)
    """
    lengths = [np.exp(rng.standard_normal((4, 1))) for _ in range(sets)]
    uneven = [rng.integers(10, 200, size=4) for _ in range(sets)]
    units = [_unit_vectors(rng, 4) for _ in range(sets)]
    even = [np.full(4, 50)] * sets
    scaled = [W * a for W, a in zip(units, lengths, strict=True)]
    cases = [
        ("two tasks", True, [W[:2] for W in scaled], [m[:2] for m in uneven]),
        ("one sign", True, [abs(W) for W in scaled], uneven),
        ("equal norms and counts", True, units, even),
        ("unequal norms", False, scaled, even),
        ("unequal counts", False, units, uneven),
    ]
    rows = [(case, met, sign_mismatch(vectors, samples)) for case, met, vectors, samples in cases]
    return pd.DataFrame(rows, columns=["case", "met", "wrong"])


def low_products(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Return K1 of tasks with low inner products: below zero, a little above, and of both signs.

    Args:
        rng: of the 40 pairs of log-normal norms, whose cosines run from -0.99 to -0.01.
        n: samples of each task; p is four times as large as all samples.

    Returns:
        One row a set of tasks: ``largest`` inner product of two of them, ``K1``. After the 40 come unit pairs
        with cosines 0.01, 0.1 and 0.3, a set of three that all oppose each other, and one of both signs.

    Example:
        >>> found = low_products(np.random.default_rng(1), n=5)
        >>> len(found), bool((found["K1"] < 0)[found["largest"] < 0].all())
        (45, True)
    """
    cosines = np.linspace(-0.99, -0.01, 40)
    norms = np.exp(rng.standard_normal((40, 2)))
    sets = [np.diag(pair) @ _pair(cosine) for pair, cosine in zip(norms, cosines, strict=True)]
    sets += [_pair(cosine) for cosine in (0.01, 0.1, 0.3)]
    sets.append(np.array([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.8]]))
    sets.append(np.array([[1.0, 0.0], [0.9, 0.1], [-0.1, 1.0]]))
    rows = []
    for W in sets:
        products = (W @ W.T)[np.triu_indices(len(W), 1)]
        K1 = theory.transfer_terms(Tasks.from_vectors(W), n, 4 * n * len(W), 0.0)["K1"]
        rows.append((products.max(), float(K1)))
    return pd.DataFrame(rows, columns=["largest", "K1"])


def _pair(cosine: float) -> np.ndarray:
    return np.array([[1.0, 0.0], [cosine, np.sqrt(1 - cosine**2)]])


def _unit_vectors(rng: np.random.Generator, T: int) -> np.ndarray:
    W = rng.standard_normal((T, 3))
    return W / np.linalg.norm(W, axis=1, keepdims=True)
