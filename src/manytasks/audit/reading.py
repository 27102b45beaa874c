"""From a file to samples, or one sentence that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from manytasks.audit.columns import (
    Table,
    default_target,
    default_task,
    features_in,
    few,
    target_in,
    tasks_in,
    without_name,
)
from manytasks.audit.formats import arrays_in, called, frame_in
from manytasks.audit.left_out import usable, whole_rows
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
    positive: str | None = None,
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
        positive: word that is 1 where the target holds text, all others 0; if None, of two words the last
            in sorted order.

    Returns:
        Samples with at least two tasks; ``notes`` says what was left out.

    Raises:
        ValueError: if the file cannot be audited; one sentence says why and what to do.
        OSError: if the file cannot be read.
    """
    if not isinstance(path, str | Path) or not str(path).strip() or "\0" in str(path):
        raise ValueError(f"path must name a file or a folder; got {short(path)}")
    where = Path(path)
    name = called(where)
    if where.exists() and not (where.is_file() or where.is_dir()):
        raise ValueError(f"{name} is neither a file nor a folder")  # a pipe would keep us waiting
    choice(missing, "missing", ("drop", "error"))
    choice(decimal, "decimal", (".", ","))
    if targets and (task or target):
        raise ValueError("give either targets, for tasks on the same rows, or task and target")
    if where.is_dir() or where.suffix == ".npz":
        asked = {"task": task, "target": target, "targets": targets, "features": features, "drop": drop}
        asked |= {"positive": positive, "decimal": decimal if decimal != "." else None}
        if ignored := [option for option, value in asked.items() if value]:
            raise ValueError(f"--{ignored[0]} is for the columns of a table; {name} holds arrays")
        return _checked(name, arrays_in(where), missing)
    table = Table(name, frame_in(where, decimal))
    if table.frame.empty:
        raise ValueError(f"{name} has no rows")
    if targets:
        wanted = _once(table, targets)
        if len(wanted) < 2:
            raise ValueError(f"audit compares at least two targets; got {few(wanted)}")
        taken = wanted
    else:
        task = table.column(task) if task else default_task(table)
        target = table.column(target) if target else default_target(table)
        if task == target:
            raise ValueError(f"task and target are the same column, {task!r}")
        wanted, taken = [target], [task, target]
    left_out, chosen = _once(table, drop), _once(table, features)
    if both := [each for each in left_out if each in {*taken, *chosen}]:
        role = "the task or a target" if both[0] in taken else "a feature that --features names"
        raise ValueError(f"{both[0]!r} cannot be left out with --drop: it is {role}")
    if not chosen:
        others = {*taken, *left_out}
        others |= without_name(table, others)
        chosen = [str(each) for each in table.frame.columns if each not in others]
    if both := [each for each in chosen if each in taken]:
        raise ValueError(f"{both[0]!r} cannot be a feature: it is the task or the target")
    if not chosen:
        raise ValueError(f"{name} has no feature columns beside {few(taken)}")
    y = {each: target_in(table, each, decimal, positive)[:, None] for each in wanted}
    X, names = features_in(table, chosen, decimal)
    codes = None if targets else tasks_in(table, str(task))
    empty = {column: np.isnan(values).any(axis=1) for column, values in (X | y).items()}
    infinite = {column: np.isinf(values).any(axis=1) for column, values in (X | y).items()}
    if codes is not None:
        empty[str(task)] = codes.isna().to_numpy(dtype=bool)
        infinite[str(task)] = np.zeros(len(codes), dtype=bool)
    whole, notes = whole_rows(name, empty, infinite, missing, "; leave columns out with --drop")
    table.notes += notes
    rows, values = (np.concatenate(list(each.values()), axis=1)[whole] for each in (X, y))
    if targets:
        samples = from_arrays(rows, values, names=tuple(wanted))
    else:
        assert codes is not None
        kind = str if codes.dtype == "string" else int
        samples = from_arrays(rows, values[:, 0], codes[whole].to_numpy(dtype=kind))
    samples = Samples(samples.X, samples.y, samples.names, tuple(names), samples.shared, tuple(table.notes))
    return usable(name, samples)


def _once(table: Table, wanted: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(table.column(each) for each in wanted))


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
    task = None if wide else arrays["task"]
    columns = {f"y{t + 1}": own for t, own in enumerate(y.T)} if wide else {"y": y}
    if task is not None and task.dtype.kind == "f":
        columns["task"] = task
    empty = {column: np.isnan(values) for column, values in columns.items()}
    infinite = {column: np.isinf(values) for column, values in columns.items()}
    large = X.size > 2**26  # looked through block by block, where it lies
    step = max(1, 2**24 // X.shape[1])
    for begin in range(0, len(X), step):
        block = X[begin : begin + step]
        for k in np.flatnonzero(~np.isfinite(block).all(axis=0)).tolist():
            for masks, fault in ((empty, np.isnan), (infinite, np.isinf)):
                mask = masks.setdefault(f"x{k + 1}", np.zeros(len(X), dtype=bool))
                mask[begin : begin + step] = fault(block[:, k])
    whole, notes = whole_rows(name, empty, infinite, missing)
    if notes:
        X, y = X[whole], y[whole]
        task = None if task is None else task[whole]
    X = X if large else np.asarray(X, dtype=float)  # in a file true and false are 1 and 0
    samples = from_arrays(X, y.astype(float), task)
    return usable(
        name, Samples(samples.X, samples.y, samples.names, samples.features, samples.shared, tuple(notes))
    )
