"""What a page checks before it goes on: with words, number and limit, and under ``python -O`` as well.

A check guards a step: algebra, a shape, two routes to one number. What decides a claim is recorded first
(``evidence.record``), so that the page can say *fails*; a check may stop the page after it.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class CheckFailed(AssertionError):
    """A step of a page did not come out as it must."""


def require(condition: Any, message: str) -> None:
    """Stop unless a condition is met.

    Args:
        condition: anything with a truth value.
        message: what was compared, the number, and what it should have been.

    Raises:
        CheckFailed: with the message, if the condition is false or nan.
        ValueError: if it is an array of several truth values, or of none.

    Example:
        >>> require(2 + 2 == 4, "two and two are four")
    """
    try:
        met = bool(condition)
    except ValueError as error:  # NumPy's, which does not say where
        raise ValueError(f"{message}: which of several truth values counts is for the page to say") from error
    if not met or (isinstance(condition, float | np.floating) and np.isnan(condition)):
        raise CheckFailed(message)


def close(what: str, got: Any, want: Any, *, rtol: float = 1e-9, atol: float = 0.0) -> None:
    """Stop unless two results agree to rounding.

    Args:
        what: what was computed twice, and how.
        got: number or array.
        want: number or array that broadcasts with it. Infinite values agree when they are equal.
        rtol: largest allowed ratio of the difference to the size of ``want``. 1e-9 leaves room for another
            processor's order of summation in a well-conditioned result.
        atol: allowed on top of it, in the unit of the result, where ``want`` may be zero.

    Raises:
        CheckFailed: naming the largest departure, where it is, and what was allowed.
        ValueError: if a tolerance is negative or not finite.

    Example:
        >>> close("the error by formula and by eigenvalues", 1.0 + 1e-12, 1.0)
        >>> close("the error, computed twice", [1.0, 2.1], [1.0, 2.0])
        Traceback (most recent call last):
        manytasks.checks.CheckFailed: the error, computed twice: got 2.1 instead of 2 at (1,); ...
    """
    if not all(np.all((np.asarray(each) >= 0) & np.isfinite(each)) for each in (rtol, atol)):
        raise ValueError(f"rtol and atol must be finite and at least 0; got {rtol} and {atol}")
    got, want = np.broadcast_arrays(np.asarray(got, dtype=float), np.asarray(want, dtype=float))
    agree = np.isclose(got, want, rtol=rtol, atol=atol)
    if np.all(agree):
        return
    with np.errstate(invalid="ignore"):
        difference, allowed = np.abs(got - want), atol + rtol * np.abs(want)
        excess = np.where(agree, -np.inf, np.nan_to_num(difference - allowed, nan=np.inf, posinf=np.inf))
    worst = np.unravel_index(int(np.argmax(excess)), excess.shape)
    place = f" at {tuple(int(i) for i in worst)}" if worst else ""
    raise CheckFailed(
        f"{what}: got {got[worst]:.10g} instead of {want[worst]:.10g}{place}; "
        f"they differ by {difference[worst]:.3g}, allowed are {allowed[worst]:.3g}"
    )


def below(what: str, number: float, limit: float) -> None:
    """Stop unless a number is below its limit.

    Args:
        what: what the number measures.
        number: any number; nan is not below anything.
        limit: what it must stay below.

    Raises:
        CheckFailed: with the number and the limit.

    Example:
        >>> below("largest difference between the two fits", 1e-12, 1e-9)
    """
    require(number < limit, f"{what}: {number:.3g}, which should be below {limit:.3g}")
