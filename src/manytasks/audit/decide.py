"""The audit itself: from samples to the groups of tasks that should share a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from manytasks.audit.blocks import BLOCKS, errors_by_task, is_large, judged_halves, read_once
from manytasks.audit.estimate import forms, noise
from manytasks.audit.heldout import Fits, HeldOut, choose, few_levels, held_mean, held_out, paired
from manytasks.audit.pairs import Pair, ends, pair_gains, ranked
from manytasks.audit.partitions import largest_first, ordered, path
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples, check_samples
from manytasks.audit.unbiased import Distances, distances_of
from manytasks.readers import count
from manytasks.streams import Seed
from manytasks.theory.pooled_error import Forms, pooled_error

LISTED = 20_000  # pairs that are written for JSON


@dataclass(frozen=True)
class Audit:
    """What an audit found. Errors are shares of the targets' mean variance: 1 is predicting each task's mean.

    Attributes:
        names: (T) what the tasks are called.
        counts: (T,) numbers of rows.
        variances: (T,) variances of the targets, as shares of their mean.
        features: number of features.
        shared: whether all tasks were measured on the same rows.
        scaled: whether features were divided by their standard deviation.
        labels: (T,) group of every task, the largest group 0.
        method: how the number of groups was chosen; empty if it was given.
        ridge: penalty per row of the models of the chosen number, for the features as they are scaled; nan if
            the table is read once.
        levels: numbers of groups that were tried.
        curve: (L,) mean error at each.
        spread: (L,) standard error of the difference from the best of them.
        alone: (T,) error of each task on its own.
        grouped: (T,) error in its group.
        together: (T,) error of one model for all.
        gain: (T,) alone less grouped.
        gain_error: (T,) its standard error, that of ``held_mean`` or of the jackknife over blocks.
        expected_error: standard error of the mean of ``grouped``.
        noise: (T,) estimate of the error that no linear function goes below; without bias, so that it may lie
            outside the range of what is possible.
        noise_error: (T,) its standard error.
        pairs: (T, T) predicted fall of the mean error if two tasks share a model and no others do.
        best: the pairs of which most is predicted, the largest gain first; all if they are few.
        worst: the pairs of which least is predicted, the smallest gain first; none if they are few.
        distances: squared distances of the tasks, as shares of the variance, with standard errors.
        mismatch: (T,) relative squared distance of each task's feature covariance from the others'; or empty.
        notes: what was left out.
    """

    names: tuple[str, ...]
    counts: np.ndarray
    variances: np.ndarray
    features: int
    shared: bool
    scaled: bool
    labels: np.ndarray
    method: str
    ridge: float
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
    noise_error: np.ndarray
    pairs: np.ndarray
    best: tuple[Pair, ...]
    worst: tuple[Pair, ...]
    distances: Distances
    mismatch: np.ndarray
    notes: tuple[str, ...]

    @property
    def measured(self) -> bool:
        """Whether errors are those of fits on held-out rows; if the table is read once they are predicted."""
        return bool(np.isfinite(self.ridge))

    @property
    def groups(self) -> list[list[str]]:
        """Names of the tasks of every group, the largest group first."""
        return [
            [self.names[t] for t in np.flatnonzero(self.labels == g)] for g in range(self.labels.max() + 1)
        ]


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


def distances_between(estimated: Forms, counts: np.ndarray, unit: float, shared: bool) -> Distances:
    """Estimate how far tasks are apart.

    Distances are taken at the ridge that is best for tasks alone, in the mean: where tasks oppose each other
    the best ridge of one model for all is endless, and all distances vanish.

    Args:
        estimated: forms of T tasks.
        counts: (T,) degrees of freedom of their rows.
        unit: mean variance of the targets.
        shared: whether rows are shared.

    Returns:
        Distances as shares of the variance.
    """
    tau = np.diagonal(estimated.moments)
    alone = [pooled_error(estimated.of([t]), counts[[t]], shared=shared)[:, 0] for t in range(len(counts))]
    k = int(np.mean(alone, axis=0).argmin())
    between = distances_of(estimated.first[k], estimated.second[k], tau, float(estimated.df2[k]), counts)
    return Distances(between.gram / unit, between.squared / unit, between.error / unit)


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


def pair_numbers(found: Audit) -> list[dict[str, Any]]:
    """Return what was found of pairs of tasks as plain numbers.

    Args:
        found: an audit.

    Returns:
        One entry per pair, the largest predicted gain first, with a gain and its standard error where it was
        measured; of more than ``LISTED`` pairs as many at either end.
    """
    i, j = np.triu_indices(len(found.names), 1)
    order = np.argsort(-found.pairs[i, j], kind="stable")
    if len(order) > LISTED:
        order = np.r_[order[: LISTED // 2], order[-(LISTED // 2) :]]
    known = {(pair.first, pair.second): pair for pair in (*found.best, *found.worst)}
    listed = []
    for a, b in zip(i[order].tolist(), j[order].tolist(), strict=True):
        pair = known.get((a, b))
        listed.append(
            {
                "tasks": [found.names[a], found.names[b]],
                "predicted_gain": float(found.pairs[a, b]),
                "gain": pair.gain if pair else None,
                "gain_error": pair.error if pair else None,
                "squared_distance": float(found.distances.squared[a, b]),
                "distance_error": float(found.distances.error[a, b]),
            }
        )
    return listed


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
        "chosen_by": found.method or "given",
        "levels": found.levels.tolist(),
        "curve": found.curve.tolist(),
        "curve_error": found.spread.tolist(),
        "ridge_per_row": float(found.ridge) if np.isfinite(found.ridge) else None,
        "tasks": [
            {
                "name": name,
                "rows": int(found.counts[t]),
                "group": int(found.labels[t]),
                "alone": float(found.alone[t]),
                "in_group": float(found.grouped[t]),
                "gain": float(found.gain[t]),
                "gain_error": float(found.gain_error[t]),
                "variance": float(found.variances[t]),
                "noise": float(found.noise[t]),
                "noise_error": float(found.noise_error[t]),
            }
            for t, name in enumerate(found.names)
        ],
        "number_of_pairs": len(found.names) * (len(found.names) - 1) // 2,
        "pairs": pair_numbers(found),
        "notes": list(found.notes),
    }
