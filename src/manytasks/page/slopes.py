"""Lines on logarithmic axes with their exponents: how fast does a distance shrink?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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
    styles: Mapping[str, str] | None = None,
    fit: Callable[[np.ndarray, np.ndarray], Any] = log_slope,
    spread: tuple[float, float] | None = None,
    **axes: Any,
) -> Figure:
    """Draw geometric means against x on logarithmic axes, each curve with its exponent in the legend.

    Args:
        x: (n,) positive numbers.
        distances: by label, (n,) or (n, units) positive numbers; the exponent is the mean over units.
        xlabel: of the x axis.
        ylabel: of the y axis.
        title: of the panel.
        colors: names of ``figures.COLORS`` by label; in order if left out.
        styles: of lines, by label; solid if left out.
        fit: exponents from x and (n, units) distances, such as ``statistics.limit_slope``.
        spread: the quantiles over units that bars show, such as (0.1, 0.9); none if left out.
        **axes: what ``Axes.set`` takes, such as ``ylim``.

    Returns:
        A figure for ``figures.show``.
    """
    x = np.asarray(x, dtype=float)
    figure, ax = plt.subplots()
    for (label, values), color, marker in zip(
        distances.items(), list(figures.COLORS) * 4, MARKERS * 4, strict=False
    ):
        curves = np.asarray(values, dtype=float).reshape(len(x), -1)
        middle = np.exp(np.log(curves).mean(axis=1))
        exponent = float(np.mean(fit(x, curves)))
        style: dict[str, Any] = {
            "color": figures.COLORS[(colors or {}).get(label, color)],
            "marker": marker,
            "markersize": 5,
        }
        style |= {"linestyle": (styles or {}).get(label, "-"), "label": f"{label}: {exponent:.2f}"}
        if spread is None:
            ax.plot(x, middle, **style)
        else:
            ends = np.exp(np.quantile(np.log(curves), spread, axis=1))
            ax.errorbar(x, middle, np.abs(ends - middle), capsize=2, **style)
    ax.set_yscale("log")
    number_axis(ax, sorted(x))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, **axes)
    ax.legend(fontsize=9)
    return figure
