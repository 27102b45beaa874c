"""The audit itself: from samples to the groups of tasks that should share a model."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from manytasks.audit.blocks import BLOCKS, errors_by_task, is_large, judged_halves, read_once
from manytasks.audit.differences import covariance_mismatch, distances_between
from manytasks.audit.estimate import forms, noise
from manytasks.audit.findings import Audit
from manytasks.audit.heldout import Fits, HeldOut, choose, few_levels, held_mean, held_out, paired
from manytasks.audit.pairs import ends, pair_gains, ranked
from manytasks.audit.partitions import largest_first, ordered, path
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples, check_samples
from manytasks.readers import count
from manytasks.streams import Seed
from manytasks.theory.pooled_error import Forms


def groups_of(samples: Samples, seed: Seed = 0, *, scale: bool = True) -> np.ndarray:
    """Decide as ``audit`` does, and say nothing else: for whoever decides often.

    Args:
        samples: of at least 2 tasks with at least 8 rows each.
        seed: of the folds.
        scale: whether features are divided by their standard deviation.

    Returns:
        (T,) group of every task.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> task, X = np.repeat([0, 1, 2], 60), rng.standard_normal((180, 10))
        >>> signal = np.where(task == 2, X[:, 0], X[:, 1])
        >>> groups_of(from_arrays(X, signal + 0.5 * rng.standard_normal(180), task))
        array([0, 0, 1])
    """
    check_samples(samples, scale)
    if is_large(samples):
        return ordered(_large(samples, seed, None, scale, False).labels)
    return ordered(_decided(samples, seed, None, scale, False).labels)


class _Decision(NamedTuple):
    """A decision, and what it came from: samples in units of the audit, errors by level, forms."""

    samples: Samples
    found: HeldOut
    chosen: int
    estimated: Forms
    labels: np.ndarray


def _decided(samples: Samples, seed: Seed, groups: int | None, scale: bool, progress: bool) -> _Decision:
    if scale:
        samples = samples.scaled()
    if samples.shared:  # targets in units of their own: each counts the same
        samples = samples.standardized()
    else:  # shares of the variance from here on, whatever the unit
        unit = float(np.mean([y.var(ddof=1) for y in samples.y]))
        samples = replace(samples, y=tuple(y / np.sqrt(unit) for y in samples.y))
    levels = few_levels(len(samples.y))
    if groups is not None:
        levels = np.array(sorted({*levels.tolist(), groups}))
    found = held_out(samples, seed, levels=levels, progress=progress)
    chosen = choose(found) if groups is None else int(np.flatnonzero(levels == groups)[0])
    estimated = forms(samples)
    labels = path(estimated, samples.counts - 1, shared=samples.shared)[levels[chosen] - 1]
    return _Decision(samples, found, chosen, estimated, labels)


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
    samples, found, chosen, estimated, labels = _decided(samples, seed, groups, scale, progress)
    counts, levels = samples.counts - 1, found.levels
    best = int(found.curve.mean(axis=0).argmin())
    apart = found.curve - found.curve[:, [best]]
    mean = np.stack([rows.mean(axis=0) for rows in found.rows])
    change = [(rows[:, -1] - rows[:, chosen]) for rows in found.rows]
    own = [rows[:, chosen] for rows in found.rows]
    if samples.shared:  # one row has an error in every task
        own = [np.mean(own, axis=0)]
    within = np.array([rows.var(ddof=1) / len(rows) for rows in own])
    size = Fits(samples, samples).scale
    pairs = pair_gains(estimated, counts, samples.shared)
    best_pairs, worst_pairs = ends(pairs)
    measured = paired(samples, seed, [*best_pairs, *worst_pairs])
    return Audit(
        samples.names,
        samples.counts,
        np.diagonal(estimated.moments),
        len(samples.features),
        samples.shared,
        scale,
        largest_first(labels),
        f"held-out rows ({len(found.curve)} folds)" if groups is None else "",
        float(found.ridge[chosen] * size),
        levels,
        found.curve.mean(axis=0),
        apart.std(axis=0, ddof=1) / np.sqrt(len(apart)),
        mean[:, -1],
        mean[:, chosen],
        mean[:, 0],
        mean[:, -1] - mean[:, chosen],
        np.array([held_mean(each)[1] for each in change]),
        float(np.sqrt(within.sum()) / len(own)),
        *noise(samples, estimated, seed),
        pairs,
        *ranked(best_pairs, worst_pairs, measured),
        distances_between(estimated, counts, 1.0, samples.shared),
        covariance_mismatch(samples),
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
    pairs = pair_gains(estimated, once.counts, False) / unit
    best, worst = ends(pairs)
    i, j = np.transpose([*best, *worst])
    some, place = np.unique([i, j], return_inverse=True)
    left, noises, gains = [], [], []
    for k in steps(everything, "standard errors", progress):
        others = np.delete(everything, k)
        part = once.forms(others)
        left.append([errors_by_task(part, once.counts, each) / unit for each in kinds[:2]])
        noises.append((once.variances[:, others].mean(axis=1) - np.diagonal(part.first[0])) / unit)
        predicted = pair_gains(part.of(some), once.counts[some], False) / unit
        gains.append(predicted[tuple(place.reshape(2, -1))])
    changes = np.array(left)  # (blocks, 2, T)
    jackknife = np.sqrt(BLOCKS - 1)
    predictions = [*zip(pairs[i, j].tolist(), (jackknife * np.std(gains, axis=0)).tolist(), strict=True)]
    apart = curve - curve[:, [int(curve.mean(axis=0).argmin())]]
    return Audit(
        samples.names,
        samples.counts,
        np.diagonal(once.moments) / unit,
        len(samples.features),
        False,
        scale,
        largest_first(labels),
        "" if groups else f"the formula, halves of the rows judging each other ({len(curve)} times)",
        np.nan,
        levels,
        curve.mean(axis=0) / unit,
        apart.std(axis=0, ddof=1) / np.sqrt(len(apart)) / unit,
        alone,
        grouped,
        together,
        alone - grouped,
        jackknife * (changes[:, 0] - changes[:, 1]).std(axis=0),
        float(jackknife * changes[:, 1].mean(axis=1).std()),
        (np.diagonal(estimated.moments) - np.diagonal(estimated.first[0])) / unit,
        jackknife * np.std(noises, axis=0),
        pairs,
        *ranked(best, worst, predictions),
        distances_between(estimated, once.counts, unit, False),
        covariance_mismatch(samples),
        samples.notes,
    )
