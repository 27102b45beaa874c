"""A number or an interval beside a limit: holds, fails, or too close to say."""

from __future__ import annotations

import operator
from numbers import Rational
from typing import Any, Literal

import numpy as np

from manytasks.readers import real
from manytasks.statistics import Interval

Sign = Literal["<", "<=", ">", ">=", "==", "<>"]
Outcome = Literal["holds", "fails", "open"]
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}
APART = "<>"  # on either side of the limit; within a margin of it is the opposite


def outcome(value: float | Interval, sign: Sign, limit: float, margin: float | None = None) -> Outcome:
    """Compare what was found with a limit.

    Args:
        value: a number, or an interval whose ends a correct page would miss at its level only. ``==`` takes
            whole and exact numbers only: two floats are never equal for a reason.
        sign: what the value must be to the limit. ``<>`` holds if the limit is left out; where it is not, it
            fails if all lies within the margin.
        limit: a number that was fixed before the value was known.
        margin: how near to the limit is no difference, positive; for ``<>``, and for no other sign.

    Returns:
        "holds" or "fails"; "open" if one end of the interval meets the limit and the other does not; for
        ``<>``, if the limit is not left out and an end is beyond the margin.

    Raises:
        ValueError: if the sign is none, a number is not finite or is an array, ``==`` meets a float, or a
            margin is missing, not positive, or has no use.

    Example:
        >>> outcome(2.5, "<", 3.9), outcome(Interval(0.6, 0.4, 0.8), ">", 0.5)
        ('holds', 'open')
        >>> outcome(Interval(0.1, 0.0, 0.2), "<>", 0, 0.3), outcome(Interval(0.2, 0.1, 0.3), "<>", 0, 0.5)
        ('fails', 'holds')
    """
    if sign != APART and sign not in SIGNS:
        raise ValueError(f"sign must be one of {' '.join(SIGNS)} {APART}; got {sign!r}")
    bound = real(limit, "limit")
    if (sign == APART) != (margin is not None):
        raise ValueError(f"{APART} needs a margin, and no other sign has one; got {sign} and {margin}")
    if margin is not None:
        return _apart(ends(value), bound, real(margin, "margin"))
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


def _apart(found: tuple[float, ...], limit: float, margin: float) -> Outcome:
    if margin <= 0:
        raise ValueError(f"margin must be positive; got {margin:.3g}")
    if found[0] > limit or found[-1] < limit:
        return "holds"
    return "fails" if all(abs(end - limit) <= margin for end in found) else "open"


def _exact(number: Any) -> bool:
    # SymPy's whole and rational numbers know that they are.
    return isinstance(number, Rational | np.integer) or getattr(number, "is_Rational", False) is True
