"""Columns of a table on their way to numbers: which is which, and what text stands for."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from manytasks.readers import short

MISSING = ("", "?", ".", "-", "–", "inf", "-inf")  # beside what pandas takes for a missing value
MOST_TEXTS = 20  # values of a text feature that become columns of 0 and 1


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

    def list(self) -> str:
        """Return the names of all columns."""
        return few([str(each) for each in self.frame.columns], MOST_TEXTS)

    def column(self, wanted: str) -> str:
        """Find a column by its name or its number from 1.

        Args:
            wanted: what the user wrote.

        Returns:
            Its name.

        Raises:
            ValueError: if there is none; the message names the nearest.
        """
        if not isinstance(wanted, str):
            raise ValueError(
                f"a column must be called by its name, or its number as text; got {short(wanted)}"
            )
        columns = [str(each) for each in self.frame.columns]
        if wanted in columns:
            return wanted
        if wanted.isdecimal() and 1 <= int(wanted) <= len(columns):
            return columns[int(wanted) - 1]
        near = difflib.get_close_matches(wanted, columns, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ValueError(f"{self.name} has no column {wanted!r}{hint} Columns: {self.list()}")


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


def default_task(table: Table) -> str:
    """Find the task column that nobody named.

    Args:
        table: with a column "task".

    Returns:
        Its name.

    Raises:
        ValueError: if there is none.
    """
    if "task" in table.frame.columns:
        return "task"
    raise ValueError(f"{table.name} has no column 'task'; name it with --task. Columns: {table.list()}")


def default_target(table: Table) -> str:
    """Find the target column that nobody named.

    Args:
        table: with a column "y" or "target".

    Returns:
        The name of the first of these.

    Raises:
        ValueError: if there is none.
    """
    for name in ("y", "target"):
        if name in table.frame.columns:
            return name
    raise ValueError(
        f"{table.name} has no column 'y' or 'target'; name it with --target. Columns: {table.list()}"
    )


def numbers_in(table: Table, column: str, decimal: str) -> np.ndarray | pd.Series:
    """Return a column as numbers, or as it is if it holds text.

    Args:
        table: the table.
        column: name of the column.
        decimal: sign before decimals, for the hint of a message.

    Returns:
        (N,) floats, nan where a value is missing; or the text, if most values are no numbers.

    Raises:
        ValueError: if most values are numbers and one is not.
    """
    values = table.frame[column]
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    text = values.astype("string").str.strip()
    number = pd.to_numeric(text, errors="coerce")
    wrong = number.isna() & text.notna() & ~text.isin(MISSING)
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
        comma = pd.notna(pd.to_numeric(first.replace(",", "."), errors="coerce"))
        hint = "; a decimal comma? --decimal ," if comma and "," in first else ""
        raise ValueError(f"row {row}, column {column!r}: {first!r} is not a number{hint}")
    return number.to_numpy(dtype=float, na_value=np.nan)


def target_in(table: Table, column: str, decimal: str) -> np.ndarray:
    """Return a target; of two texts the second to appear is 1, and the table's notes say so.

    Args:
        table: the table.
        column: name of the column.
        decimal: sign before decimals, for the hint of a message.

    Returns:
        (N,) floats, nan where a value is missing.

    Raises:
        ValueError: if it holds text of more than two kinds.
    """
    found = numbers_in(table, column, decimal)
    if isinstance(found, np.ndarray):
        return found
    values = list(pd.unique(found.dropna()))
    if len(values) == 2:
        table.notes.append(f"target {column!r} holds text; {values[1]!r} is 1 and {values[0]!r} is 0")
        return np.where(found.isna(), np.nan, (found == values[1]).fillna(False).to_numpy(dtype=float))
    raise ValueError(f"target {column!r} holds text ({few(values, 3)}); audit needs numbers, or two values")


def tasks_in(table: Table, column: str) -> pd.Series:
    """Return which task every row belongs to.

    Args:
        table: the table.
        column: name of the column.

    Returns:
        Whole numbers, so that 2 comes before 10, or text; missing where it is missing.
    """
    values = table.frame[column]
    whole = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if whole and (values.dropna() % 1 == 0).all():  # whole numbers with a gap among them are read as decimals
        return values.astype("Int64")
    text = values.astype("string").str.strip()
    return text.mask(text == "")


def features_in(table: Table, chosen: Sequence[str], decimal: str) -> tuple[np.ndarray, list[str]]:
    """Return features, text coded as columns of 0 and 1; the table's notes say what was coded.

    Args:
        table: the table.
        chosen: names of columns.
        decimal: sign before decimals, for the hint of a message.

    Returns:
        (N, p) floats, nan where a value is missing, and p names.

    Raises:
        ValueError: if a column holds more than ``MOST_TEXTS`` texts, or all are constant.
    """
    parts, called = [], []
    for column in chosen:
        found = numbers_in(table, column, decimal)
        if isinstance(found, np.ndarray):
            parts.append(found[:, None])
            called.append(column)
            continue
        values = sorted(pd.unique(found.dropna()))
        if len(values) > MOST_TEXTS:
            raise ValueError(
                f"feature {column!r} holds {len(values)} different texts; leave it out with --drop "
                f"{shlex.quote(column)}"
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
