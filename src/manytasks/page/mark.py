"""A place on the x axis that matters, with words beside it."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from manytasks import figures


def mark(
    ax: Axes,
    at: float,
    words: str,
    *,
    color: str = "",
    line: str = "--",
    height: float = 0.05,
    shift: tuple[float, float] = (4, 0),
) -> None:
    """Draw a vertical line and write beside it.

    Args:
        ax: axes to draw on.
        at: position on the x axis.
        words: what to write.
        color: name of ``figures.COLORS``, of line and words; the ink of the page if empty.
        line: style of the line.
        height: of the words, 0 at the bottom of the panel and 1 at its top.
        shift: of the words from there, in points.
    """
    ink = figures.COLORS[color] if color else figures.INK
    look: dict[str, Any] = {} if color else {"alpha": 0.5, "linewidth": 1}
    ax.axvline(at, color=ink, linestyle=line, **look)
    where: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    ax.annotate(words, (at, height), xytext=shift, color=ink, fontsize=10, **where)
