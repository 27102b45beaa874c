"""Intervals beside their names, in order: which is largest, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from manytasks import figures
from manytasks.statistics import Interval, mean_interval


def ranking(
    intervals: Mapping[str, Interval],
    *,
    xlabel: str,
    title: str = "",
    order: Sequence[str] | None = None,
    colors: Mapping[str, str] | None = None,
    reference: float | None = 0.0,
) -> Figure:
    """Draw one dot and interval per name, one under another.

    Args:
        intervals: scalar intervals by name.
        xlabel: what is measured, with its unit.
        title: of the panel.
        order: names from bottom to top; by value if left out.
        colors: names of ``figures.COLORS`` by name; blue if left out.
        reference: where a vertical line stands, such as "no difference"; none if None.

    Returns:
        A figure for ``figures.show``, as high as its names need.
    """
    order = order or sorted(intervals, key=lambda name: float(intervals[name].value))
    figure, ax = plt.subplots(figsize=(5.0, 1.2 + 0.28 * len(order)))
    for place, name in enumerate(order):
        color = figures.COLORS[(colors or {}).get(name, "blue")]
        ax.plot([intervals[name].low, intervals[name].high], [place, place], color=color, linewidth=2)
        ax.plot(intervals[name].value, place, "o", color=color, markersize=6)
    if reference is not None:
        ax.axvline(reference, color=figures.INK, linewidth=1)
    ax.set_yticks(range(len(order)), order)
    ax.set(xlabel=xlabel, title=title)
    return figure


def rankings(
    tables: Mapping[str, pd.DataFrame],
    *,
    xlabel: str,
    colors: Mapping[str, str] | None = None,
    reference: float | None = 0.0,
) -> list[Figure]:
    """Draw the columns of several tables as dots and intervals, in the order of the first, on one axis.

    Args:
        tables: by the title of their panel, one row a unit, the same columns in all.
        xlabel: what is measured, with its unit.
        colors: names of ``figures.COLORS`` by column; blue if left out.
        reference: where a vertical line stands; none if None.

    Returns:
        Figures for ``figures.show``: means over units with their 95 % intervals of Student's t.

    Raises:
        ValueError: if the tables have different columns.
    """
    first = next(iter(tables.values()))
    if odd := [title for title, table in tables.items() if set(table) != set(first)]:
        raise ValueError(f"all panels must have the same columns; {odd[0]!r} has others")
    order = list(first.mean().sort_values().index)
    drawn = [
        ranking(
            {name: mean_interval(table[name]) for name in order},
            xlabel=xlabel,
            title=title,
            order=order,
            colors=colors,
            reference=reference,
        )
        for title, table in tables.items()
    ]
    limits = np.array([figure.axes[0].get_xlim() for figure in drawn])
    for figure in drawn:
        figure.axes[0].set_xlim(limits[:, 0].min(), limits[:, 1].max())
    return drawn
