"""Estimates with their intervals at given places: along an axis, or beside names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from manytasks import figures
from manytasks.statistics import Interval


def dots(
    ax: Axes,
    at: Iterable[float],
    intervals: Interval | Iterable[Interval],
    *,
    color: str,
    across: bool = False,
    **style: Any,
) -> None:
    """Draw a dot per estimate and a bar from one end of its interval to the other.

    Args:
        ax: axes to draw on.
        at: (n,) places: on the x axis, or on the y axis if ``across``.
        intervals: n scalar intervals, or one whose estimate and ends are (n,) arrays.
        color: name of ``figures.COLORS``.
        across: whether estimates lie along x, for places that are names on the y axis.
        **style: what ``Axes.errorbar`` takes, such as ``fmt`` and ``label``.
    """
    each = [intervals] if isinstance(intervals, Interval) else list(intervals)
    value, low, high = (np.hstack([getattr(one, end) for one in each]) for end in ("value", "low", "high"))
    lengths = np.abs([low - value, high - value])
    look: dict[str, Any] = {"fmt": "o", "capsize": 2, "color": figures.COLORS[color]} | style
    if across:
        ax.errorbar(value, list(at), xerr=lengths, **look)
    else:
        ax.errorbar(list(at), value, yerr=lengths, **look)
