"""What the reader moves: the browser's own sliders and boxes, and points of the picture itself."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy as sp

from manytasks.pictures.marks import Frame

SIZE = 14  # pixels from the middle of a point to the edge of its drawing


@dataclass(frozen=True)
class Slider:
    """A number to choose among stops, evenly spaced or not.

    Attributes:
        name: what formulas and addresses call it.
        label: what the reader calls it.
        stops: the values it can take, growing.
        start: where it stands at first, one of the stops.
        unit: what follows the number.
    """

    name: str
    label: str
    stops: Sequence[float]
    start: float
    unit: str = ""

    def __post_init__(self) -> None:
        if self.start not in list(self.stops):
            raise ValueError(f"{self.name} must start at one of its stops; got {self.start}")

    @property
    def symbol(self) -> sp.Symbol:
        """What stands for it in expressions."""
        return sp.Symbol(self.name, real=True)

    def markup(self, picture: str) -> str:
        """Return the HTML of label, slider and value in a picture of that name."""
        key, at = f"{picture}-{self.name}", list(self.stops).index(self.start)
        shown = f"{self.start:,g}{self.unit}"
        return (
            f'<div class="control"><label for="{key}">{html.escape(self.label)}</label>'
            f'<input type="range" id="{key}" data-name="{self.name}" min="0" max="{len(self.stops) - 1}" '
            f'step="1" value="{at}" aria-valuetext="{shown}" autocomplete="off">'
            f'<output for="{key}">{shown}</output></div>'
        )


@dataclass(frozen=True)
class Switch:
    """Something that is on (1) or off (0, at first).

    Attributes:
        name: what formulas and addresses call it.
        label: what the reader calls it.
    """

    name: str
    label: str
    stops: Sequence[float] = (0, 1)
    start: float = 0
    unit: str = ""

    @property
    def symbol(self) -> sp.Symbol:
        """What stands for it in expressions."""
        return sp.Symbol(self.name, real=True)

    def markup(self, picture: str) -> str:
        """Return the HTML of box and label in a picture of that name."""
        key = f"{picture}-{self.name}"
        return (
            f'<div class="control switch"><input type="checkbox" id="{key}" data-name="{self.name}" '
            f'autocomplete="off"><label for="{key}">{html.escape(self.label)}</label></div>'
        )


@dataclass(frozen=True)
class Handle:
    """A point of a picture that finger, mouse and arrow keys move.

    Attributes:
        name: what formulas call it: its coordinates are ``<name>_x`` and ``<name>_y``.
        label: what the reader calls it.
        frame: where it is drawn; it stays inside, as far from the edges as its drawing is large.
        start: where it stands at first.
        step: how far an arrow key moves it.
    """

    name: str
    label: str
    frame: Frame
    start: tuple[float, float]
    step: float = 0.1
    symbols: tuple[sp.Symbol, sp.Symbol] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "symbols", sp.symbols(f"{self.name}_x {self.name}_y", real=True))

    @property
    def range(self) -> list[list[float]]:
        """Return least and greatest place, to the right and upwards."""
        frame = self.frame
        across, up = (SIZE / abs(scale) for scale in frame.scale)
        return [[frame.left + across, frame.right - across], [frame.bottom + up, frame.top - up]]


def even(low: float, high: float, step: float) -> list[float]:
    """Return stops at equal distances, without rounding errors.

    Args:
        low: first stop.
        high: last stop.
        step: their distance.

    Returns:
        The stops.
    """
    return [round(low + i * step, 6) for i in range(round((high - low) / step) + 1)]


def growing(low: float, high: float, count: int, *also: float) -> list[float]:
    """Return stops at nearly equal ratios, of two digits each, so that every part of a long range has room.

    Args:
        low: first stop, positive.
        high: last stop.
        count: how many to begin with; those that round to the same number are one.
        also: further stops.

    Returns:
        The stops.

    Example:
        >>> growing(1, 20, 5, 7)
        [1.0, 2.1, 4.5, 7.0, 9.5, 20.0]
    """
    return sorted({float(f"{x:.2g}") for x in np.geomspace(low, high, count)} | set(map(float, also)))
