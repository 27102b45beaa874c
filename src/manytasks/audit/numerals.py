"""Numbers as a reader can use them: as many digits as the standard error leaves."""

from __future__ import annotations

import math

DIGITS = 5  # decimals beyond which numbers are written with an exponent


def decimals(error: float) -> int:
    """Return how many decimals a number has whose standard error shows two significant digits.

    Args:
        error: standard error, positive.

    Returns:
        Number of decimals, at least 0.

    Example:
        >>> [decimals(error) for error in (0.031, 0.0996, 4.2, 55.0)]
        [3, 2, 1, 0]
    """
    return max(0, 1 - math.floor(math.log10(float(f"{error:.1e}"))))


def plus_minus(value: float, error: float, sign: str = "") -> str:
    """Write a number with its standard error.

    Args:
        value: the number.
        error: its standard error.
        sign: "+" if positive numbers have a sign.

    Returns:
        Both, with two significant digits of the error.

    Example:
        >>> plus_minus(0.5128, 0.0311), plus_minus(0.00213, 0.00041, "+"), plus_minus(2e-9, 3e-8)
        ('0.513 ± 0.031', '+0.00213 ± 0.00041', '2.0e-09 ± 3.0e-08')
    """
    if not error > 0:
        return amount(value)
    places = decimals(error)
    kind = f"{sign}.{places}f" if places <= DIGITS else f"{sign}.1e"
    shown = format(value, kind)
    if float(shown) == 0 and not shown.startswith("+"):
        shown = format(0.0, kind)  # no minus before zeros
    return f"{shown} ± {format(error, kind.lstrip('+'))}"


def amount(value: float, places: int = 2) -> str:
    """Write a number that has no standard error of its own.

    Args:
        value: the number.
        places: decimals of numbers that are not small.

    Returns:
        The number, small ones with two significant digits.

    Example:
        >>> amount(0.4321), amount(0.0321), amount(0.00045), amount(0.0), amount(-2e-9)
        ('0.43', '0.032', '0.00045', '0', '-2.0e-09')
    """
    if value == 0:
        return "0"
    needed = decimals(abs(value))
    if needed > DIGITS:
        return f"{value:.1e}"
    return f"{value:.{max(places, needed)}f}"
