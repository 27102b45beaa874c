"""The numbers behind a figure as a table: CSV, no larger than a page can carry."""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from manytasks import artists
from manytasks.artists import Point
from manytasks.artists import Unreadable as Unreadable  # what ``numbers`` raises

LARGEST = 20_000  # bytes of a table, compressed; long series are thinned until it is no more
COLUMNS = ("panel", "series", "x", "y", "low", "high", "value")

Row = tuple[str, str, Any, Any, Any, Any, Any]  # as COLUMNS


def numbers(figures: Sequence[Figure]) -> str:
    """Return the numbers behind figures as CSV: panel, series, x, y, low, high; value where colour shows one.

    Args:
        figures: as drawn. Every pair of axes is a panel, a, b, ...; colour bars are none.

    Returns:
        Comments with the axes' titles and labels, then the table, numbers with 6 digits; empty if nothing is
        drawn but words. ``low`` and ``high`` are the ends of an error bar or of a band, in the direction
        that the comment names.

    Raises:
        Unreadable: if an artist's numbers cannot be read.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> figure, ax = plt.subplots()
        >>> _ = ax.plot([1, 2], [0.1, 1 / 3], label="error")
        >>> print(numbers([figure]))
        # panel a
        panel,series,x,y,low,high
        a,error,1,0.1,,
        a,error,2,0.333333,,
        >>> plt.close(figure)
    """
    panels = [ax for figure in figures for ax in figure.axes if ax.get_label() != "<colorbar>"]
    found = {_letter(number): list(artists.points(ax)) for number, ax in enumerate(panels)}
    head = [_about(_letter(number), ax) for number, ax in enumerate(panels) if found[_letter(number)]]
    series: dict[tuple[str, str], list[Point]] = {}
    for letter, points in found.items():
        for name, point in points:
            series.setdefault((letter, name), []).append(point)
    if not series:
        return ""
    longest = max(map(len, series.values()))
    for most in (longest, *(2**power for power in range(12, 3, -1) if 2**power < longest)):
        thinned = [f"# of longer series {most} points each"] if most < longest else []
        rows = [(*name, *point) for name, points in series.items() for point in _thin(points, most)]
        text = table(rows, [*head, *thinned])
        if len(gzip.compress(text.encode())) <= LARGEST:
            break
    return text


def _thin(points: Sequence[Point], most: int) -> list[Point]:
    """Keep the first point, the last one and evenly many between.

    Returns:
        All of them if they are no more than that.
    """
    if len(points) <= most:
        return list(points)
    return [points[k] for k in np.linspace(0, len(points) - 1, most).round().astype(int)]


def table(rows: Sequence[Row], head: Sequence[str] = ()) -> str:
    """Return rows as CSV, numbers with 6 digits, the last column only if a row has it.

    Args:
        rows: as ``COLUMNS``.
        head: comments above.

    Returns:
        Text without a last line end.
    """
    width = len(COLUMNS) if any(row[6] is not None for row in rows) else len(COLUMNS) - 1
    return "\n".join([*head, _csv([COLUMNS[:width], *(row[:width] for row in rows)])])


def given(data: Mapping[str, Any]) -> str:
    """Return numbers that an author gave for a figure, as CSV.

    Args:
        data: columns of equal length by their names; a DataFrame is one.

    Returns:
        Text without a last line end.

    Raises:
        ValueError: if there are none, or they are not equally long.

    Example:
        >>> print(given({"p": [10, 20], "error": [0.5, 1 / 3]}))
        p,error
        10,0.5
        20,0.333333
    """
    columns = {str(name): list(np.asarray(values).ravel()) for name, values in data.items()}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise ValueError(f"data must be columns of equal length, at least 1; got {lengths}")
    return _csv([list(columns), *zip(*columns.values(), strict=True)])


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_cell(each) for each in row] for row in rows)
    return text.getvalue().removesuffix("\n")


def _cell(number: Any) -> str:
    if number is None:
        return ""
    if isinstance(number, str):
        return number
    try:
        value = float(number)
    except (TypeError, ValueError):
        return str(number)
    return "" if math.isnan(value) else f"{value:.6g}"


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else f"panel {number + 1}"


def _about(letter: str, ax: Axes) -> str:
    title = next(filter(None, (ax.get_title(loc=where) for where in ("left", "center", "right"))), "")
    parts = {"x": ax.get_xlabel(), "y": ax.get_ylabel()}
    words = "; ".join([title, *(f"{axis}: {label}" for axis, label in parts.items() if label)]).strip("; ")
    across = any(isinstance(each, ErrorbarContainer) and each.has_xerr for each in ax.containers)
    along = " (low, high: ends in the direction of x)" if across else ""
    return " ".join(f"# panel {letter}{': ' if words else ''}{words}{along}".split())
