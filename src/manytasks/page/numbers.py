"""Numbers as people write them: true minus, powers of ten, thin spaces, percent."""

from __future__ import annotations

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NARROW = "\u202f"  # a narrow space that does not break


def number(value: float, digits: int = 3) -> str:
    """Write a number with as many digits as matter.

    Args:
        value: any number.
        digits: significant digits, at least 1. Whole digits before the point are never rounded away below
            100,000.

    Returns:
        "0.0123", "12.3", "32,100", or a power of ten where zeros would hide the size.

    Example:
        >>> [number(value) for value in (0.012345, -12.345, 32109.9, 2.2e-9, 4e7, 0)]
        ['0.0123', '−12.3', '32,110', '2.2 × 10⁻⁹', '4 × 10⁷', '0']
    """
    if not math.isfinite(value):
        return str(value).replace("-", "−").replace("inf", "∞")
    if value and not 1e-3 <= abs(value) < 1e5:
        return times_ten(value, digits)
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    leading = 0 if whole or not value else -math.floor(math.log10(abs(value))) - 1
    places = max(0, digits - whole) + leading
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def times_ten(value: float, digits: int = 1) -> str:
    """Write a very small or large number as a multiple of a power of ten.

    Args:
        value: any finite number.
        digits: significant digits, at least 1.

    Returns:
        "2 × 10⁻⁹"; "0" for zero.

    Example:
        >>> times_ten(2.2e-9), times_ten(-31400, 3), times_ten(0.0)
        ('2 × 10⁻⁹', '−3.14 × 10⁴', '0')
    """
    if value == 0:
        return "0"
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPTS)}".replace("-", "−")


def share(value: float, digits: int = 0) -> str:
    r"""Write a share in percent.

    Args:
        value: share, 1 for all.
        digits: places after the point.

    Returns:
        "12 %", with a space that does not break.

    Example:
        >>> share(0.1234), share(-0.0042, 1)
        ('12\u202f%', '−0.4\u202f%')
    """
    return f"{100 * value:.{digits}f}{NARROW}%".replace("-", "−")


def signed(value: float, form: str = ".2f") -> str:
    """Write a change with its sign.

    Args:
        value: any number.
        form: format of its size.

    Returns:
        "+0.12" or "−0.12".

    Example:
        >>> signed(0.123), signed(-1.5, ".1f")
        ('+0.12', '−1.5')
    """
    return f"{value:+{form}}".replace("-", "−")
