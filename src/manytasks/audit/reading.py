"""From a file to samples, or one sentence that says why not."""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from manytasks.audit.samples import Samples, from_arrays

FEWEST = 8  # rows of a task: four that are fitted when half are held out
MOST_TASKS = 5000  # a matrix of pairs at twelve ridges takes 2.4 GB
MOST_TEXTS = 20  # values of a text feature that become columns of 0 and 1
COPY = 1 - 1e-10  # R² from which a feature counts as the target in disguise


@dataclass
class Table:
    """Columns of a file on the way to samples.

    Attributes:
        name: of the file, for messages.
        frame: all columns.
        notes: what was left out or changed.
    """

    name: str
    frame: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def column(self, wanted: str) -> str:
        """Find a column by its name or its number from 1.

        Args:
            wanted: what the user wrote.

        Returns:
            Its name.

        Raises:
            ValueError: if there is none; the message names the nearest.
        """
        columns = [str(each) for each in self.frame.columns]
        if wanted in columns:
            return wanted
        if wanted.isdecimal() and 1 <= int(wanted) <= len(columns):
            return columns[int(wanted) - 1]
        near = difflib.get_close_matches(wanted, columns, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ValueError(f"{self.name} has no column {wanted!r}{hint} Columns: {few(columns)}")


def read(
    path: str | Path,
    *,
    task: str | None = None,
    target: str | None = None,
    targets: Sequence[str] = (),
    features: Sequence[str] = (),
    drop: Sequence[str] = (),
    missing: str = "drop",
    decimal: str = ".",
) -> Samples:
    """Read tasks from a file.

    A table (.csv, .tsv, both also .gz, or .parquet) has a row per sample. Long: a column that names the task,
    a column of targets, the rest features. Wide: several target columns, each a task on the same rows. An
    .npz file holds ``X`` (N, p) and either ``y`` (N,) with ``task`` (N,), or ``Y`` (N, T); a folder holds the
    same as .npy files, which are not read into memory at once.

    Args:
        path: the file or folder.
        task: column of the task; "task" if None.
        target: column of the target; "y" or "target" if None.
        targets: columns of a wide table; then ``task`` and ``target`` must be None.
        features: columns to use; all others if empty.
        drop: columns to leave out.
        missing: "drop" leaves rows with missing values out, "error" refuses them.
        decimal: sign before the decimals in a table, "." or ",".

    Returns:
        Samples with at least two tasks; ``notes`` says what was left out.

    Raises:
        ValueError: if the file cannot be audited; one sentence says why and what to do.
        OSError: if the file cannot be read.
    """
    where = Path(path)
    name = where.name
    if missing not in ("drop", "error"):
        raise ValueError(f"missing must be drop or error; got {missing!r}")
    if targets and (task or target):
        raise ValueError("give either targets, for tasks on the same rows, or task and target")
    if where.is_dir() or where.suffix == ".npz":
        return _checked(name, _arrays(where), missing)
    table = Table(name, _frame(where, decimal))
    if table.frame.empty:
        raise ValueError(f"{name} has no rows")
    if targets:
        wanted = [table.column(each) for each in targets]
        if len(set(wanted)) < 2:
            raise ValueError(f"audit compares at least two targets; got {few(wanted)}")
        taken = wanted
    else:
        task = table.column(task or "task")
        target = table.column(target) if target else _default_target(table)
        if task == target:
            raise ValueError(f"task and target are the same column, {task!r}")
        wanted, taken = [target], [task, target]
    left_out = {table.column(each) for each in drop}
    chosen = [table.column(each) for each in features] or [
        str(each) for each in table.frame.columns if each not in {*taken, *left_out}
    ]
    if both := [each for each in chosen if each in taken]:
        raise ValueError(f"{both[0]!r} cannot be a feature: it is the task or the target")
    if not chosen:
        raise ValueError(f"{name} has no feature columns beside {few(taken)}")
    y = np.stack([_target(table, each, decimal) for each in wanted], axis=1)
    X, called = _features(table, chosen, decimal)
    codes = None if targets else table.frame[task].astype("string")
    gap = ~np.isfinite(X).all(axis=1) | ~np.isfinite(y).all(axis=1)
    empty = dict(zip(called, (~np.isfinite(X)).sum(axis=0), strict=True))
    empty |= dict(zip(wanted, (~np.isfinite(y)).sum(axis=0), strict=True))
    if codes is not None:
        gap |= codes.isna().to_numpy()
        empty[str(task)] = codes.isna().sum()
    if gap.any():
        most = max(empty, key=lambda column: empty[column])
        table.notes.append(_missing(int(gap.sum()), len(gap), most, missing, name))
    if gap.all():
        raise ValueError(
            f"every row of {name} has a missing value (most in {most!r}); leave columns out with --drop"
        )
    X, y = X[~gap], y[~gap]
    if targets:
        samples = from_arrays(X, y, names=tuple(wanted))
    else:
        assert codes is not None
        samples = from_arrays(X, y[:, 0], codes[~gap].to_numpy(dtype=str))
    samples = Samples(samples.X, samples.y, samples.names, tuple(called), samples.shared, tuple(table.notes))
    return _usable(name, samples)


def few(names: Sequence[Any], most: int = 8) -> str:
    """Write the first of some names.

    Args:
        names: any number.
        most: how many are written.

    Returns:
        Names with commas, dots if there are more.

    Example:
        >>> few(["a", "b", "c"], 2)
        'a, b, …'
    """
    return ", ".join([str(each) for each in names[:most]] + ["…"] * (len(names) > most))


def _frame(path: Path, decimal: str) -> pd.DataFrame:
    kind = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    if kind not in (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet"):
        raise ValueError(
            f"{path.name} must end in .csv, .tsv, .npz or .parquet (also .csv.gz), or be a folder"
        )
    path.stat()  # whoever reads it says less clearly that it is not there
    if kind == ".parquet":
        try:
            return pd.read_parquet(path)
        except ImportError:
            raise ValueError(
                f"{path.name}: reading Parquet needs pyarrow; pip install pyarrow, or save as .csv"
            ) from None
        except Exception as error:
            raise ValueError(f"{path.name} is not a readable Parquet file ({type(error).__name__})") from None
    separator = "\t" if kind.startswith(".tsv") else ";" if decimal == "," else ","
    try:
        frame = pd.read_csv(path, sep=separator, decimal=decimal, skipinitialspace=True, low_memory=False)
    except (
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
        EOFError,
        zipfile.BadZipFile,
    ) as error:
        what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ValueError(f"{path.name} is not a readable table: {what}") from None
    frame.columns = [str(each).strip() for each in frame.columns]
    return frame


def _default_target(table: Table) -> str:
    for name in ("y", "target"):
        if name in table.frame.columns:
            return name
    raise ValueError(
        f"{table.name} has no column 'y' or 'target'; name it with --target. Columns: "
        f"{few([str(each) for each in table.frame.columns])}"
    )


def _numbers(table: Table, column: str, decimal: str) -> np.ndarray | pd.Series:
    """Return a column as numbers, or as it is if it holds text.

    Raises:
        ValueError: if most values are numbers and one is not.
    """
    values = table.frame[column]
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    text = values.astype("string").str.strip()
    number = pd.to_numeric(text, errors="coerce")
    wrong = number.isna() & text.notna() & ~text.isin(["", "?", "inf", "-inf"])
    if wrong.sum() * 2 > text.notna().sum():
        first = str(text[wrong].iloc[0])
        if decimal == "." and pd.to_numeric(text.str.replace(",", "."), errors="coerce").notna().mean() > 0.5:
            row = int(np.flatnonzero(wrong)[0]) + 1
            raise ValueError(
                f"row {row}, column {column!r}: {first!r} is not a number; a decimal comma? --decimal ,"
            )
        return text
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0]) + 1
        first = str(text[wrong].iloc[0])
        hint = "; a decimal comma? --decimal ," if "," in first else ""
        raise ValueError(f"row {row}, column {column!r}: {first!r} is not a number{hint}")
    return number.to_numpy(dtype=float, na_value=np.nan)


def _target(table: Table, column: str, decimal: str) -> np.ndarray:
    found = _numbers(table, column, decimal)
    if isinstance(found, np.ndarray):
        return found
    values = list(pd.unique(found.dropna()))
    if len(values) == 2:
        table.notes.append(f"target {column!r} holds text; {values[1]!r} is 1 and {values[0]!r} is 0")
        return np.where(found.isna(), np.nan, (found == values[1]).fillna(False).to_numpy(dtype=float))
    raise ValueError(f"target {column!r} holds text ({few(values, 3)}); audit needs numbers, or two values")


def _features(table: Table, chosen: Sequence[str], decimal: str) -> tuple[np.ndarray, list[str]]:
    parts, called = [], []
    for column in chosen:
        found = _numbers(table, column, decimal)
        if isinstance(found, np.ndarray):
            parts.append(found[:, None])
            called.append(column)
            continue
        values = sorted(pd.unique(found.dropna()))
        if len(values) > MOST_TEXTS:
            raise ValueError(
                f"feature {column!r} holds {len(values)} different texts; leave it out with --drop {column}"
            )
        if len(values) < 2:
            table.notes.append(f"feature {column!r} is {values[0]!r} in all rows; left out")
            continue
        coded = np.stack(
            [(found == value).fillna(False).to_numpy(dtype=float) for value in values[1:]], axis=1
        )
        coded[found.isna().to_numpy()] = np.nan
        parts.append(coded)
        called += [f"{column}={value}" for value in values[1:]]
        table.notes.append(f"feature {column!r} holds text ({few(values, 3)}) and is coded as 0 and 1")
    if not parts:
        raise ValueError("every feature is constant: there is nothing to learn from")
    return np.concatenate(parts, axis=1), called


def _missing(count: int, of: int, most: str, missing: str, name: str) -> str:
    if missing == "error":
        raise ValueError(f"{count:,} of {of:,} rows of {name} have a missing value (most in {most!r})")
    return f"{count:,} of {of:,} rows have a missing value (most in {most!r}) and are left out"


def _arrays(path: Path) -> dict[str, np.ndarray]:
    if path.is_dir():
        found = {each.stem: each for each in path.glob("*.npy")}
        try:
            return {key: np.load(file, mmap_mode="r", allow_pickle=False) for key, file in found.items()}
        except ValueError:
            raise ValueError(f"{path.name} holds Python objects; save plain arrays") from None
    path.stat()
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path.name} is not a readable .npz file")
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except ValueError as error:
        if "pickle" in str(error) or "Object arrays" in str(error):
            raise ValueError(f"{path.name} holds Python objects; save plain arrays") from None
        raise ValueError(f"{path.name} is not a readable .npz file") from None
    except (zipfile.BadZipFile, EOFError, KeyError):
        raise ValueError(f"{path.name} is not a readable .npz file") from None


def _checked(name: str, arrays: dict[str, np.ndarray], missing: str) -> Samples:
    wide = "Y" in arrays
    wanted = ("X", "Y") if wide else ("X", "y", "task")
    if absent := [key for key in wanted if key not in arrays]:
        raise ValueError(f"{name} has no array {absent[0]!r}; it needs X and either Y, or y and task")
    for key in wanted:
        kind = arrays[key].dtype.kind
        if kind not in ("biuf" if key != "task" else "biufUS"):
            raise ValueError(f"{name}: {key} must hold numbers; its type is {arrays[key].dtype}")
    X, y = arrays["X"], arrays["Y" if wide else "y"]
    for key, array, dimensions in (("X", X, 2), (wanted[1], y, 2 if wide else 1)):
        if array.ndim != dimensions or 0 in array.shape:
            raise ValueError(
                f"{name}: {key} must have {dimensions} dimensions, none empty; got shape {array.shape}"
            )
    for key in wanted[1:]:
        if len(arrays[key]) != len(X):
            raise ValueError(f"{name}: X has {len(X):,} rows, {key} has {len(arrays[key]):,}")
    finite = np.isfinite(y).all(axis=1) if wide else np.isfinite(y)
    notes: list[str] = []
    large = X.size > 2**26  # looked through block by block, where it lies
    step = max(1, 2**24 // X.shape[1])
    for begin in range(0, len(X), step):
        finite[begin : begin + step] &= np.isfinite(X[begin : begin + step]).all(axis=1)
    task = None if wide else arrays["task"]
    if not finite.all():
        notes.append(_missing(int((~finite).sum()), len(X), "X or y", missing, name))
        X, y = X[finite], y[finite]
        task = None if task is None else task[finite]
    if not len(X):
        raise ValueError(f"every row of {name} has a missing value")
    X = X if large else np.asarray(X, dtype=float)
    samples = from_arrays(X, y, task)
    return _usable(
        name, Samples(samples.X, samples.y, samples.names, samples.features, samples.shared, tuple(notes))
    )


def _usable(name: str, samples: Samples) -> Samples:
    """Leave out what cannot be audited, and say so.

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
