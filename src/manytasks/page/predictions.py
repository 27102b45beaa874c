"""A prediction and what was measured on it: a line that breaks at a threshold, points with intervals."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from manytasks import figures


def predictions(
    ax: Axes,
    line: pd.Series,
    draws: pd.DataFrame,
    *,
    color: str,
    label: str = "",
    threshold: float = math.inf,
    **style: Any,
) -> None:
    """Draw one curve as it was predicted, and the means of draws with their intervals of Student's t.

    Args:
        ax: axes to draw on.
        line: predictions by their place on the x axis.
        draws: one row a draw, one column a place.
        color: name of ``figures.COLORS``, of both.
        label: legend entry, of the points.
        threshold: where the line is interrupted, such as an interpolation threshold; nowhere if infinite.
        style: of the line, as ``Axes.plot`` takes it, such as ``linewidth``.
    """
    ink = figures.COLORS[color]
    for part in (line[line.index < threshold], line[line.index >= threshold]):
        if not part.empty:
            ax.plot(part.index, part, color=ink, **style)
    figures.band(ax, draws.columns, draws.to_numpy(), color=ink, label=label)
