"""From a file to samples, or one sentence that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from manytasks.audit.columns import Table, default_target, default_task, features_in, few, target_in, tasks_in
from manytasks.audit.formats import arrays_in, frame_in
from manytasks.audit.left_out import missing_rows, usable
from manytasks.audit.samples import Samples, from_arrays
from manytasks.readers import choice, short


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
    if not isinstance(path, str | Path) or not str(path).strip() or "\0" in str(path):
        raise ValueError(f"path must name a file or a folder; got {short(path)}")
    where = Path(path)
    name = where.name
    if where.exists() and not (where.is_file() or where.is_dir()):
        raise ValueError(f"{name} is neither a file nor a folder")  # a pipe would keep us waiting
    choice(missing, "missing", ("drop", "error"))
    choice(decimal, "decimal", (".", ","))
    if targets and (task or target):
        raise ValueError("give either targets, for tasks on the same rows, or task and target")
    if where.is_dir() or where.suffix == ".npz":
        return _checked(name, arrays_in(where), missing)
    table = Table(name, frame_in(where, decimal))
    if table.frame.empty:
        raise ValueError(f"{name} has no rows")
    if targets:
        wanted = [table.column(each) for each in targets]
        if len(set(wanted)) < 2:
            raise ValueError(f"audit compares at least two targets; got {few(wanted)}")
        taken = wanted
    else:
        task = table.column(task) if task else default_task(table)
        target = table.column(target) if target else default_target(table)
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
    y = np.stack([target_in(table, each, decimal) for each in wanted], axis=1)
    X, called = features_in(table, chosen, decimal)
    codes = None if targets else tasks_in(table, str(task))
    gap = ~np.isfinite(X).all(axis=1) | ~np.isfinite(y).all(axis=1)
    empty = dict(zip(called, (~np.isfinite(X)).sum(axis=0), strict=True))
    empty |= dict(zip(wanted, (~np.isfinite(y)).sum(axis=0), strict=True))
    if codes is not None:
        gap |= codes.isna().to_numpy()
        empty[str(task)] = codes.isna().sum()
    if gap.any():
        most = max(empty, key=lambda column: empty[column])
        table.notes.append(missing_rows(int(gap.sum()), len(gap), most, missing, name))
    if gap.all():
        raise ValueError(
            f"every row of {name} has a missing value (most in {most!r}); leave columns out with --drop"
        )
    X, y = X[~gap], y[~gap]
    if targets:
        samples = from_arrays(X, y, names=tuple(wanted))
    else:
        assert codes is not None
        samples = from_arrays(X, y[:, 0], codes[~gap].to_numpy(dtype=str if codes.dtype == "string" else int))
    samples = Samples(samples.X, samples.y, samples.names, tuple(called), samples.shared, tuple(table.notes))
    return usable(name, samples)


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
    if task is not None and task.dtype.kind == "f":
        finite &= np.isfinite(task)
    if not finite.all():
        notes.append(missing_rows(int((~finite).sum()), len(X), "X or y", missing, name))
        X, y = X[finite], y[finite]
        task = None if task is None else task[finite]
    if not len(X):
        raise ValueError(f"every row of {name} has a missing value")
    X = X if large else np.asarray(X, dtype=float)  # in a file true and false are 1 and 0
    samples = from_arrays(X, y.astype(float), task)
    return usable(
        name, Samples(samples.X, samples.y, samples.names, samples.features, samples.shared, tuple(notes))
    )
