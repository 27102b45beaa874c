"""What a setting of a sweep may be: its kind and its range, checked for all cells before the first begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from manytasks.readers import short


@dataclass(frozen=True)
class Setting:
    """Declare what one value of a setting may be.

    Args:
        says: what it must be, in words; the error message quotes it.
        read: the value as the sweep computes with it; raises ``ValueError`` if it is not allowed.
        column: the column of the table that names the value of each row, for a setting that a sweep varies
            inside its cells.
        idle: what that column says in rows that the setting does not concern.
    """

    says: str
    read: Callable[[Any], Any]
    column: str = ""
    idle: str = ""


def _between(least: float, most: float, above: bool = False) -> str:
    if most < math.inf:
        return f"from {least} to {most}"
    if least == -math.inf:
        return ""
    return f"above {least}" if above else f"of at least {least}"


def whole(least: int, most: float = math.inf, column: str = "") -> Setting:
    """Declare a whole number.

    Args:
        least: smallest value.
        most: largest value.
        column: see ``Setting``.

    Returns:
        What allows whole numbers from least to most; a truth value and 1.0 are none.

    Example:
        >>> whole(1, 9).says
        'a whole number from 1 to 9'
    """

    def read(value: Any) -> int:
        if not isinstance(value, Integral) or isinstance(value, bool) or not least <= int(value) <= most:
            raise ValueError
        return int(value)

    return Setting(f"a whole number {_between(least, most)}", read, column)


def real(
    least: float = -math.inf,
    most: float = math.inf,
    column: str = "",
    above: bool = False,
    idle: str = "",
) -> Setting:
    """Declare a finite number.

    Args:
        least: smallest value.
        most: largest value.
        column: see ``Setting``.
        above: whether the smallest value itself is left out.
        idle: see ``Setting``.

    Returns:
        What allows finite numbers from least to most.

    Example:
        >>> real(0, above=True).says
        'a number above 0'
    """

    def read(value: Any) -> float:
        if not isinstance(value, Real) or isinstance(value, bool):
            raise ValueError
        try:
            number = int(value) if isinstance(value, Integral) else float(value)
            finite = math.isfinite(number)
        except OverflowError:  # more than a float holds
            finite = False
        if not finite or not least <= number <= most or (above and number == least):
            raise ValueError
        return number

    return Setting(f"a number {_between(least, most, above)}".rstrip(), read, column, idle)


def word(choices: Iterable[str] = (), column: str = "", suffixes: Iterable[str] = ()) -> Setting:
    """Declare a word.

    Args:
        choices: the words there are; any word if there are none.
        column: see ``Setting``.
        suffixes: what may follow one of the choices, as "+vit-b16" in "cub200+vit-b16".

    Returns:
        What allows these words.

    Example:
        >>> word(("digits", "mnist")).says
        'one of digits, mnist'
    """
    choices, suffixes = tuple(choices), tuple(suffixes)
    allowed = {choice + end for choice in choices for end in ("", *suffixes)}

    def read(value: Any) -> str:
        spoken = isinstance(value, str) and bool(value.strip()) and value.isprintable()
        if not spoken or (allowed and value not in allowed):
            raise ValueError
        return value

    says = f"one of {', '.join(choices)}" if choices else "a word"
    return Setting(says + (f", alone or followed by {', '.join(suffixes)}" if suffixes else ""), read, column)


# The settings that sweeps share. A sweep declares those of its own, and narrower ones, in ``Sweep.settings``.
COMMON: dict[str, Setting] = {
    "activation": word(("tanh", "softplus", "relu")),
    "batch": whole(1),
    "checkpoints": whole(1, column="step"),
    "components": whole(1),
    "data": word(),  # digest of the files
    "depth": whole(0),  # 0 is a linear network
    "fraction": real(0, 1),
    "fractions": real(0, 1, column="fraction"),
    "images": whole(1),
    "levels": real(0, above=True, column="level"),
    "memories": real(0, column="memory"),  # on average per class: a buffer may hold 4.5
    "methods": word(column="method"),
    "noises": real(0, 1, column="noise"),
    "per_class": whole(1),
    "rate": real(0, above=True),
    "scenario": word(("task", "domain", "class")),
    "scenarios": word(("task", "domain"), column="scenario"),
    "seeds": whole(0, column="seed"),
    "steps": whole(1),
    "strengths": real(0, 1, column="strength"),
    "tasks": whole(1, 50),  # the papers stop at 20
    "test_images": whole(1),
    "width": whole(1),
}


def declared(name: str, value: Any, own: dict[str, Setting]) -> Setting:
    """Find what a setting may be.

    Args:
        name: of the setting.
        value: what a profile gives it; says the kind of a setting that nobody declared.
        own: what its sweep declares.

    Returns:
        The sweep's own declaration, the common one, or one made from the value's kind.

    Example:
        >>> declared("depth", 3, {}).says, declared("hue", 0.5, {}).says
        ('a whole number of at least 0', 'a number')
    """
    if name in own:
        return own[name]
    if name in COMMON:
        return COMMON[name]
    one, column = value, ""
    if isinstance(value, tuple):
        one, column = (value[0] if value else 0), name.removesuffix("s")
    if isinstance(one, str):
        return word(column=column)
    if isinstance(one, Integral):
        return whole(-(2**63), 2**63 - 1, column)
    return real(column=column)


def read_setting(name: str, value: Any, usual: Any, own: dict[str, Setting]) -> Any:
    """Read what somebody wants a setting to be.

    Args:
        name: of the setting.
        value: what is wanted.
        usual: what the profile has; a tuple there asks for a tuple here.
        own: what the sweep declares.

    Returns:
        The value, in Python's own numbers.

    Raises:
        ValueError: naming setting, value and what is allowed.

    Example:
        >>> read_setting("width", (4, 8), (1,), {})
        (4, 8)
        >>> read_setting("rate", float("nan"), 0.1, {})
        Traceback (most recent call last):
        ValueError: rate must be a number above 0; got nan
    """
    setting = declared(name, usual, own)
    several = isinstance(usual, tuple)
    if several and not (isinstance(value, tuple) and value):
        raise ValueError(f"{name} needs a tuple of values; got {short(value)}")
    try:
        values = tuple(setting.read(one) for one in (value if several else (value,)))
    except ValueError:
        each = "every value of " if several else ""
        raise ValueError(f"{each}{name} must be {setting.says}; got {short(value)}") from None
    texts = [number_text(one) for one in values]
    if any(isinstance(one, float) and float(text) != one for one, text in zip(values, texts, strict=True)):
        raise ValueError(f"{name} must have at most 7 digits, as tables write it; got {short(value)}")
    if len(set(texts)) < len(values):
        raise ValueError(f"{name} must not name a value twice; got {short(value)}")
    return values if several else values[0]


def number_text(value: Any) -> str:
    """Write a value as tables do: seven digits hold a float32, more would only store noise.

    Args:
        value: a number, a word or a truth value.

    Returns:
        Its text.

    Example:
        >>> number_text(1 / 3), number_text(2.0), number_text(8)
        ('0.3333333', '2', '8')
    """
    return f"{value:.7g}" if isinstance(value, float) else str(value)
