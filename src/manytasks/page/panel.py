"""One panel of a figure, named before anything is drawn: title, axes, line to compare with, ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from manytasks import figures


def panel(
    title: str,
    xlabel: str,
    ylabel: str,
    *,
    dashed: float | None = None,
    zero: bool = False,
    numbers: Sequence[float] | None = None,
    names: Sequence[str] | None = None,
    size: tuple[float, float] | None = None,
    **axes: Any,
) -> tuple[Figure, Axes]:
    """Make a panel.

    Args:
        title: of the panel.
        xlabel: of the x axis.
        ylabel: of the y axis.
        dashed: height of a dashed line, such as the ratio that theory predicts; none if None.
        zero: whether a thin line stands at zero, "no difference".
        numbers: places on the x axis that are labelled, with plain numbers.
        names: what stands at 0, 1, ... on the x axis instead of numbers.
        size: in inches; as all panels are if None.
        **axes: what ``Axes.set`` takes, such as ``xscale`` and ``ylim``.

    Returns:
        A figure for ``figures.show``, and the axes to draw on.

    Raises:
        ValueError: if a limit has one end only: Matplotlib would keep the other where it is before anything
            is drawn, and cut what is drawn later. ``ax.set`` takes it after the last curve.
    """
    for name in ("xlim", "ylim"):
        if None in axes.get(name, ()):
            raise ValueError(f"{name} of an empty panel must have both ends; got {axes[name]}")
    figure, ax = plt.subplots(figsize=size)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel, **axes)
    if dashed is not None:
        ax.axhline(dashed, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
    if zero:
        ax.axhline(0, color=figures.INK, linewidth=0.8, alpha=0.5)
    if numbers is not None:
        ax.set_xticks(numbers, [f"{number:g}" for number in numbers])
        ax.xaxis.minorticks_off()
    if names is not None:
        ax.set_xticks(range(len(names)), names)
    return figure, ax


def rows(
    title: str, xlabel: str, names: Sequence[str], *, size: tuple[float, float] | None = None
) -> tuple[Figure, Axes]:
    """Make a panel whose y axis is a list of names, and where zero is a vertical line.

    Args:
        title: of the panel.
        xlabel: of the x axis.
        names: from top to bottom; they stand at 0, -1, ...
        size: in inches; as all panels are if None.

    Returns:
        A figure for ``figures.show``, and the axes to draw on.
    """
    figure, ax = plt.subplots(figsize=size)
    ax.axvline(0, color=figures.INK, linewidth=0.8, alpha=0.5)
    ax.set_yticks([-place for place in range(len(names))], names, fontsize=9)
    ax.set(xlabel=xlabel, title=title)
    return figure, ax
