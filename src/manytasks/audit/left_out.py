"""What is left out of an audit, and why: rows, tasks and features that say nothing, one sentence each."""

from __future__ import annotations

import re
import shlex

import numpy as np

from manytasks.audit.columns import few
from manytasks.audit.samples import Samples

FEWEST = 8  # rows of a task: four that are fitted when half are held out
MOST_TASKS = 5000  # a matrix of pairs at twelve ridges takes 2.4 GB
BETWEEN = "features that vary between tasks only are left out, for every task has an intercept"
LARGEST = 1e60  # value whose fourth power is a float
LEFT_OUT = re.compile(r"(; (they are )?| and are )left out$")  # of notes that become a refusal
COPY = 1 - 1e-10  # R² from which a feature counts as the target in disguise


def missing_rows(missing: dict[str, np.ndarray], infinite: dict[str, np.ndarray]) -> list[str]:
    """Say which rows are left out, and for what.

    Args:
        missing: by column, (N,) mask of the rows that have a missing value there.
        infinite: the same of infinite values.

    Returns:
        At most two sentences.

    Example:
        >>> missing_rows({"x": np.array([True, False, True])}, {"y": np.array([False, False, False])})
        ["2 of 3 rows have a missing value (in 'x') and are left out"]
    """
    notes = []
    for kind, masks in (("a missing", missing), ("an infinite", infinite)):
        rows = np.any(list(masks.values()), axis=0)
        if count := int(rows.sum()):
            have, are = ("has", "is") if count == 1 else ("have", "are")
            notes.append(
                f"{count:,} of {len(rows):,} rows {have} {kind} value ({worst(masks)}) and {are} left out"
            )
    return notes


def worst(masks: dict[str, np.ndarray]) -> str:
    """Name the column that spoils most rows.

    Args:
        masks: by column, (N,) mask of the rows that it spoils.

    Returns:
        "in" or, if it is not the only one, "most in" that column.

    Example:
        >>> worst({"x": np.array([True, True]), "y": np.array([True, False])})
        "most in 'x'"
    """
    spoilt = {column: int(mask.sum()) for column, mask in masks.items() if mask.any()}
    return f"{'most ' * (len(spoilt) > 1)}in {max(spoilt, key=lambda column: spoilt[column])!r}"


def whole_rows(
    name: str, missing: dict[str, np.ndarray], infinite: dict[str, np.ndarray], how: str, advice: str = ""
) -> tuple[np.ndarray, list[str]]:
    """Find the rows that have all their values.

    Args:
        name: of the file.
        missing: by column, (N,) mask of the rows that have a missing value there.
        infinite: the same of infinite values.
        how: "drop", or "error" if other rows are refused.
        advice: what to do if there are no whole rows.

    Returns:
        (N,) mask, and what is to be said of the other rows.

    Raises:
        ValueError: if other rows are refused, or there are no rows but those.
    """
    spoilt = {"missing": missing, "infinite": infinite}
    notes = missing_rows(missing, infinite)
    if notes and how == "error":
        raise ValueError(notes[0].replace(" rows ", f" rows of {name} ", 1).rsplit(" and ", 1)[0])
    whole = ~np.any([mask for masks in spoilt.values() for mask in masks.values()], axis=0)
    if not whole.any():
        kinds = " or ".join(kind for kind, masks in spoilt.items() if np.any(list(masks.values())))
        both = {column: mask | infinite[column] for column, mask in missing.items()}
        raise ValueError(f"every row of {name} has a {kinds} value ({worst(both)}){advice}")
    return whole, notes


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
    keep: list[int] = []
    small: list[str] = []
    constant: list[str] = []
    for t, (name_of, y) in enumerate(zip(samples.names, samples.y, strict=True)):
        rows = f"{len(y)} row{'s' * (len(y) != 1)}"
        if len(y) < FEWEST:
            small.append(f"task {name_of!r} has {rows}; audit needs {FEWEST}; left out")
        elif np.ptp(y) == 0:
            constant.append(f"task {name_of!r}: the target is {y[0]:g} in all {len(y):,} rows; left out")
        else:
            keep.append(t)
    notes += few_notes(small, f"{len(small):,} tasks have fewer than {FEWEST} rows and are left out")
    notes += few_notes(constant, f"the target does not vary in {len(constant):,} tasks; they are left out")
    if len(keep) < 2:
        why = "; ".join(LEFT_OUT.sub("", each) for each in notes[len(samples.notes) :])
        left = f"only {len(keep)}" if keep else "none"
        raise ValueError(f"{left} of {T} tasks of {name} can be audited, and it takes two: {why}")
    kept = Samples(
        tuple(samples.X[t] for t in keep),
        tuple(np.asarray(samples.y[t], dtype=float) for t in keep),
        tuple(samples.names[t] for t in keep),
        samples.features,
        samples.shared,
        tuple(notes),
    )
    return _with_features(kept)


def few_notes(each: list[str], together: str, most: int = 3) -> list[str]:
    """Keep some sentences, or give one for all of them if they are many.

    Args:
        each: sentences.
        together: the one for all.
        most: how many are kept.

    Returns:
        Sentences.

    Example:
        >>> few_notes(["a", "b", "c"], "three of them", most=2)
        ['three of them']
    """
    return each if len(each) <= most else [together]


def _with_features(samples: Samples) -> Samples:
    notes, parts = list(samples.notes), samples.X[:1] if samples.shared else samples.X
    low = np.min([X.min(axis=0) for X in parts], axis=0)
    high = np.max([X.max(axis=0) for X in parts], axis=0)
    for name, largest in (
        *zip(samples.features, np.maximum(np.abs(low), np.abs(high)), strict=True),
        ("the target", max(np.abs(y).max() for y in samples.y)),
    ):
        if largest > LARGEST:
            raise ValueError(f"{name!r} has values as large as {largest:.0e}; write it in another unit")
    within = np.any([X.max(axis=0) > X.min(axis=0) for X in parts], axis=0)
    for kept, sentence in (
        (high > low, "constant features are left out"),
        (within | ~(high > low), BETWEEN),
    ):
        if not kept.all():
            notes.append(f"{sentence}: {few([samples.features[k] for k in np.flatnonzero(~kept)])}")
    varies = within
    if not varies.any():
        raise ValueError("every feature is constant: there is nothing to learn from")
    if sum(len(X) for X in parts) * len(varies) <= 2**26:
        _identifiers(samples, parts, notes)
        for k in np.flatnonzero(varies):
            for y in samples.y if samples.shared else [np.concatenate(samples.y)]:
                x = np.concatenate([X[:, k] for X in parts])
                if abs(np.corrcoef(x, y)[0, 1]) ** 2 > COPY:
                    feature = samples.features[k]
                    raise ValueError(
                        f"feature {feature!r} is a linear function of the target; "
                        f"leave it out with --drop {shlex.quote(feature)}"
                    )
    if not samples.shared:
        _same_rows(samples, notes)
    if not varies.all():
        X = [X[:, varies] for X in parts]
        parts = tuple(X) * (len(samples.y) if samples.shared else 1)
    else:
        parts = samples.X
    called = tuple(name for name, does in zip(samples.features, varies, strict=True) if does)
    return Samples(tuple(parts), samples.y, samples.names, called, samples.shared, tuple(notes))


def _identifiers(samples: Samples, parts: tuple[np.ndarray, ...], notes: list[str]) -> None:
    """Warn of a feature that looks like a number of the row."""
    N = sum(map(len, parts))
    for k, name in enumerate(samples.features):
        x = np.concatenate([X[:, k] for X in parts])
        if np.all(x == np.round(x)) and len(np.unique(x)) == N:
            notes.append(
                f"feature {name!r} is another whole number in every row; if it only numbers them, leave it "
                f"out with --drop {shlex.quote(name)}"
            )


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
