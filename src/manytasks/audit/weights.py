"""How much should every task count for one of them? By formula, and only if held-out rows agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks.audit.blocks import is_large
from manytasks.audit.estimate import forms
from manytasks.audit.heldout import FOLDS, Fits, held_mean, split
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples, check_samples
from manytasks.audit.shares import best_shares, projected
from manytasks.audit.weighted import Sums, weights_of
from manytasks.readers import count
from manytasks.streams import Seed
from manytasks.theory.pooled_error import Forms

KINDS = ("weighted", "grouped", "pooled", "alone")  # fits that are compared, as ``Weights`` has them
MOST_WEIGHTED = 200  # tasks: a quadratic programme of so many unknowns is solved some hundred times


class Weights(NamedTuple):
    """How much a row of every task counts for one task.

    Errors are shares of the targets' mean variance, on rows that nothing had seen.

    Attributes:
        task: number of the task that is served.
        weights: (T,) what a row of each task counts, in rows of the task itself (of the one that counts most
            if the task's own rows do not count).
        shares: (T,) shares of the tasks in what the fit aims at; they add up to 1.
        ridge: λ that belongs to these weights, for features and targets centred task by task.
        weighted: error with weights.
        grouped: error of the model of its group.
        pooled: error of one model for all tasks.
        alone: error of a model of its own.
        gain: least of these three, less the error with weights.
        gain_error: its standard error (``held_mean``).
    """

    task: int
    weights: np.ndarray
    shares: np.ndarray
    ridge: float
    weighted: float
    grouped: float
    pooled: float
    alone: float
    gain: float
    gain_error: float

    @property
    def advised(self) -> bool:
        """Whether weights earn their noise: the gain is more than one standard error."""
        return self.gain > self.gain_error


def weigh(
    samples: Samples,
    tasks: Sequence[int],
    seed: Seed = 0,
    *,
    groups: np.ndarray | None = None,
    scale: bool = True,
    progress: bool = False,
) -> list[Weights]:
    """Find the weights that serve each of some tasks best, and test them on held-out rows.

    For every effective ridge the formula of ``theory.weighted_ridge_error``, fed with estimates, gives shares
    (``best_shares``). The ridge, and whether weights are worth it at all, is for five folds of held-out rows
    to say; the forms are estimated again in each. Without that guard estimated weights do worse than pooling
    below about twice as many rows as features.

    Args:
        samples: of at most ``MOST_WEIGHTED`` tasks with at least 8 rows each.
        tasks: numbers of the tasks to be served.
        seed: of the folds; the same folds as those of ``held_out``.
        groups: (T,) groups that share a model, which weights must beat; none if None.
        scale: whether features are divided by their standard deviation.
        progress: whether a bar appears when it takes long.

    Returns:
        One entry per task that is served.

    Raises:
        ValueError: if there are more tasks than that, or a number is no task's.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> task, X = np.repeat([0, 1, 2], 60), rng.standard_normal((180, 20))
        >>> y = np.where(task == 2, X[:, 0], X[:, 1]) + 0.5 * rng.standard_normal(180)
        >>> [found] = weigh(from_arrays(X, y, task), [0])
        >>> found.advised, (found.weights > 0.3).tolist()
        (True, [True, True, False])
    """
    check_samples(samples, scale)
    T = len(samples.y)
    if T > MOST_WEIGHTED:
        raise ValueError(f"weights are for up to {MOST_WEIGHTED} tasks; got {T:,}")
    tasks = [count(task, "task", most=T - 1) for task in tasks]
    if is_large(samples):
        raise ValueError("weights are for tables of up to 67 million numbers; this one is larger")
    if scale:
        samples = samples.scaled()
    if samples.shared:
        samples = samples.standardized()
    group = np.arange(T) if groups is None else np.asarray(groups)
    errors = _held_errors(samples, tasks, seed, group, progress)
    unit = float(np.mean([y.var(ddof=1) for y in samples.y]))
    estimated, sums = projected(forms(samples)), Sums(samples)
    return [_judged(samples, task, errors[task], unit, estimated, sums) for task in tasks]


def _held_errors(
    samples: Samples, tasks: Sequence[int], seed: Seed, group: np.ndarray, progress: bool
) -> dict[int, dict[str, np.ndarray]]:
    """Return squared errors on rows that nothing had seen.

    Returns:
        By task and kind of fit, (n, K) arrays: a row per sample of the task, a column per ridge.
    """
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    everyone = np.arange(len(samples.y))
    errors: dict[int, dict[str, np.ndarray]] = {task: {} for task in tasks}
    parts = [(fold, task) for fold in range(FOLDS) for task in tasks]
    for fold, task in steps(parts, "weights", progress):
        if task == tasks[0]:
            train = samples.rows([rows != fold for rows in folds])
            test = samples.rows([rows == fold for rows in folds])
            estimated, fits, sums = projected(forms(train)), Fits(train, test), Sums(train)
        fitted = sums.fits(estimated, best_shares(estimated, train.counts - 1, task, train.shared))
        members = np.flatnonzero(group == group[task])
        found = (
            np.square(fits.target[task][:, None] - fits.test[task] @ fitted),
            fits.errors(members)[members.tolist().index(task)],
            fits.errors(everyone)[task],
            fits.errors(np.array([task]))[0],
        )
        for kind, error in zip(KINDS, found, strict=True):
            whole = errors[task].setdefault(kind, np.empty((len(samples.y[task]), error.shape[1])))
            whole[folds[task] == fold] = error
    return errors


def _judged(
    samples: Samples, task: int, errors: dict[str, np.ndarray], unit: float, estimated: Forms, sums: Sums
) -> Weights:
    """Compare weights with their best rival on held-out rows, and fit them to all rows.

    Returns:
        What became of one task.
    """
    at = {kind: int(error.mean(axis=0).argmin()) for kind, error in errors.items()}
    rows = {kind: errors[kind][:, at[kind]] / unit for kind in KINDS}
    rival = min(KINDS[1:], key=lambda kind: float(rows[kind].mean()))
    gain, gain_error = held_mean(rows[rival] - rows["weighted"])
    shares = best_shares(estimated, samples.counts - 1, task, samples.shared)
    k = at["weighted"]
    if not np.isfinite(shares[k]).all():  # more rows can reach less far only by rounding
        k = int(np.flatnonzero(np.isfinite(shares).all(axis=1))[0])
    weights, ridge = weights_of(estimated, shares, k, sums.n, samples.shared)
    row = weights[task] if weights[task] > 1e-3 * weights.max() else weights.max()
    return Weights(
        task,
        weights / row,
        shares[k],
        float(ridge / row),
        gain=gain,
        gain_error=gain_error,
        **{kind: float(rows[kind].mean()) for kind in KINDS},
    )
