"""The audit itself: from samples to the groups of tasks that should share a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from manytasks.audit.blocks import BLOCKS, errors_by_task, is_large, judged_halves, read_once
from manytasks.audit.estimate import forms
from manytasks.audit.heldout import HeldOut, choose, few_levels, held_out
from manytasks.audit.partitions import Sums, ordered, path
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples, check_samples
from manytasks.audit.unbiased import Distances, distances_of
from manytasks.readers import count
from manytasks.streams import Seed
from manytasks.theory.pooled_error import Forms, pooled_error


@dataclass(frozen=True)
class Audit:
    """What an audit found. Errors are shares of the targets' mean variance: 1 is predicting each task's mean.

    Attributes:
        names: (T) what the tasks are called.
        counts: (T,) numbers of rows.
        features: number of features.
        shared: whether all tasks were measured on the same rows.
        scaled: whether features were divided by their standard deviation.
        labels: (T,) group of every task.
        method: how the number of groups was chosen.
        levels: numbers of groups that were tried.
        curve: (L,) mean error at each.
        spread: (L,) standard error of the difference from the best of them.
        alone: (T,) error of each task on its own.
        grouped: (T,) error in its group.
        together: (T,) error of one model for all.
        gain: (T,) alone less grouped.
        gain_error: (T,) its standard error.
        expected_error: standard error of the mean of ``grouped``.
        noise: (T,) estimated share of the target's variance that no linear function explains.
        pairs: (T, T) predicted fall of the mean error if two tasks share a model and no others do.
        distances: squared distances of the tasks, as shares of the variance, with standard errors.
        mismatch: (T,) relative squared distance of each task's feature covariance from the others'; or empty.
        notes: what was left out.
    """

    names: tuple[str, ...]
    counts: np.ndarray
    features: int
    shared: bool
    scaled: bool
    labels: np.ndarray
    method: str
    levels: np.ndarray
    curve: np.ndarray
    spread: np.ndarray
    alone: np.ndarray
    grouped: np.ndarray
    together: np.ndarray
    gain: np.ndarray
    gain_error: np.ndarray
    expected_error: float
    noise: np.ndarray
    pairs: np.ndarray
    distances: Distances
    mismatch: np.ndarray
    notes: tuple[str, ...]

    @property
    def groups(self) -> list[list[str]]:
        """Names of the tasks of every group, the largest group first."""
        members = [
            [self.names[t] for t in np.flatnonzero(self.labels == g)] for g in range(self.labels.max() + 1)
        ]
        return sorted(members, key=lambda each: -len(each))


def audit(
    samples: Samples, *, seed: Seed = 0, groups: int | None = None, scale: bool = True, progress: bool = False
) -> Audit:
    """Decide which tasks should train together.

    The formula of ``theory.pooled_error``, fed with estimates, orders all groupings into one path, from one
    model for all to one for each; held-out rows choose the point on it. Splitting must earn its noise: the
    fewest groups within one standard error of the best are taken.

    Args:
        samples: of at least 2 tasks with at least 8 rows each.
        seed: of the folds.
        groups: number of groups, if it is not to be chosen.
        scale: whether features are divided by their standard deviation; not if they share a unit, such as
            pixels, of which the rare ones would be blown up.
        progress: whether a bar appears when it takes long.

    Returns:
        The decision, and how sure it is.

    Raises:
        ValueError: if there cannot be so many groups.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> task = np.repeat(["a", "b", "c"], 60)
        >>> X = rng.standard_normal((180, 10))
        >>> signal = np.where(task == "c", X[:, 0], X[:, 1])
        >>> audit(from_arrays(X, signal + 0.5 * rng.standard_normal(180), task)).groups
        [['a', 'b'], ['c']]
    """
    check_samples(samples, scale)
    T = len(samples.y)
    if groups is not None and (groups := count(groups, "groups", least=1)) > T:
        raise ValueError(f"groups must be at most {T}, the number of tasks; got {groups}")
    if is_large(samples):
        return _large(samples, seed, groups, scale, progress)
    if scale:
        samples = samples.scaled()
    unit = float(np.mean([y.var(ddof=1) for y in samples.y]))
    if samples.shared:  # targets in units of their own: each counts the same
        samples = samples.standardized()
    else:  # shares of the variance from here on, whatever the unit
        samples = replace(samples, y=tuple(y / np.sqrt(unit) for y in samples.y))
    unit = 1.0
    levels = few_levels(T) if groups is None else np.array(sorted({*few_levels(T).tolist(), groups}))
    found = held_out(samples, seed, levels=levels, progress=progress)
    chosen = choose(found) if groups is None else int(np.flatnonzero(levels == groups)[0])
    estimated = forms(samples)
    counts = samples.counts - 1
    labels = path(estimated, counts, shared=samples.shared)[levels[chosen] - 1]
    best = int(found.curve.mean(axis=0).argmin())
    apart = found.curve - found.curve[:, [best]]
    n = samples.counts
    mean = np.stack([rows.mean(axis=0) for rows in found.rows]) / unit
    change = [(rows[:, -1] - rows[:, chosen]) / unit for rows in found.rows]
    within = np.array([rows[:, chosen].var(ddof=1) / len(rows) for rows in found.rows]) / unit**2
    return Audit(
        samples.names,
        n,
        len(samples.features),
        samples.shared,
        scale,
        ordered(labels),
        f"held-out rows ({len(found.curve)} folds)",
        levels,
        found.curve.mean(axis=0) / unit,
        apart.std(axis=0, ddof=1) / np.sqrt(len(apart)) / unit,
        mean[:, -1],
        mean[:, chosen],
        mean[:, 0],
        mean[:, -1] - mean[:, chosen],
        np.array([each.std(ddof=1) / np.sqrt(len(each)) for each in change]),
        float(np.sqrt(within.sum()) / T),
        *_described(estimated, counts, unit, samples),
        samples.notes,
    )


def _large(samples: Samples, seed: Seed, groups: int | None, scale: bool, progress: bool) -> Audit:
    """Decide on a table that is read once: by the formula alone, halves of the rows judging each other.

    Returns:
        As ``audit``; standard errors by leaving out one block of rows after another.
    """
    T, once = len(samples.y), read_once(samples, seed, scale=scale, progress=progress)
    everything = np.arange(BLOCKS)
    estimated = once.forms(everything)
    unit = float(np.diagonal(once.moments).mean())
    levels, curve = judged_halves(once, seed)
    chosen = levels[choose(HeldOut(levels, curve, np.ones(len(levels)), ()))] if groups is None else groups
    labels = path(estimated, once.counts)[chosen - 1]
    kinds = (np.arange(T), labels, np.zeros(T, dtype=int))
    alone, grouped, together = (errors_by_task(estimated, once.counts, each) / unit for each in kinds)
    left = []
    for k in steps(everything, "standard errors", progress):
        part = once.forms(np.delete(everything, k))
        left.append([errors_by_task(part, once.counts, each) / unit for each in kinds[:2]])
    changes = np.array(left)  # (blocks, 2, T)
    jackknife = np.sqrt(BLOCKS - 1)
    apart = curve - curve[:, [int(curve.mean(axis=0).argmin())]]
    return Audit(
        samples.names,
        samples.counts,
        len(samples.features),
        False,
        scale,
        ordered(labels),
        f"the formula, halves of the rows judging each other ({len(curve)} times)",
        levels,
        curve.mean(axis=0) / unit,
        apart.std(axis=0, ddof=1) / np.sqrt(len(apart)) / unit,
        alone,
        grouped,
        together,
        alone - grouped,
        jackknife * (changes[:, 0] - changes[:, 1]).std(axis=0),
        float(jackknife * changes[:, 1].mean(axis=1).std()),
        *_described(estimated, once.counts, unit, samples),
        samples.notes,
    )


def _described(
    estimated: Forms, counts: np.ndarray, unit: float, samples: Samples
) -> tuple[np.ndarray, np.ndarray, Distances, np.ndarray]:
    """Describe the tasks: noise, gains of pairs, distances, covariances.

    Distances are taken at the ridge that is best for tasks alone, in the mean: where tasks oppose each other
    the best ridge of one model for all is endless, and all distances vanish.

    Returns:
        ``noise``, ``pairs``, ``distances`` and ``mismatch`` of an ``Audit``.
    """
    tau = np.diagonal(estimated.moments)
    alone = [
        pooled_error(estimated.of([t]), counts[[t]], shared=samples.shared)[:, 0] for t in range(len(counts))
    ]
    k = int(np.mean(alone, axis=0).argmin())
    between = distances_of(estimated.first[k], estimated.second[k], tau, float(estimated.df2[k]), counts)
    noise = 1 - np.diagonal(estimated.first[0]) / tau
    scaled = Distances(between.gram / unit, between.squared / unit, between.error / unit)
    return noise, pair_gains(estimated, counts, samples.shared) / unit, scaled, covariance_mismatch(samples)


def pair_gains(estimated: Forms, counts: np.ndarray, shared: bool) -> np.ndarray:
    """Predict what two tasks gain from sharing a model, mean of both, each choice at its best ridge.

    Args:
        estimated: forms of T tasks.
        counts: (T,) degrees of freedom of their rows.
        shared: whether rows are shared.

    Returns:
        (T, T) symmetric array, 0 on the diagonal.
    """
    T = len(counts)
    sums = Sums(estimated, counts, shared=shared)
    alone = sums.alone()
    everyone = np.arange(T)
    gains = np.zeros((T, T))
    for t in range(T):
        gains[t] = (alone[t] + alone - sums.merged(t, everyone)) / 2
    np.fill_diagonal(gains, 0.0)
    return gains


def covariance_mismatch(samples: Samples) -> np.ndarray:
    r"""Estimate how far each task's feature covariance is from the others', relative and without bias.

    :math:`\|\Sigma_i - \Sigma\|_F^2 / \|\Sigma\|_F^2`; squares are taken over pairs of different rows.

    Args:
        samples: of T tasks.

    Returns:
        (T,) array; empty if rows are shared or the matrices would be large.
    """
    p = len(samples.features)
    if samples.shared or samples.counts.sum() * p > 2**26 or p > 300 or len(samples.y) * p * p > 2**26:
        return np.empty(0)
    S, squares = [], []
    for X in samples.X:
        rows = X - X.mean(axis=0)
        gram = rows.T @ rows / (len(rows) - 1)
        own = np.square(np.square(rows).sum(axis=1)).sum()
        n = len(rows)
        S.append(gram)
        squares.append((np.square(gram).sum() * (n - 1) ** 2 - own) / (n * (n - 1)))
    weights, total = samples.counts - 1, (samples.counts - 1).sum()
    pooled = np.einsum("t,tij->ij", weights, np.array(S)) / total
    found = np.empty(len(S))
    for t, own in enumerate(S):
        rest = (total * pooled - weights[t] * own) / (total - weights[t])
        found[t] = squares[t] + np.square(rest).sum() - 2 * (own * rest).sum()
    return found / np.square(pooled).sum()


def summary(found: Audit) -> dict[str, Any]:
    """Return what was found as plain numbers and lists, for JSON.

    Args:
        found: an audit.

    Returns:
        A dictionary; the same file and seed give the same one.
    """
    return {
        "groups": found.groups,
        "expected_error": float(found.grouped.mean()),
        "standard_error": found.expected_error,
        "error_alone": float(found.alone.mean()),
        "error_together": float(found.together.mean()),
        "chosen_by": found.method,
        "levels": found.levels.tolist(),
        "curve": found.curve.tolist(),
        "tasks": [
            {
                "name": name,
                "rows": int(found.counts[t]),
                "group": int(found.labels[t]),
                "alone": float(found.alone[t]),
                "in_group": float(found.grouped[t]),
                "gain": float(found.gain[t]),
                "gain_error": float(found.gain_error[t]),
                "noise_share": float(found.noise[t]),
            }
            for t, name in enumerate(found.names)
        ],
        "notes": list(found.notes),
    }
