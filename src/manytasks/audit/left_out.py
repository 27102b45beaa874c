"""What is left out of an audit, and why: rows, tasks and features that say nothing, one sentence each."""

from __future__ import annotations

import numpy as np

from manytasks.audit.columns import few
from manytasks.audit.samples import Samples

FEWEST = 8  # rows of a task: four that are fitted when half are held out
MOST_TASKS = 5000  # a matrix of pairs at twelve ridges takes 2.4 GB
COPY = 1 - 1e-10  # R² from which a feature counts as the target in disguise


def missing_rows(count: int, of: int, most: str, missing: str, name: str) -> str:
    """Say that rows with missing values are left out.

    Args:
        count: how many.
        of: number of all rows.
        most: column in which most values are missing.
        missing: "drop", or "error" if they are refused.
        name: of the file.

    Returns:
        The sentence.

    Raises:
        ValueError: if they are refused.
    """
    if missing == "error":
        raise ValueError(f"{count:,} of {of:,} rows of {name} have a missing value (most in {most!r})")
    return f"{count:,} of {of:,} rows have a missing value (most in {most!r}) and are left out"


def usable(name: str, samples: Samples) -> Samples:
    """Leave out what cannot be audited, and say so.

    Args:
        name: of the file.
        samples: as they were read.

    Returns:
        The samples that are left.

    Raises:
        ValueError: if fewer than two tasks remain, or more than memory holds.
    """
    T, notes = len(samples.y), list(samples.notes)
    if T > MOST_TASKS:
        raise ValueError(f"{T:,} tasks are too many; audit takes up to {MOST_TASKS:,}: group them beforehand")
    if T == 1:
        raise ValueError(
            f"all {len(samples.y[0]):,} rows belong to one task ({samples.names[0]!r}); audit compares at "
            "least two"
        )
    keep = []
    for t, y in enumerate(samples.y):
        if len(y) < FEWEST:
            notes.append(f"task {samples.names[t]!r} has {len(y)} rows; audit needs {FEWEST}; left out")
        elif np.ptp(y) == 0:
            notes.append(
                f"task {samples.names[t]!r}: the target is {y[0]:g} in all {len(y):,} rows; left out"
            )
        else:
            keep.append(t)
    if len(keep) < 2:
        raise ValueError(f"only {len(keep)} of {T} tasks of {name} can be audited: {few(notes, 3)}")
    kept = Samples(
        tuple(samples.X[t] for t in keep),
        tuple(np.asarray(samples.y[t], dtype=float) for t in keep),
        tuple(samples.names[t] for t in keep),
        samples.features,
        samples.shared,
        tuple(notes),
    )
    return _with_features(kept)


def _with_features(samples: Samples) -> Samples:
    notes, parts = list(samples.notes), samples.X[:1] if samples.shared else samples.X
    low = np.min([X.min(axis=0) for X in parts], axis=0)
    high = np.max([X.max(axis=0) for X in parts], axis=0)
    varies = high > low
    constant = [name for name, does in zip(samples.features, varies, strict=True) if not does]
    if constant:
        notes.append(f"constant features are left out: {few(constant)}")
    if not varies.any():
        raise ValueError("every feature is constant: there is nothing to learn from")
    if sum(len(X) for X in parts) * len(varies) <= 2**26:
        for k in np.flatnonzero(varies):
            for y in samples.y if samples.shared else [np.concatenate(samples.y)]:
                x = np.concatenate([X[:, k] for X in parts])
                if abs(np.corrcoef(x, y)[0, 1]) ** 2 > COPY:
                    feature = samples.features[k]
                    raise ValueError(
                        f"feature {feature!r} is a linear function of the target; "
                        f"leave it out with --drop {feature}"
                    )
    if not samples.shared:
        _same_rows(samples, notes)
    if constant:
        X = [X[:, varies] for X in parts]
        parts = tuple(X) * (len(samples.y) if samples.shared else 1)
    else:
        parts = samples.X
    called = tuple(name for name, does in zip(samples.features, varies, strict=True) if does)
    return Samples(tuple(parts), samples.y, samples.names, called, samples.shared, tuple(notes))


def _same_rows(samples: Samples, notes: list[str]) -> None:
    """Warn of tasks that look like targets of the same rows in a long table."""
    seen: dict[bytes, str] = {}
    for X, name in zip(samples.X, samples.names, strict=True):
        if X.size > 2**24:
            break
        key = np.ascontiguousarray(X[:FEWEST]).tobytes() + str(X.shape).encode()
        if key in seen and len(np.unique(X[:FEWEST], axis=0)) > 1:
            notes.append(
                f"tasks {seen[key]!r} and {name!r} have identical rows; if they are targets of the same "
                "rows, give a table with one column per target (--targets)"
            )
            break
        seen[key] = name
