"""Lines on logarithmic axes with their exponents: how fast does a distance shrink?"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from manytasks import figures
from manytasks.page.curves import MARKERS, number_axis
from manytasks.statistics import log_slope


def slopes(
    x: ArrayLike,
    distances: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    colors: Mapping[str, str] | None = None,
) -> Figure:
    """Draw geometric means against x on logarithmic axes, each curve with its fitted exponent.

    Args:
        x: (n,) positive numbers.
        distances: by label, (n,) or (n, units) positive numbers; the exponent is the mean over units.
        xlabel: of the x axis.
        ylabel: of the y axis.
        title: of the panel.
        colors: names of ``figures.COLORS`` by label; in order if left out.

    Returns:
        A figure for ``figures.show``.
    """
    x = np.asarray(x, dtype=float)
    figure, ax = plt.subplots()
    for (label, values), color, marker in zip(
        distances.items(), list(figures.COLORS) * 4, MARKERS * 4, strict=False
    ):
        curves = np.asarray(values, dtype=float).reshape(len(x), -1)
        exponent = float(np.mean(log_slope(x, curves)))
        style = {"color": figures.COLORS[(colors or {}).get(label, color)], "marker": marker, "markersize": 5}
        ax.loglog(x, np.exp(np.log(curves).mean(axis=1)), label=f"{label}: {exponent:.2f}", **style)
    number_axis(ax, sorted(x))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend(title="slope", fontsize=9, title_fontsize=9)
    return figure
