"""Measured curves: means over units with their intervals, one colour a case, one panel a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from manytasks import figures
from manytasks.statistics import mean_interval

MARKERS = "osD^vPX"


def number_axis(ax: Axes, places: Sequence[float]) -> None:
    """Make a logarithmic x axis with plain numbers at the places that were measured.

    Args:
        ax: axes to change.
        places: positions on the axis; of crowded ones every other is labelled.
    """
    ax.set_xscale("log")
    shown = places if len(places) <= 8 else places[:: -(-len(places) // 8)]
    ax.set_xticks(shown, [f"{place:g}" for place in shown])
    ax.xaxis.minorticks_off()


def curves(
    rows: pd.DataFrame,
    *,
    x: str,
    y: str | Sequence[str],
    hue: str,
    unit: str | Sequence[str],
    name: str,
    caption: str,
    alt: str,
    panels: str | None = None,
    labels: Mapping[str, str] | None = None,
    log_x: bool = True,
    reference: float | None = None,
    level: float = 0.95,
    **axes: Any,
) -> None:
    """Draw a measure against an axis: the mean over units, its interval of Student's t, and a line.

    Args:
        rows: a tidy table, one row a measurement.
        x: column of the axis.
        y: column of the measure; several get a panel each, on axes with the word for "value".
        hue: column whose values get a colour and a marker each.
        unit: column, or columns, that name an independent unit; measurements of one unit are averaged first.
        name: kebab-case name of the figure.
        caption: what to see; ``{n}`` becomes the number of units, ``{level}`` the level in percent.
        alt: what the picture shows, for those who do not see it; ``{n}`` and ``{level}`` too.
        panels: column whose values get a panel each.
        labels: words for columns and values, such as ``{"test_loss": "test loss"}``.
        log_x: whether the x axis is logarithmic, with numbers at the measured places.
        reference: where a horizontal line stands, such as "no difference"; none if None.
        level: probability with which each interval covers.
        **axes: what ``Axes.set`` takes, for all panels, such as ``ylim``.

    Raises:
        ValueError: if a unit is missing at some place of a curve: means of different units do not compare.
    """
    units = [unit] if isinstance(unit, str) else list(unit)
    if not isinstance(y, str):
        rows = rows.melt([x, hue, *units], list(y), var_name="measure")
        y, panels = "value", "measure"
    words = {column: column.replace("_", " ") for column in (x, y, hue, panels) if column} | dict(
        labels or {}
    )
    parts = [("", rows)] if panels is None else list(rows.groupby(panels, sort=False))
    cases, drawn, fewest = list(dict.fromkeys(rows[hue])), [], np.inf
    for title, part in parts:
        figure, ax = plt.subplots()
        for case, color, marker in zip(cases, _cycle(figures.COLORS.values()), _cycle(MARKERS), strict=False):
            wide = part[part[hue] == case].pivot_table(
                y, index=units, columns=x, aggfunc="mean", observed=True
            )
            if wide.empty:
                continue
            if wide.isna().any(axis=None):
                raise ValueError(f"{y} of {hue} = {case}: not every unit was measured at every {x}")
            fewest = min(fewest, len(wide))
            means = wide.mean()
            label = words.get(str(case), f"{case}")
            ax.plot(wide.columns, means, color=color, linewidth=1.2)
            if len(wide) > 1:
                ends = mean_interval(wide.to_numpy(), level)
                ax.errorbar(wide.columns, means, [means - ends.low, ends.high - means], fmt=marker,
                            markersize=4, capsize=2, color=color, label=label)  # fmt: skip
            else:
                ax.plot(wide.columns, means, marker, markersize=4, color=color, label=label)
        if reference is not None:
            ax.axhline(reference, color=figures.INK, linewidth=1)
        if log_x:
            number_axis(ax, sorted(part[x].unique()))
        ax.set(xlabel=words[x], ylabel=words[y], title=words.get(str(title), str(title)), **axes)
        ax.legend(title=words[hue], fontsize=9, title_fontsize=9)
        drawn.append(figure)
    facts = {"n": f"{fewest:g}", "level": f"{100 * level:g} %"}
    figures.show(drawn, name=name, caption=_filled(caption, facts), alt=_filled(alt, facts))


def _cycle(values: Any) -> list[Any]:
    return list(values) * 4


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():  # not str.format: captions hold TeX
        text = text.replace("{" + name + "}", value)
    return text
