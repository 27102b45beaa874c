"""What the audit is compared with: cross-validation of every group of tasks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from manytasks.audit.heldout import FOLDS, RIDGES, Fits, split
from manytasks.audit.partitions import all_groups, best_partitions, ordered
from manytasks.audit.samples import Samples
from manytasks.streams import Seed

MOST = 10  # tasks; their 1,023 groups are fitted five times


def cross_validated(samples: Samples, seed: Seed) -> np.ndarray:
    """Return the partition of least cross-validated error, every group fitted at its own best ridge.

    Args:
        samples: of at most 10 tasks with at least 8 rows each.
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
    if T > MOST:
        raise ValueError(f"cross-validation of every group is for up to {MOST} tasks; got {T}")
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
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
