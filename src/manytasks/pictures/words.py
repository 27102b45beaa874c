"""Texts with numbers in them, filled alike in Python for the still and in JavaScript for what moves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

PLACE = re.compile(r"\{(.*?)\}")


@dataclass(frozen=True)
class Table:
    """What stands for each stop of a slider: for results that no closed form gives.

    Attributes:
        slider: name of the slider.
        entries: a number or a text for each of its stops.
    """

    slider: str
    entries: tuple[Any, ...]


@dataclass(frozen=True)
class Template:
    """A text with places for numbers.

    ``{}`` is a coordinate, ``{.2}`` a number with so many places as people write it, ``{+.2}`` one with its
    sign, ``{g}`` a round one, and ``{more|less}`` the word that the number, 0 or 1, chooses.

    Attributes:
        text: the text with its places.
        numbers: what fills them in order: numbers, expressions in the controls, or tables.

    Example:
        >>> fill(Template("it {gains|loses} {.1}", (1, -2.25)).parts, (1, -2.25))
        'it loses −2.2'
    """

    text: str
    numbers: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if len(PLACE.findall(self.text)) != len(self.numbers):
            raise ValueError(f"{self.text!r} has not one place for each of {len(self.numbers)} numbers")

    @property
    def parts(self) -> list[str]:
        """Return text, place, text, place, ..., text."""
        return PLACE.split(self.text)


def fill(parts: Sequence[str], numbers: Sequence[Any]) -> str:
    """Put numbers into the places of a template; ``picture.js`` does the same.

    Args:
        parts: of the template.
        numbers: one for each place; texts stay as they are.

    Returns:
        The text.
    """

    def pieces() -> Iterator[str]:
        for text, place, number in zip(parts[::2], parts[1::2], numbers, strict=False):
            yield text
            yield write(place, number)
        yield parts[-1]

    return "".join(pieces())


def write(place: str, number: Any) -> str:
    """Write one number as its place asks.

    Args:
        place: what stands between the braces.
        number: the number, or a text, which stays as it is.

    Returns:
        The number as text.
    """
    if isinstance(number, str):
        return number
    if "|" in place:
        return place.split("|")[int(number)]
    if not place:
        return f"{number + 0.0:.2f}"
    if place == "g":
        return f"{number:.3g}"
    text = f"{number:.{place.lstrip('+.')}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    elif place.startswith("+") and number > 0:
        text = f"+{text}"
    return text.replace("-", "−")
