"""SymPy expressions as JavaScript: what the page computes is printed, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from manytasks.readers import numbers, short


def javascript(name: str, arguments: Sequence[Any], results: Mapping[str, Any]) -> str:
    """Print expressions as one JavaScript function, common parts computed once.

    Args:
        name: name of the function.
        arguments: its arguments, in order; each a symbol, or a sequence of symbols that is passed as one
            JavaScript array.
        results: what it returns, by name; each an expression in the arguments, or a sequence of them.

    Returns:
        Source of a function that returns an object with one number, or one array, per name.

    Raises:
        ValueError: if an expression contains a symbol that is no argument, or is a text.

    Example:
        >>> n, p = sp.symbols("n p")
        >>> print(javascript("bias", [n, p], {"share": 1 - n / p}))
        function bias(n, p) {
          return {share: -n/p + 1};
        }
    """
    expressions = [expression(each, key) for key, result in results.items() for each in _flat(result)]
    known = {symbol for argument in arguments for symbol in _flat(argument)}
    free = set().union(*(each.free_symbols for each in expressions)) - known
    if free:
        raise ValueError(
            f"{name} needs values for {', '.join(sorted(map(str, free)))}; they are no arguments"
        )
    common, reduced = sp.cse(expressions, symbols=sp.numbered_symbols("common_"))
    lines = [f"  const {symbol} = {sp.jscode(value)};" for symbol, value in common]
    printed = iter(map(sp.jscode, reduced))
    fields = ", ".join(f"{key}: {_literal(result, printed)}" for key, result in results.items())
    signature = f"function {name}({', '.join(_pattern(argument) for argument in arguments)}) {{"
    return "\n".join([signature, *lines, f"  return {{{fields}}};", "}"])


def expression(value: Any, name: str) -> sp.Basic:
    """Take an expression or a number; a text would be a program for SymPy, which runs it.

    Args:
        value: SymPy expression, or a number of any kind.
        name: how the error message calls it.

    Returns:
        A SymPy expression.

    Raises:
        ValueError: if it is neither.

    Example:
        >>> expression("1 + 1", "share")
        Traceback (most recent call last):
        ...
        ValueError: share must be one expression or number; got '1 + 1'
    """
    if isinstance(value, sp.Basic):
        return value
    if isinstance(value, str) or np.ndim(value):
        raise ValueError(f"{name} must be one expression or number; got {short(value)}")
    read = numbers(value, name, symbols=True)[()]
    return sp.sympify(value if isinstance(value, int) else read)


def _is_many(value: Any) -> bool:
    return isinstance(value, (list, tuple, np.ndarray, sp.MatrixBase))


def _flat(value: Any) -> list[Any]:
    return list(value) if _is_many(value) else [value]


def _pattern(argument: Any) -> str:
    names = [str(symbol) for symbol in _flat(argument)]
    return f"[{', '.join(names)}]" if _is_many(argument) else names[0]


def _literal(result: Any, printed: Iterator[str]) -> str:
    items = [next(printed) for _ in _flat(result)]
    return f"[{', '.join(items)}]" if _is_many(result) else items[0]
