"""How many models? Rows that were held out choose one point of the path that the formula lays out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks.audit.estimate import forms, spectrum
from manytasks.audit.partitions import path
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples
from manytasks.streams import Seed, stream

FOLDS = 5
OVERLAP = float(np.sqrt(1 + FOLDS / (FOLDS - 1)))  # folds share training rows: 1.5 times the standard error
RIDGES = np.geomspace(1e-4, 1e2, 14)  # per sample, in units of the features' mean variance


class HeldOut(NamedTuple):
    """Errors on rows that no fit and no tree had seen.

    Attributes:
        levels: (L,) numbers of groups that were tried, rising.
        curve: (FOLDS, L) mean over tasks of the squared error, at each level's best ridge.
        ridge: (L,) that ridge, per sample and in units of the features' mean variance.
        rows: one (n_t, L) array of squared errors per task, every row held out once.
    """

    levels: np.ndarray
    curve: np.ndarray
    ridge: np.ndarray
    rows: tuple[np.ndarray, ...]


def held_out(
    samples: Samples, seed: Seed, *, levels: np.ndarray | None = None, progress: bool = False
) -> HeldOut:
    """Measure the error of the formula's partitions on held-out rows.

    In each of five folds the path is computed from the training rows only, its groups are fitted, and their
    error is measured on the other rows. One ridge per sample serves all groups of a level; it is chosen on
    the same curve.

    Args:
        samples: of T tasks with at least 8 rows each.
        seed: of the folds.
        levels: numbers of groups to try; ``few_levels`` of them if None.
        progress: whether a bar appears when it takes long.

    Returns:
        Errors by level.
    """
    T = len(samples.y)
    levels = few_levels(T) if levels is None else levels
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    errors = [np.empty((len(y), len(levels), len(RIDGES)), dtype=np.float32) for y in samples.y]
    parts = [(fold, index) for fold in range(FOLDS) for index in range(len(levels))]
    for fold, index in steps(parts, "held-out rows", progress):
        if index == 0:
            train = samples.rows([rows != fold for rows in folds])
            test = samples.rows([rows == fold for rows in folds])
            partitions = path(forms(train), train.counts - 1, shared=samples.shared)
            fits = Fits(train, test)
        labels = partitions[levels[index] - 1]
        for label in range(levels[index]):
            members = np.flatnonzero(labels == label)
            for t, error in zip(members, fits.errors(members), strict=True):
                errors[t][folds[t] == fold, index] = error
    curve = np.stack(
        [
            np.mean(
                [each[rows == fold].mean(axis=0) for each, rows in zip(errors, folds, strict=True)], axis=0
            )
            for fold in range(FOLDS)
        ]
    )  # (folds, levels, ridges)
    best = curve.mean(axis=0).argmin(axis=1)
    at = np.arange(len(levels))
    return HeldOut(
        levels, curve[:, at, best], RIDGES[best], tuple(each[:, at, best].astype(float) for each in errors)
    )


def held_mean(change: np.ndarray) -> tuple[float, float]:
    r"""Return the mean over held-out rows of a difference of errors, with its standard error.

    Rows would be independent if the fits were given. They are not: other rows would have given other fits,
    and folds share most of theirs. Nadeau and Bengio (2003) count for that with a variance of
    :math:`1 + K n_{\text{test}}/n_{\text{train}} = 1 + K/(K-1)` times that of independent rows, K folds.

    Args:
        change: (n,) differences, every row held out once.

    Returns:
        Mean and standard error.

    Example:
        >>> held_mean(np.array([1.0, 0.0, 1.0, 0.0]))
        (0.5, 0.4330127018922193)
    """
    return float(change.mean()), float(OVERLAP * change.std(ddof=1) / np.sqrt(len(change)))


def paired(samples: Samples, seed: Seed, pairs: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Measure on held-out rows what two tasks gain from sharing a model, mean of both.

    The folds are those of ``held_out``, and as there one ridge per sample serves both models alone, one the
    model that they share.

    Args:
        samples: of T tasks with at least 8 rows each.
        seed: of the folds.
        pairs: numbers of the tasks.

    Returns:
        For every pair the gain and its standard error.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> X, task = rng.standard_normal((60, 20)), np.arange(60) % 2
        >>> [(gain, error)] = paired(from_arrays(X, X[:, 0] + rng.standard_normal(60), task), 1, [(0, 1)])
        >>> gain > 0 < error
        True
    """
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    tasks = sorted({t for pair in pairs for t in pair})
    alone = {t: np.empty((len(samples.y[t]), len(RIDGES))) for t in tasks}
    shared = {pair: [np.empty_like(alone[t]) for t in pair] for pair in pairs}
    for fold in range(FOLDS):
        train = samples.rows([rows != fold for rows in folds])
        test = samples.rows([rows == fold for rows in folds])
        fits = Fits(train, test)
        for t in tasks:
            alone[t][folds[t] == fold] = fits.errors(np.array([t]))[0]
        for pair in pairs:
            for t, whole, error in zip(pair, shared[pair], fits.errors(np.array(pair)), strict=True):
                whole[folds[t] == fold] = error

    def best(errors: Sequence[np.ndarray]) -> list[np.ndarray]:
        k = int(np.sum([error.mean(axis=0) for error in errors], axis=0).argmin())
        return [error[:, k] for error in errors]

    found = []
    for pair in pairs:
        change = [a - b for a, b in zip(best([alone[t] for t in pair]), best(shared[pair]), strict=True)]
        if samples.shared:
            found.append(held_mean((change[0] + change[1]) / 2))
            continue
        gain, error = np.transpose([held_mean(each) for each in change])
        found.append((float(gain.mean()), float(np.hypot(*error) / 2)))
    return found


def choose(found: HeldOut) -> int:
    """Choose the number of groups: the fewest within one standard error of the best.

    The standard error is that of the paired difference over folds. Splitting tasks must earn its noise.

    Args:
        found: errors by level.

    Returns:
        Index of the level.

    Example:
        >>> curve = np.array([[1.0, 0.9], [1.0, 1.2], [1.0, 0.7], [1.0, 1.0], [1.0, 1.1]])
        >>> choose(HeldOut(np.array([1, 4]), curve, np.ones(2), ()))
        0
    """
    mean = found.curve.mean(axis=0)
    best = int(mean.argmin())
    apart = found.curve - found.curve[:, [best]]
    error = apart.std(axis=0, ddof=1) / np.sqrt(len(found.curve))
    return int(np.flatnonzero(apart.mean(axis=0) <= error)[0])


def few_levels(T: int) -> np.ndarray:
    """Return the numbers of groups that are tried: 1, 2, 3, 4, 6, 8, 12, 16, 24, ..., T.

    Args:
        T: number of tasks.

    Returns:
        Rising whole numbers; every number up to 4, then two per doubling.

    Example:
        >>> few_levels(10).tolist()
        [1, 2, 3, 4, 6, 8, 10]
    """
    powers = [2**k for k in range(T.bit_length())]
    wanted = {1, T, *powers, *(3 * power for power in powers)}
    return np.array(sorted(level for level in wanted if level <= T))


def split(n: int, seed: Seed, task: int) -> np.ndarray:
    """Deal rows into folds.

    Args:
        n: number of rows.
        seed: of the whole audit.
        task: number of the task, which has a stream of its own.

    Returns:
        (n,) numbers of folds, each as often as possible the same.
    """
    return stream(seed, "folds", task).permutation(n) % FOLDS


class Fits:
    """Ridge fits of groups of tasks at all ridges, and their errors on test rows.

    Every task is centred by its own means, so that it has an intercept of its own.

    Args:
        train: rows to fit.
        test: rows to predict.
    """

    def __init__(self, train: Samples, test: Samples):
        self.shared = train.shared
        means = [X.mean(axis=0) for X in train.X]
        self.X = [X - mean for X, mean in zip(train.X, means, strict=True)]
        self.y = [y - y.mean() for y in train.y]
        self.test = [X - mean for X, mean in zip(test.X, means, strict=True)]
        self.target = [y - own.mean() for y, own in zip(test.y, train.y, strict=True)]
        parts = self.X[:1] if self.shared else self.X
        self.scale = sum(float(np.square(X).sum()) for X in parts) / sum(X.size for X in parts)
        self.known: dict[tuple[int, ...], list[np.ndarray]] = {}

    def errors(self, members: np.ndarray) -> list[np.ndarray]:
        """Return squared errors of one fit to all members, on the test rows of each.

        Args:
            members: numbers of the tasks that share the fit.

        Returns:
            One (rows, ridges) array per member.
        """
        key = tuple(int(t) for t in members)
        if key not in self.known:
            w = self._weights(key)
            self.known[key] = [np.square(self.target[t][:, None] - self.test[t] @ w) for t in key]
        return self.known[key]

    def total(self, members: np.ndarray) -> np.ndarray:
        """Return the sum of the members' mean squared errors; nothing is kept.

        Args:
            members: numbers of the tasks that share the fit.

        Returns:
            One number per ridge.
        """
        key = tuple(int(t) for t in members)
        w = self._weights(key)
        return sum(np.square(self.target[t][:, None] - self.test[t] @ w).mean(axis=0) for t in key)

    def _weights(self, members: tuple[int, ...]) -> np.ndarray:
        if self.shared:  # one fit to the mean target
            X, y = self.X[0], np.mean([self.y[t] for t in members], axis=0)
        else:
            X, y = np.concatenate([self.X[t] for t in members]), np.concatenate([self.y[t] for t in members])
        return ridge_path(X, y, RIDGES * self.scale * len(X))


def ridge_path(X: np.ndarray, y: np.ndarray, ridges: np.ndarray) -> np.ndarray:
    """Return ridge fits at many ridges for the price of one.

    Args:
        X: (n, p) centred features.
        y: (n,) centred targets.
        ridges: (K,) ridges, positive.

    Returns:
        (p, K) parameters.

    Example:
        >>> ridge_path(np.eye(2), np.array([1.0, 2.0]), np.array([1.0]))
        array([[0.5],
               [1. ]])
    """
    eigenvalues, basis = spectrum(X)
    return basis @ ((basis.T @ (X.T @ y))[:, None] / (eigenvalues[:, None] + ridges))
