"""What the audit is compared with: cross-validation of every group of tasks, or of every merger."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from manytasks.audit.heldout import FOLDS, RIDGES, Fits, split
from manytasks.audit.partitions import all_groups, best_partitions, ordered
from manytasks.audit.samples import Samples
from manytasks.streams import Seed

MOST = 10  # tasks whose 1,023 groups are all fitted, five times each
MOST_MERGED = 100  # tasks; their 4,950 pairs are, and as many groups on the way


def cross_validated(samples: Samples, seed: Seed) -> np.ndarray:
    """Return the partition of least cross-validated error, every group fitted at its own best ridge.

    Up to ``MOST`` tasks every group is fitted. Beyond, groups are merged two by two as long as that lowers
    the error, whichever merger lowers it most.

    Args:
        samples: of at most ``MOST_MERGED`` tasks with at least 6 rows each.
        seed: of the folds; the same folds as those of ``held_out``.

    Returns:
        (T,) group numbers, by first appearance.

    Raises:
        ValueError: if there are more tasks.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> task, X = np.repeat([0, 1, 2], 60), rng.standard_normal((180, 10))
        >>> y = np.where(task == 2, X[:, 0], X[:, 1]) + 0.5 * rng.standard_normal(180)
        >>> cross_validated(from_arrays(X, y, task), seed=1)
        array([0, 0, 1])
    """
    T = len(samples.y)
    if T > MOST_MERGED:
        raise ValueError(f"cross-validation of every merger is for up to {MOST_MERGED} tasks; got {T:,}")
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    if T > MOST:
        return _merged(samples, folds)
    groups = [np.flatnonzero(row) for row in all_groups(T)]
    errors = np.zeros((len(groups), len(RIDGES)))
    for fold in range(FOLDS):
        fits = Fits(
            samples.rows([rows != fold for rows in folds]), samples.rows([rows == fold for rows in folds])
        )
        for g, members in enumerate(groups):
            errors[g] += sum(error.mean(axis=0) for error in fits.errors(members))
    partitions, values = best_partitions(errors.min(axis=1))
    return ordered(partitions[int(values.argmin())])


def _merged(samples: Samples, folds: list[np.ndarray]) -> np.ndarray:
    """Merge groups as long as their cross-validated error falls.

    Returns:
        (T,) group numbers, by first appearance.
    """
    parts = [
        Fits(samples.rows([rows != fold for rows in folds]), samples.rows([rows == fold for rows in folds]))
        for fold in range(FOLDS)
    ]

    def error(members: np.ndarray) -> float:
        return float(np.sum([fits.total(members) for fits in parts], axis=0).min())

    groups = {t: np.array([t]) for t in range(len(samples.y))}
    own = {t: error(members) for t, members in groups.items()}
    joint = {pair: error(np.array(pair)) for pair in combinations(groups, 2)}
    while joint:
        first, second = min(joint, key=lambda pair: joint[pair] - own[pair[0]] - own[pair[1]])
        if joint[first, second] >= own[first] + own[second]:
            break
        own[first] = joint[first, second]
        groups[first] = np.concatenate([groups[first], groups.pop(second)])
        joint = {pair: value for pair, value in joint.items() if not {first, second} & {*pair}}
        for other in groups:
            if other != first:
                pair = (min(first, other), max(first, other))
                joint[pair] = error(np.sort(np.concatenate([groups[t] for t in pair])))
    labels = np.empty(len(samples.y), dtype=int)
    for label, members in groups.items():
        labels[members] = label
    return ordered(labels)


def errors_on(
    samples: Samples, test: Samples, partitions: Sequence[np.ndarray], seed: Seed
) -> list[np.ndarray]:
    """Measure the test errors of partitions, the ridge of every group chosen by cross-validation.

    Args:
        samples: rows to fit.
        test: rows to predict, of the same tasks.
        partitions: (T,) group numbers each.
        seed: of the folds.

    Returns:
        (T,) mean squared errors for each partition.
    """
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    inner = [
        Fits(samples.rows([rows != fold for rows in folds]), samples.rows([rows == fold for rows in folds]))
        for fold in range(FOLDS)
    ]
    outer, found = Fits(samples, test), []
    for labels in partitions:
        errors = np.empty(len(labels))
        for label in np.unique(labels):
            members = np.flatnonzero(labels == label)
            curve = np.zeros(len(RIDGES))
            for fits in inner:
                curve += sum(error.mean(axis=0) for error in fits.errors(members))
            errors[members] = [error[:, curve.argmin()].mean() for error in outer.errors(members)]
        found.append(errors)
    return found
