"""A median and its quartiles: for errors with heavy tails, whose mean says little."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from manytasks import figures


def quartiles(ax: Axes, x: Iterable[float], draws: ArrayLike, *, color: str, label: str = "") -> np.ndarray:
    """Draw the median of draws as a line and its quartiles as a band.

    Args:
        ax: axes to draw on.
        x: positions, one per column of ``draws``.
        draws: (n, len(x)) array.
        color: name of ``figures.COLORS``.
        label: legend entry, of the line.

    Returns:
        (3, len(x)): lower quartile, median, upper quartile.
    """
    places, ink = list(x), figures.COLORS[color]
    low, middle, high = np.quantile(np.asarray(draws), [0.25, 0.5, 0.75], axis=0)
    ax.plot(places, middle, color=ink, label=label)
    ax.fill_between(places, low, high, color=ink, alpha=0.2, linewidth=0)
    return np.stack([low, middle, high])
