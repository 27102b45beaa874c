"""What a picture is made of: shapes whose places are expressions in what the reader moves."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from manytasks.pictures.words import Template

COLORS = ("blue", "orange", "green", "red", "purple", "grey")


@dataclass(frozen=True)
class Frame:
    """How places become pixels.

    Attributes:
        left, right, bottom, top: what is shown.
        width, height: size in pixels.
        across, up: pixel of the left and of the lower edge.
    """

    left: float
    right: float
    bottom: float
    top: float
    width: float = 340
    height: float = 300
    across: float = 0
    up: float = 0

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per unit, to the right and downwards."""
        return self.width / (self.right - self.left), -self.height / (self.top - self.bottom)

    def x(self, value: Any) -> Any:
        """Return the pixel of a horizontal place."""
        return (value - self.left) * self.scale[0] + self.across

    def y(self, value: Any) -> Any:
        """Return the pixel of a vertical place."""
        return (value - self.top) * self.scale[1] + self.up

    def at(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the pixels of a place."""
        return self.x(x), self.y(y)


@dataclass(frozen=True)
class Mark:
    """One shape.

    Attributes:
        tag: element of SVG.
        look: classes of the style sheet: what it is, and its colour.
        values: attributes: texts stay, numbers and expressions are pixels, templates are filled.
        words: what a text says.
        handle: name of the handle that it is.
    """

    tag: str
    look: str
    values: Mapping[str, Any] = field(default_factory=dict)
    words: Any = ""
    handle: str = ""


def mark(tag: str, look: str, /, words: Any = "", handle: str = "", **values: Any) -> Mark:
    """Make a shape; ``font_size`` is the attribute ``font-size``.

    Returns:
        The shape.
    """
    return Mark(tag, look, {key.replace("_", "-"): value for key, value in values.items()}, words, handle)


def line(frame: Frame, look: str, start: Sequence[Any], end: Sequence[Any], **more: Any) -> Mark:
    """Draw a line, or an arrow, between two places.

    Returns:
        The shape.
    """
    (x1, y1), (x2, y2) = frame.at(*start), frame.at(*end)
    return mark("line", look, x1=x1, y1=y1, x2=x2, y2=y2, **more)


def dot(frame: Frame, look: str, at: Sequence[Any], radius: float = 5, **more: Any) -> Mark:
    """Draw a dot at a place.

    Returns:
        The shape.
    """
    cx, cy = frame.at(*at)
    return mark("circle", look, cx=cx, cy=cy, r=str(radius), **more)


def area(frame: Frame, look: str, corners: Sequence[Sequence[Any]]) -> Mark:
    """Fill a polygon.

    Returns:
        The shape.
    """
    numbers = tuple(pixel for corner in corners for pixel in frame.at(*corner))
    return mark("polygon", look, points=Template(" ".join(["{},{}"] * len(corners)), numbers))


def label(x: Any, y: Any, words: Any, look: str = "", **more: Any) -> Mark:
    """Write words at a pixel.

    Returns:
        The shape.
    """
    return mark("text", look, words=words, x=x, y=y, **more)


@dataclass(frozen=True)
class Panel:
    """One drawing.

    Attributes:
        title: a line above it.
        alt: what it shows, for those who do not see it.
        marks: what is drawn, from below to above.
        width, height: size in pixels.
        look: class of the drawing.
    """

    title: str
    alt: str
    marks: Sequence[Mark]
    width: float = 340
    height: float = 300
    look: str = "panel"

    def heads(self, prefix: str) -> str:
        """Return the heads that its arrows need, one for each colour.

        Args:
            prefix: what makes their ids this drawing's own.
        """
        arrows = {color(each) for each in self.marks if "arrow" in each.look.split()}
        return "".join(
            f'<marker id="{prefix}-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" '
            'markerHeight="11" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path class="dot {name}" d="M0 0 L10 5 L0 10 z"/></marker>'
            for name in sorted(arrows)
        )

    def markup(self, prefix: str, shapes: Sequence[str]) -> str:
        """Return the SVG around its shapes.

        Args:
            prefix: what makes its ids its own.
            shapes: the markup of its marks.
        """
        role = "group" if any(each.handle for each in self.marks) else "img"
        heads, title = self.heads(prefix), f'<div class="title">{html.escape(self.title)}</div>'
        return (
            f'<div class="{self.look}">{title if self.title else ""}'
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="{role}" '
            f'aria-label="{html.escape(self.alt, quote=True)}">'
            + (f"<defs>{heads}</defs>" if heads else "")
            + "".join(shapes)
            + "</svg></div>"
        )


def color(shape: Mark) -> str:
    """Return the colour of a shape; ink if it names none."""
    return next((name for name in shape.look.split() if name in COLORS), "ink")
