"""The house style on Bokeh's canvas; title and legend are text of the page and never cover data."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from manytasks.figures import COLORS

PALE = 0.35  # how much is seen of a line that was there before the last move
TEX = re.compile(r"\$|\\[(\[a-zA-Z]")  # what BokehJS, or a reader, would take for mathematics


@dataclass(frozen=True)
class Mark:
    """One entry of a legend.

    Attributes:
        words: what it stands for.
        color: key of ``figures.COLORS``.
        style: "solid", "dashed", "dotted" or "pale" for lines, "dot", "diamond" or "box" for what is no line.
    """

    words: str
    color: str
    style: str = "solid"

    def markup(self) -> str:
        """Return the HTML of the entry."""
        color = COLORS[self.color]
        sample = (
            f"background: {color}" if self.style in ("dot", "diamond", "box") else f"border-color: {color}"
        )
        return f'<li><span class="{self.style}" style="{sample}"></span>{html.escape(self.words)}</li>'


BEFORE = Mark("before your last move", "grey", "pale")


@dataclass(frozen=True)
class Plot:
    """A drawing with its title and legend.

    Attributes:
        title: one line above it.
        drawing: Bokeh figure.
        legend: what its colours mean.
        square: whether one unit is equally long on both axes of equal range.
    """

    title: str
    drawing: Any
    legend: Sequence[Mark] = ()
    square: bool = False

    def markup(self, canvas: str) -> str:
        """Return the HTML around what Bokeh draws."""
        entries = "".join(mark.markup() for mark in self.legend)
        kind = "plot square" if self.square else "plot"
        return (
            f'<div class="{kind}"><div class="title">{html.escape(self.title)}</div>'
            f'<div class="canvas"><div aria-hidden="true" inert>{canvas}</div></div>'
            + (f'<ul class="legend">{entries}</ul>' if entries else "")
            + "</div>"
        )


def canvas(x_label: str, y_label: str, **options: Any) -> Any:
    """Make an empty Bokeh figure: no background, no tools, as wide as there is room.

    Args:
        x_label: label of the horizontal axis, plain words: what draws mathematics would come from a network.
        y_label: label of the vertical axis, likewise.
        options: further options of ``bokeh.plotting.figure``.

    Returns:
        The Bokeh figure.
    """
    from bokeh.plotting import figure

    size: dict[str, Any] = {"sizing_mode": "stretch_width", "height": 300}
    drawing = figure(
        **(size | options),
        x_axis_label=x_label,
        y_axis_label=y_label,
        toolbar_location=None,
        tools="",
        background_fill_alpha=0,
        border_fill_alpha=0,
        outline_line_color=None,
    )
    drawing.grid.grid_line_alpha = 0.2
    drawing.grid.grid_line_color = COLORS["grey"]
    drawing.axis.axis_label_text_font_style = "normal"
    drawing.axis.axis_label_text_font_size = "14px"
    drawing.axis.major_label_text_font_size = "12px"
    drawing.axis.minor_tick_line_color = None
    return drawing


def without_tex(words: str, place: str) -> None:
    """Refuse mathematics where BokehJS draws words: it would fetch a program for it, or show the source.

    Args:
        words: what is to be drawn.
        place: what it is part of, for the message.

    Raises:
        ValueError: if there is a dollar sign or a command of TeX.

    Example:
        >>> without_tex("ratio p / N", "the explorer 'peak'")
        >>> without_tex("$p / N$", "the explorer 'peak'")
        Traceback (most recent call last):
        ValueError: the explorer 'peak' draws plain words, not TeX; got '$p / N$'
    """
    if TEX.search(words):
        raise ValueError(f"{place} draws plain words, not TeX; got {words!r}")


def drawn_words(drawing: Any) -> Iterator[str]:
    """Yield what a Bokeh figure draws as words.

    Args:
        drawing: Bokeh figure.

    Yields:
        Texts of its axes, titles, labels and legends; of a model of mathematics its source in dollar signs.
    """
    from bokeh.models import MathText

    for model in drawing.references():
        if isinstance(model, MathText):
            yield f"${model.text}$"
        for name in ("axis_label", "text", "title", "label"):
            value = getattr(model, name, None)
            if isinstance(value, dict):  # what Bokeh keeps of a constant for every mark, {"value": words}
                value = value.get("value")
            if isinstance(value, str):
                yield value
