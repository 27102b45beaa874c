"""Curves against the number of parameters, with their thresholds and the reader's own p."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from manytasks.figures import COLORS
from manytasks.interactive.plots import BEFORE, PALE, Mark, Plot, canvas


def curves(
    title: str,
    y_label: str,
    lines: Mapping[str, Mark],
    *,
    reach: tuple[float, float],
    name: str = "data",
    thresholds: str = "thresholds",
    thick: Sequence[str] = (),
    square: bool = False,
    zero: bool = False,
    **axes: Any,
) -> tuple[Plot, dict[str, Any]]:
    """Make a plot of columns against p, on a logarithmic axis.

    Args:
        title: one line above it.
        y_label: label of the vertical axis.
        lines: what stands for each column, by the column's name; the first is drawn last, on top.
        reach: least and largest p.
        name: what the page's script calls the columns.
        thresholds: what the dashed lines stand for.
        thick: columns that are drawn as thick lines.
        square: see ``Plot``.
        zero: whether a dotted line marks zero.
        axes: further options of ``canvas``.

    Returns:
        The plot, and what moves in it: ``name`` holds the columns and ``p``, ``name_before`` what they were
        before the last move, drawn pale, ``name_dots`` the columns at the reader's p, ``name_walls`` the
        thresholds ``N``; ``name_chosen`` is the line at the reader's p.
    """
    from bokeh.models import ColumnDataSource
    from bokeh.models.annotations.geometry import Span

    data, before, dots = (ColumnDataSource({column: [] for column in ("p", *lines)}) for _ in range(3))
    walls = ColumnDataSource({"N": []})
    drawing = canvas("parameters p", y_label, x_axis_type="log", x_range=reach, **axes)
    drawing.vspan("N", source=walls, line_color=COLORS["grey"], line_dash="dashed")
    on_top = list(lines.items())[::-1]
    for column, mark in on_top:
        style = {"color": COLORS[mark.color], "line_dash": mark.style, "line_alpha": PALE}
        drawing.line("p", column, source=before, line_width=2, **style)
    for column, mark in on_top:
        style = {"color": COLORS[mark.color], "line_dash": mark.style}
        drawing.line("p", column, source=data, line_width=3 if column in thick else 2, **style)
    chosen = Span(location=1, dimension="height", line_color=COLORS["grey"])
    drawing.add_layout(chosen)
    for column, mark in on_top:
        size = 11 if column in thick else 8
        drawing.scatter("p", column, source=dots, size=size, color=COLORS[mark.color])
    if zero:
        drawing.add_layout(Span(location=0, dimension="width", line_color=COLORS["grey"], line_dash="dotted"))
    legend = [*lines.values(), Mark(thresholds, "grey", "dashed"), Mark("your p", "grey"), BEFORE]
    models: dict[str, Any] = {name: data, f"{name}_before": before, f"{name}_dots": dots}
    models |= {f"{name}_walls": walls, f"{name}_chosen": chosen}
    return Plot(title, drawing, legend, square), models
