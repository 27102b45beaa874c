"""What an audit starts from: the rows of every task, with features in one unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from manytasks.readers import numbers, short


@dataclass(frozen=True)
class Samples:
    """Rows of T tasks that share their features.

    Attributes:
        X: one (n_t, p) array per task; the same array for all of them if rows are shared.
        y: one (n_t,) array of targets per task.
        names: what each task is called.
        features: what each of the p features is called.
        shared: whether every task was measured on the same rows.
        notes: what reading left out or changed, one sentence each.
    """

    X: tuple[np.ndarray, ...]
    y: tuple[np.ndarray, ...]
    names: tuple[str, ...]
    features: tuple[str, ...]
    shared: bool = False
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> np.ndarray:
        """(T,) numbers of rows."""
        return np.array([len(y) for y in self.y])

    def rows(self, chosen: list[np.ndarray]) -> Samples:
        """Return some rows of every task.

        Args:
            chosen: for each task the numbers (or a mask) of its rows; the same for all if rows are shared.

        Returns:
            Samples with these rows.
        """
        if self.shared:
            X = self.X[0][chosen[0]]
            features = tuple(X for _ in self.X)
        else:
            features = tuple(X[rows] for X, rows in zip(self.X, chosen, strict=True))
        return replace(self, X=features, y=tuple(y[rows] for y, rows in zip(self.y, chosen, strict=True)))

    def scaled(self) -> Samples:
        """Return the samples with every feature divided by its standard deviation within tasks.

        Ridge knows no units: a feature in grams would count a million times what it counts in kilograms.

        Returns:
            Samples whose features have variance 1 around the means of their tasks.
        """
        parts = self.X[:1] if self.shared else self.X
        squares = sum(np.square(X - X.mean(axis=0)).sum(axis=0) for X in parts)
        spread = np.sqrt(squares / sum(len(X) - 1 for X in parts))
        spread[spread == 0] = 1.0  # constant within every task: it says nothing, and zero stays zero
        if self.shared:
            X = self.X[0] / spread
            return replace(self, X=tuple(X for _ in self.X))
        return replace(self, X=tuple(X / spread for X in self.X))

    def standardized(self) -> Samples:
        """Return the samples with every target centred and of variance 1.

        Targets in units of their own then count the same.

        Returns:
            Samples; a target that does not vary is 0.
        """
        spread = [y.std(ddof=1) for y in self.y]
        return replace(
            self, y=tuple((y - y.mean()) / (own or 1.0) for y, own in zip(self.y, spread, strict=True))
        )


def from_arrays(
    X: np.ndarray, y: np.ndarray, task: np.ndarray | None = None, names: tuple[str, ...] | None = None
) -> Samples:
    """Make samples from arrays, such as those of scikit-learn.

    Args:
        X: (N, p) features.
        y: (N,) targets, with ``task``; or (N, T), a target of every task on the same rows.
        task: (N,) labels of tasks, anything that sorts.
        names: what the tasks are called, in the order of their labels; the labels themselves if None.

    Returns:
        The samples, tasks in sorted order.

    Raises:
        ValueError: if shapes do not match, or X or y hold anything but numbers.

    Example:
        >>> samples = from_arrays(np.eye(4), np.arange(4.0), np.array(["b", "a", "b", "a"]))
        >>> samples.names, [y.tolist() for y in samples.y]
        (('a', 'b'), [[1.0, 3.0], [0.0, 2.0]])
    """
    if not isinstance(X, np.ndarray) or isinstance(X, np.ma.MaskedArray) or X.dtype.kind not in "iuf":
        X = numbers(X, "X")  # arrays of numbers stay where they lie, which may be a file
    y = numbers(y, "y")
    if X.ndim != 2 or y.ndim == 0:
        raise ValueError(f"X must have shape (N, p), y (N,) or (N, T); got shapes {X.shape} and {y.shape}")
    if len(X) != len(y):
        raise ValueError(f"X has {len(X):,} rows, y has {len(y):,}")
    features = tuple(f"x{k + 1}" for k in range(X.shape[1]))
    if task is None:
        if y.ndim != 2:
            raise ValueError(f"without task, y must have shape (N, T); got shape {y.shape}")
        called = names or tuple(f"y{t + 1}" for t in range(y.shape[1]))
        return Samples(tuple(X for _ in called), tuple(y.T), called, features, shared=True)
    if y.ndim != 1:
        raise ValueError(f"with task, y must have shape (N,); got shape {y.shape}")
    if len(task) != len(y):
        raise ValueError(f"y has {len(y):,} rows, task has {len(task):,}")
    labels, code = np.unique(np.asarray(task), return_inverse=True)
    if np.all(code[1:] >= code[:-1]):  # sorted already: slices are views, which large arrays need
        ends = np.cumsum(np.bincount(code))
        parts: list[slice | np.ndarray] = [
            slice(begin, end) for begin, end in zip([0, *ends[:-1]], ends, strict=True)
        ]
    else:
        parts = [np.flatnonzero(code == t) for t in range(len(labels))]
    called = names or tuple(str(label) for label in labels)
    return Samples(tuple(X[part] for part in parts), tuple(y[part] for part in parts), called, features)


def check_samples(samples: Any, scale: Any = True) -> None:
    """Refuse what is no samples of tasks.

    Args:
        samples: what was given.
        scale: what was given for "divide features by their spread".

    Raises:
        ValueError: if samples are anything else, or scale is no truth value.

    Example:
        >>> check_samples([1, 2])
        Traceback (most recent call last):
        ...
        ValueError: samples must be Samples, which audit.read or audit.from_arrays make; got [1, 2]
    """
    if not isinstance(samples, Samples):
        raise ValueError(
            f"samples must be Samples, which audit.read or audit.from_arrays make; got {short(samples)}"
        )
    if not isinstance(scale, bool):
        raise ValueError(f"scale must be True or False; got {short(scale)}")
