"""Was the decision a good one? Cross-validation decides on the same rows, and rows apart judge both."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from manytasks.audit.blocks import is_large
from manytasks.audit.crossvalidated import MOST_MERGED, cross_validated, errors_on
from manytasks.audit.decide import groups_of
from manytasks.audit.heldout import FOLDS, held_mean, split
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples, check_samples
from manytasks.streams import Seed


class Compared(NamedTuple):
    """The audit beside cross-validation. Errors are shares of the targets' mean variance.

    Attributes:
        audit: (T,) groups that the audit forms from all rows.
        cv: (T,) groups that cross-validation forms from all rows.
        same: (FOLDS,) whether both formed the same groups when a fifth of the rows was kept from them.
        pairs: (FOLDS,) share of the pairs of tasks that both put together, or both apart.
        errors: (FOLDS, 4) errors on that fifth: of the audit, cross-validation, every task alone, all in one.
        times: processor time of cross-validation over that of the audit.
    """

    audit: np.ndarray
    cv: np.ndarray
    same: np.ndarray
    pairs: np.ndarray
    errors: np.ndarray
    times: float

    @property
    def regret(self) -> tuple[float, float]:
        """Mean error of the audit less that of cross-validation, and its standard error (``held_mean``)."""
        return held_mean(self.errors[:, 0] - self.errors[:, 1])


def check_comparable(samples: Samples) -> None:
    """Refuse what cross-validation would take hours for.

    Args:
        samples: of T tasks.

    Raises:
        ValueError: if there are too many tasks or numbers.
    """
    check_samples(samples)
    if (T := len(samples.y)) > MOST_MERGED:
        raise ValueError(f"cross-validation of every merger is for up to {MOST_MERGED} tasks; got {T:,}")
    if is_large(samples):
        raise ValueError("cross-validation is for tables of up to 67 million numbers; this one is larger")


def compare(samples: Samples, seed: Seed = 0, *, scale: bool = True, progress: bool = False) -> Compared:
    """Let cross-validation decide what the audit decides, and measure both on rows that neither has seen.

    A fifth of every task's rows is kept away, five times over; both decide and fit on the others.

    Args:
        samples: of at most ``MOST_MERGED`` tasks with at least 8 rows each.
        seed: of the folds.
        scale: whether features are divided by their standard deviation.
        progress: whether a bar appears when it takes long.

    Returns:
        The comparison.

    Raises:
        ValueError: if there are more tasks than that, or the table is large.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> task, X = np.repeat([0, 1, 2], 60), rng.standard_normal((180, 10))
        >>> y = np.where(task == 2, X[:, 0], X[:, 1]) + 0.5 * rng.standard_normal(180)
        >>> found = compare(from_arrays(X, y, task))
        >>> found.audit.tolist(), found.cv.tolist(), found.same.all()
        ([0, 0, 1], [0, 0, 1], np.True_)
    """
    check_comparable(samples)
    if scale:
        samples = samples.scaled()
    if samples.shared:
        samples = samples.standardized()
    T, unit = len(samples.y), float(np.mean([y.var(ddof=1) for y in samples.y]))
    folds = [split(len(y), (seed, "compared"), 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    decisions, errors, seconds = [], [], np.zeros(2)
    for fold in steps(range(-1, FOLDS), "cross-validation", progress):
        rows = samples if fold < 0 else samples.rows([dealt != fold for dealt in folds])
        own = seed if fold < 0 else (seed, "compared", fold)
        begin = time.process_time()
        ours = groups_of(rows, own, scale=False)
        middle = time.process_time()
        theirs = cross_validated(rows, own)
        seconds += [middle - begin, time.process_time() - middle]
        decisions.append((ours, theirs))
        if fold >= 0:
            rivals = [ours, theirs, np.arange(T), np.zeros(T, dtype=int)]
            test = samples.rows([dealt == fold for dealt in folds])
            errors.append([each.mean() / unit for each in errors_on(rows, test, rivals, own)])
    pairs = np.triu_indices(T, 1)
    together = [[(labels[:, None] == labels)[pairs] for labels in both] for both in decisions[1:]]
    return Compared(
        *decisions[0],
        np.array([np.array_equal(*both) for both in decisions[1:]]),
        np.array([(ours == theirs).mean() for ours, theirs in together]),
        np.array(errors),
        float(seconds[1] / seconds[0]),
    )
