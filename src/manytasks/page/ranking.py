"""Intervals beside their names, in order: which is largest, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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


def grouped_ranking(
    groups: Mapping[str, Mapping[str, Interval] | pd.Series],
    *,
    styles: Mapping[str, Mapping[str, Any]],
    xlabel: str,
    title: str = "",
    names: Mapping[str, str] | None = None,
    reference: float | None = 0.0,
    legend: bool = True,
    **axes: Any,
) -> Figure:
    """Draw one dot and interval per name and group, those of one name one under another.

    Args:
        groups: scalar intervals by group and name; the names of the first stand from top to bottom.
        styles: what ``Axes.errorbar`` takes, by group, such as colour and marker.
        xlabel: what is measured, with its unit.
        title: of the panel.
        names: how names are written; as they are if left out.
        reference: where a vertical line stands, such as "no difference"; none if None.
        legend: whether the groups are named, above the first row.
        **axes: what ``Axes.set`` takes.

    Returns:
        A figure for ``figures.show``.
    """
    figure, ax = plt.subplots(figsize=(5, 5))
    order = list(next(iter(groups.values())).keys())
    places = np.arange(len(order))
    for k, (group, intervals) in enumerate(groups.items()):
        found = np.array([(i.value, i.low, i.high) for i in (intervals[name] for name in order)])
        ax.errorbar(
            found[:, 0],
            places + 0.17 * (k - (len(groups) - 1) / 2),
            xerr=np.abs(found[:, 1:] - found[:, :1]).T,
            label=group,
            **{"markersize": 4.5, "linewidth": 1.2} | dict(styles[group]),
        )
    for place in places[1:]:
        ax.axhline(place - 0.5, color=figures.INK, linewidth=0.5, alpha=0.25)
    if reference is not None:
        ax.axvline(reference, color=figures.INK, linewidth=0.8, alpha=0.6)
    ax.set_yticks(places, [(names or {}).get(name, name) for name in order])
    ax.set(**{"ylim": (len(order) - 0.4, -1.9 if legend else -0.6), "xlabel": xlabel, "title": title} | axes)
    if legend:
        ax.legend(loc="upper left", fontsize=9, ncol=2, columnspacing=0.6, handletextpad=0.1, borderaxespad=0)
    return figure
