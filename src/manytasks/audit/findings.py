"""What an audit found: its record, and the same as plain numbers for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from manytasks.audit.pairs import Pair
from manytasks.audit.unbiased import Distances

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
