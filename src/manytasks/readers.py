"""What comes in at the border: numbers of any kind are read as numbers, everything else is refused by name.

NumPy takes a truth value for a 1, drops an imaginary part, ignores a mask, and lets 200 + 100 be 44 in eight
bits. None of that happens to an argument that is read here first.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np

LONGEST = 60  # characters of a value that an error message repeats
OTHER_KINDS = {
    "b": "truth values",
    "c": "complex numbers",
    "S": "text",
    "U": "text",
    "M": "dates",
    "m": "times",
}


def numbers(value: Any, name: str, *, symbols: bool = False) -> np.ndarray:
    """Read numbers of any kind and shape.

    Args:
        value: a number or nested sequences of them: ``int`` of any size a float can hold, ``Fraction``,
            ``Decimal``, numbers of NumPy, SymPy, pandas or torch. Nan and infinite ones pass.
        name: how the error message calls the argument.
        symbols: whether SymPy expressions pass; exact SymPy numbers beside them then stay exact.

    Returns:
        Array of float64 of the same shape; of objects if a SymPy number or expression is in it and may be.

    Raises:
        ValueError: if it holds a truth value, text, a complex number, a missing or masked one, or one that a
            float cannot hold; or its rows differ in length.

    Example:
        >>> from fractions import Fraction
        >>> numbers([Fraction(1, 2), 3], "noise_var")
        array([0.5, 3. ])
        >>> numbers([True, 3], "samples")
        Traceback (most recent call last):
        ...
        ValueError: samples must be numbers; got [True, 3], which holds truth values
    """
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} must be numbers without a mask; fill or drop what is masked first")
    if hasattr(value, "detach"):  # a torch tensor, which NumPy refuses while it has a gradient
        value = value.detach()
    if _holds_truth(value):
        raise ValueError(_refusal(name, value, "truth values"))
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError, OverflowError, RecursionError) as error:
        raise ValueError(_refusal(name, value)) from error
    if array.dtype.kind in "iuf":
        return array.astype(float)
    if array.dtype.kind != "O":
        held = OTHER_KINDS.get(array.dtype.kind, f"values of type {array.dtype}")
        raise ValueError(_refusal(name, value, held))
    read = [_number(item, name, value, symbols) for item in array.flat]
    exact = not all(isinstance(item, float) for item in read)
    if exact:  # beside an expression whole numbers and fractions are worth more than their floats
        read = [
            kept if isinstance(kept, int | Fraction) else item
            for kept, item in zip(array.flat, read, strict=True)
        ]
    result = np.empty(array.shape, dtype=object if exact else float)
    result.reshape(-1)[:] = read
    return result


def real(
    value: Any,
    name: str,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    above: bool = False,
    symbols: bool = False,
) -> Any:
    """Read one finite number.

    Args:
        value: a number of any kind.
        name: how the error message calls the argument.
        low: smallest value allowed.
        high: largest value allowed.
        above: whether ``low`` itself is not allowed.
        symbols: whether a SymPy expression passes, as it is.

    Returns:
        A float, or the expression.

    Raises:
        ValueError: if it is not one number, not finite, or outside its range.

    Example:
        >>> real("0.5", "rate")
        Traceback (most recent call last):
        ...
        ValueError: rate must be one number; got '0.5', which holds text
    """
    array = _one(value, name, symbols)
    if has_symbols(array):
        return array[()]
    found = float(array)
    if not np.isfinite(found) or not low <= found <= high or (above and found == low):
        raise ValueError(f"{name} must be {_range(low, high, above)}; got {short(value)}")
    return found


def count(value: Any, name: str, *, least: int = 0, most: int | None = None, unit: str = "") -> int:
    """Read one whole number.

    Args:
        value: a whole number of any kind; 3.0 is one.
        name: how the error message calls the argument.
        least: smallest value allowed.
        most: largest value allowed, if there is one.
        unit: what is counted, for the error message.

    Returns:
        The number as an ``int``.

    Raises:
        ValueError: if it is not one whole number, or outside its range.

    Example:
        >>> count(3.0, "trials", least=1)
        3
        >>> count(2.5, "trials", least=1)
        Traceback (most recent call last):
        ...
        ValueError: trials must be a whole number of at least 1; got 2.5
    """
    found = float(_one(value, name, symbols=False))
    if not np.isfinite(found) or found != np.floor(found) or found < least:
        allowed = f"{least} {unit}".rstrip()
        raise ValueError(f"{name} must be a whole number of at least {allowed}; got {short(value)}")
    if most is not None and found > most:
        raise ValueError(f"{name} must be at most {most}; got {short(value)}")
    return int(value) if isinstance(value, int) else int(found)  # an int keeps what a float would round


def matrix(value: Any, name: str, shape: Sequence[Any], *, symbols: bool = False) -> np.ndarray:
    """Read an array of finite numbers with as many axes as ``shape`` has entries.

    Args:
        value: nested sequences of numbers.
        name: how the error message calls the argument.
        shape: one entry an axis: its length, or a letter for any length of at least 1.
        symbols: whether SymPy expressions pass.

    Returns:
        Array of float64, or of objects.

    Raises:
        ValueError: if the shape differs or a number is not finite.

    Example:
        >>> matrix([[1, 2]], "W", ("T", "p"))
        array([[1., 2.]])
        >>> matrix([1, 2], "W", ("T", "p"))
        Traceback (most recent call last):
        ...
        ValueError: W must have shape (T, p); got (2,)
    """
    array = numbers(value, name, symbols=symbols)
    fits = array.ndim == len(shape) and all(
        length > 0 if isinstance(wanted, str) else length == wanted
        for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join(str(entry) for entry in shape) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} must have shape ({wanted}); got {array.shape}")
    if array.dtype != object and not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite; got nan or inf")
    return array


def choice(value: Any, name: str, allowed: Sequence[str]) -> str:
    """Read one word of a list.

    Args:
        value: the word.
        name: how the error message calls the argument.
        allowed: the words that may be given.

    Returns:
        The word.

    Raises:
        ValueError: if it is none of them.

    Example:
        >>> choice("hot", "start", ("warm", "scratch"))
        Traceback (most recent call last):
        ...
        ValueError: start must be 'warm' or 'scratch'; got 'hot'
    """
    if not isinstance(value, str) or value not in allowed:
        *others, last = (repr(word) for word in allowed)
        words = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{name} must be {words}; got {short(value)}")
    return value


def has_symbols(*values: Any) -> bool:
    """Tell whether any value holds an expression whose number is open.

    Returns:
        True if at least one entry has free symbols; exact SymPy numbers have none.

    Example:
        >>> import sympy as sp
        >>> has_symbols(sp.Symbol("p")), has_symbols(sp.Integer(20)), has_symbols([1.0, 2.0])
        (True, False, False)
    """
    return any(
        getattr(item, "free_symbols", None)
        for value in values
        if not isinstance(value, float | int) and (array := np.asarray(value)).dtype == object
        for item in array.flat
    )


def short(value: Any) -> str:
    """Write a value as an error message repeats it: on one line, cut where it is long.

    Args:
        value: anything.

    Returns:
        At most about sixty characters.

    Example:
        >>> short(list(range(1000)))
        '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, …'
    """
    try:
        text = str(value) if isinstance(value, np.ndarray) else repr(value)
    except Exception:  # whoever's repr fails here is not a number, and is told so by the caller
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _one(value: Any, name: str, symbols: bool) -> np.ndarray:
    try:
        array = numbers(value, name, symbols=symbols)
    except ValueError as error:
        raise ValueError(str(error).replace("must be numbers", "must be one number", 1)) from error
    if array.ndim != 0:
        raise ValueError(f"{name} must be one number; got {short(value)}")
    return array


def _number(item: Any, name: str, value: Any, symbols: bool) -> Any:
    """Read one entry of an array that NumPy keeps as objects.

    Returns:
        A float, or an exact SymPy number or expression where they may stay.

    Raises:
        ValueError: if it is no number.
    """
    free = getattr(item, "free_symbols", None)
    if free is not None and symbols and (free or getattr(item, "is_extended_real", False)):
        return item
    number_like = isinstance(item, Real | Decimal) or (free is not None and not free)
    if isinstance(item, bool | np.bool_) or not number_like:
        raise ValueError(_refusal(name, value, "symbols" if free else f"a {type(item).__name__}"))
    try:
        return float(item)
    except OverflowError as error:
        raise ValueError(f"{name} must be numbers below 1.8e308; got {short(value)}") from error
    except (TypeError, ValueError) as error:
        raise ValueError(_refusal(name, value, f"a {type(item).__name__}")) from error


def _holds_truth(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_truth(item) for item in value)
    return isinstance(value, bool | np.bool_)


def _range(low: float, high: float, above: bool) -> str:
    if low == -np.inf and high == np.inf:
        return "finite"
    if high == np.inf:
        return f"finite and {'above' if above else 'at least'} {low:g}"
    return f"in {'(' if above else '['}{low:g}, {high:g}]"


def _refusal(name: str, value: Any, held: str = "") -> str:
    message = f"{name} must be numbers; got {short(value)}"
    return f"{message}, which holds {held}" if held else message
