"""What the reader moves: the page's own sliders, boxes and lists, so that keyboard and touch just work."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Slider:
    """A number to choose, with a slider for the hand and a box for the exact value.

    Attributes:
        name: what the formulas call it.
        label: what the reader calls it.
        start: smallest value.
        end: largest value.
        value: where it stands at first.
        step: distance of the values; what an arrow key moves.
        scale: "log" for what spans more than two decades: equal ways of the slider are equal ratios, an arrow
            key moves by 2 %, a page key by half, and both by a step at least. What the page's script names
            as ``stops`` catches the slider within 2 %; the box stays exact.
    """

    name: str
    label: str
    start: float
    end: float
    value: float
    step: float = 1
    scale: Literal["linear", "log"] = "linear"

    @property
    def possible(self) -> str:
        """What can be typed, in words."""
        whole = "whole numbers from " if float(self.step).is_integer() else "from "
        return f"{whole}{self.start:g} to {self.end:g}".replace("-", "−")

    def markup(self, figure: str) -> str:
        """Return the HTML of slider and box in a figure of that name.

        Raises:
            ValueError: if the value lies outside the range; if a range for a logarithmic scale has none.
        """
        if not self.start <= self.value <= self.end:
            raise ValueError(f"{self.name} must be in [{self.start}, {self.end}]; got {self.value}")
        if self.scale == "log" and self.start <= 0:
            raise ValueError(f"{self.name} must be above 0 on a logarithmic scale; got {self.start}")
        label, key = html.escape(self.label), f"{figure}-{self.name}"
        common = (
            f'data-name="{self.name}" min="{self.start}" max="{self.end}" step="{self.step}" '
            f'value="{self.value}" autocomplete="off"'
        )
        track = common
        if self.scale == "log":
            least, most, at = map(math.log, (self.start, self.end, self.value))
            track = (
                f'data-name="{self.name}" data-scale="log" min="{least}" max="{most}" step="any" '
                f'value="{at}" aria-valuetext="{self.value:g}" autocomplete="off"'
            )
        return (
            f'<div class="control"><label for="{key}">{label}</label>'
            f'<input type="number" aria-label="{label}, exact value" aria-describedby="{key}-range" {common}>'
            f'<input type="range" id="{key}" {track}>'
            f'<span class="range" id="{key}-range" hidden>{self.possible}</span></div>'
        )


@dataclass(frozen=True)
class Choice:
    """One of a few words to choose.

    Attributes:
        name: what the formulas call it.
        label: what the reader calls it.
        options: what the reader sees, by what the formulas see; the first is chosen at first.
    """

    name: str
    label: str
    options: Mapping[str, str]

    def markup(self, figure: str) -> str:
        """Return the HTML of the list in a figure of that name."""
        key = f"{figure}-{self.name}"
        options = "".join(
            f'<option value="{value}">{html.escape(words)}</option>' for value, words in self.options.items()
        )
        return (
            f'<div class="control"><label for="{key}">{html.escape(self.label)}</label>'
            f'<select id="{key}" data-name="{self.name}" autocomplete="off">{options}</select></div>'
        )
