"""A median and its quartiles, or other quantiles: for heavy tails, whose mean says little."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from manytasks import figures


def quartiles(
    ax: Axes,
    x: Iterable[float],
    draws: ArrayLike,
    *,
    color: str,
    label: str = "",
    within: float = 0.5,
    line: str = "-",
    **style: Any,
) -> np.ndarray:
    """Draw the median of draws as a line and its quartiles as a band.

    Args:
        ax: axes to draw on.
        x: positions, one per column of ``draws``.
        draws: (n, len(x)) array.
        color: name of ``figures.COLORS``.
        label: legend entry, of the line.
        within: of all draws that the band holds, as many below it as above, in (0, 1); 0.8 for 10 to 90 %.
        line: format of the line, such as "--s".
        **style: of the line, as ``Axes.plot`` takes it, such as ``markersize``.

    Returns:
        (3, len(x)): lower quartile, median, upper quartile, or the quantiles that were asked for.
    """
    places, ink = list(x), figures.COLORS[color]
    low, middle, high = np.quantile(np.asarray(draws), [0.5 - within / 2, 0.5, 0.5 + within / 2], axis=0)
    ax.plot(places, middle, line, color=ink, label=label, **style)
    ax.fill_between(places, low, high, color=ink, alpha=0.2, linewidth=0)
    return np.stack([low, middle, high])
