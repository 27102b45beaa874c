"""Columns of a table on their way to numbers: which is which, and what text stands for."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from manytasks.readers import short

BLANK = ("", "?", ".", "-", "–")  # beside what pandas takes for a missing value
MOST_TEXTS = 20  # values of a text feature that become columns of 0 and 1
UNNAMED = re.compile(r"Unnamed: \d+(\.\d+)*")  # what pandas calls a column without a name


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
        found = nearest(wanted, columns)
        hint = f"; did you mean {found!r}?" if found else "."
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


def nearest(wanted: str, names: Sequence[str]) -> str | None:
    """Find the name that somebody may have meant: in other case, or spelt almost so.

    Args:
        wanted: what was written.
        names: what there is.

    Returns:
        One of the names; None if none is near.

    Example:
        >>> nearest("TASK", ["y", "Task", "mask"]), nearest("scool", ["school", "y"]), nearest("y", ["z"])
        ('Task', 'school', None)
    """
    plain = {name.strip().casefold(): name for name in reversed(names)}
    found = difflib.get_close_matches(wanted.strip().casefold(), plain, n=1)  # what is equal is the nearest
    return plain[found[0]] if found else None


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
    found = nearest("task", [str(each) for each in table.frame.columns])
    hint = f"did you mean --task {shlex.quote(found)}?" if found else "name it with --task."
    raise ValueError(f"{table.name} has no column 'task'; {hint} Columns: {table.list()}")


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
    columns = [str(each) for each in table.frame.columns]
    found = nearest("target", columns) or nearest("y", columns)
    hint = f"did you mean --target {shlex.quote(found)}?" if found else "name it with --target."
    raise ValueError(f"{table.name} has no column 'y' or 'target'; {hint} Columns: {table.list()}")


def without_name(table: Table, known: Container[str]) -> set[str]:
    """Find columns without a name that are no features: row numbers that pandas or R wrote, and empty ones.

    Args:
        table: the table; its notes say what was found.
        known: columns of which it is settled what they are.

    Returns:
        Their names, as pandas made them up.
    """
    found = set()
    for k, column in enumerate(str(each) for each in table.frame.columns):
        values = table.frame[column]
        if column in known or not UNNAMED.fullmatch(column):
            continue
        if values.isna().all():
            table.notes.append(f"column {k + 1} has neither a name nor values; left out")
        elif k == 0 or _counts(values):
            table.notes.append(
                f"column {k + 1} ({few(values.tolist(), 3)}) has no name, as row numbers that pandas and R "
                "write; left out; give it a name if it is a feature"
            )
        else:
            continue
        found.add(column)
    return found


def _counts(values: pd.Series) -> bool:
    """Tell whether a column numbers rows.

    Returns:
        True if each has a whole number of its own, or they count up and begin again.
    """
    if not pd.api.types.is_integer_dtype(values) or values.isna().any():
        return False
    n = values.to_numpy(dtype=float)
    return values.is_unique or bool(np.all((np.diff(n) == 1) | (n[1:] == n[0])))


def numbers_in(table: Table, column: str, decimal: str) -> np.ndarray | pd.Series:
    """Return a column as numbers, or as it is if it holds text.

    Args:
        table: the table.
        column: name of the column.
        decimal: sign before decimals, for the hint of a message.

    Returns:
        (N,) floats, nan where a value is missing; or the text, missing where a cell is blank, if most values
        are no numbers.

    Raises:
        ValueError: if most values are numbers and one is not.
    """
    values = table.frame[column]
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    text = values.astype("string").str.strip()
    text = text.mask(text.isin(BLANK))
    number = pd.to_numeric(text, errors="coerce")
    wrong = number.isna() & text.notna()
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


def target_in(table: Table, column: str, decimal: str, positive: str | None) -> np.ndarray:
    """Return a target; of a text one word is 1, and the table's notes say which.

    Args:
        table: the table.
        column: name of the column.
        decimal: sign before decimals, for the hint of a message.
        positive: the word that is 1, all others 0; if None, of two words the second in sorted order.

    Returns:
        (N,) floats, nan where a value is missing.

    Raises:
        ValueError: if it holds text of more than two kinds and none is chosen, or not the one that is, or no
            text although a word is chosen.
    """
    found = numbers_in(table, column, decimal)
    if isinstance(found, np.ndarray):
        if positive is not None:
            raise ValueError(f"--positive {positive!r} is for a text; target {column!r} holds numbers")
        return found
    words = sorted(str(each) for each in pd.unique(found.dropna()))  # whatever the order of the rows
    if positive is None and len(words) != 2:
        choose = "; name the one that is 1 with --positive WORD, all others are 0" if len(words) > 2 else ""
        raise ValueError(
            f"target {column!r} holds text ({few(words, 3)}); audit needs numbers, or two words{choose}"
        )
    one = words[1] if positive is None else positive.strip()
    if one not in words:
        near = nearest(one, words)
        hint = f"; did you mean {near!r}?" if near else "."
        raise ValueError(f"target {column!r} is nowhere {one!r}{hint} Words: {few(words, MOST_TEXTS)}")
    others = [word for word in words if word != one]
    told = f"target {column!r} holds text; {one!r} is 1 and "
    told += f"{others[0]!r} is 0" if len(others) == 1 else f"all else is 0 ({few(others, 3)})"
    if positive is None:
        told += f"; --positive {shlex.quote(others[0])} turns that round"
    table.notes.append(told)
    return np.where(found.isna(), np.nan, (found == one).fillna(False).to_numpy(dtype=float))


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


def features_in(table: Table, chosen: Sequence[str], decimal: str) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return features, text coded as columns of 0 and 1; the table's notes say what was coded.

    Args:
        table: the table.
        chosen: names of columns.
        decimal: sign before decimals, for the hint of a message.

    Returns:
        By column (N, k) floats, nan where a value is missing; and the names of all p features.

    Raises:
        ValueError: if a column holds more than ``MOST_TEXTS`` texts, or all are constant.
    """
    parts: dict[str, np.ndarray] = {}
    called = []
    for column in chosen:
        found = numbers_in(table, column, decimal)
        if isinstance(found, np.ndarray):
            parts[column] = found[:, None]
            called.append(column)
            continue
        values = sorted(pd.unique(found.dropna()))
        if len(values) > MOST_TEXTS:
            raise ValueError(
                f"feature {column!r} holds {len(values)} different texts; leave it out with --drop "
                f"{shlex.quote(column)}"
            )
        if len(values) < 2:
            where = "wherever it is filled in" if found.isna().any() else "in all rows"
            table.notes.append(f"feature {column!r} is {values[0]!r} {where}; left out")
            continue
        coded = np.stack(
            [(found == value).fillna(False).to_numpy(dtype=float) for value in values[1:]], axis=1
        )
        coded[found.isna().to_numpy()] = np.nan
        parts[column] = coded
        called += [f"{column}={value}" for value in values[1:]]
        table.notes.append(f"feature {column!r} holds text ({few(values, 3)}) and is coded as 0 and 1")
    if not parts:
        raise ValueError("every feature is constant: there is nothing to learn from")
    return parts, called
