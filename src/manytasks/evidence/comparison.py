"""A number or an interval beside a limit: holds, fails, or too close to say."""

from __future__ import annotations

import operator
from numbers import Rational
from typing import Any, Literal

import numpy as np

from manytasks.readers import real
from manytasks.statistics import Interval

Sign = Literal["<", "<=", ">", ">=", "=="]
Outcome = Literal["holds", "fails", "open"]
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}


def outcome(value: float | Interval, sign: Sign, limit: float) -> Outcome:
    """Compare what was found with a limit.

    Args:
        value: a number, or an interval whose ends a correct page would miss at its level only. ``==`` takes
            whole and exact numbers only: two floats are never equal for a reason.
        sign: what the value must be to the limit.
        limit: a number that was fixed before the value was known.

    Returns:
        "holds" or "fails"; "open" if one end of the interval meets the limit and the other does not.

    Raises:
        ValueError: if the sign is none, a number is not finite or is an array, or ``==`` meets a float.

    Example:
        >>> outcome(2.5, "<", 3.9), outcome(Interval(0.6, 0.4, 0.8), ">", 0.5)
        ('holds', 'open')
    """
    if sign not in SIGNS:
        raise ValueError(f"sign must be one of {' '.join(SIGNS)}; got {sign!r}")
    bound = real(limit, "limit")
    met = {SIGNS[sign](end, bound) for end in ends(value)}
    if sign == "==" and not (_exact(value) and _exact(limit)):
        raise ValueError(f"== compares whole and exact numbers only; got {value!r} and {limit!r}")
    return "open" if len(met) == 2 else "holds" if met == {True} else "fails"


def ends(value: Any) -> tuple[float, ...]:
    """Return the ends of an interval, or a number alone.

    Args:
        value: number or interval of numbers.

    Returns:
        One finite number, or two in order.

    Raises:
        ValueError: if it is an array, not finite, or an interval that does not contain its own value.

    Example:
        >>> ends(3), ends(Interval(0.6, 0.4, 0.8))
        ((3.0,), (0.4, 0.8))
    """
    if not isinstance(value, Interval):
        return (real(value, "value"),)
    low, middle, high = (real(getattr(value, name), name) for name in ("low", "value", "high"))
    if not low <= middle <= high:
        raise ValueError(f"an interval must contain its value; got {middle:.3g} and {low:.3g} to {high:.3g}")
    return low, high


def _exact(number: Any) -> bool:
    # SymPy's whole and rational numbers know that they are.
    return isinstance(number, Rational | np.integer) or getattr(number, "is_Rational", False) is True
