"""A digest of the code that a result depends on, so that a sweep knows when it goes on with other code."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

PACKAGE = __name__.partition(".")[0]
PLAIN = (bool, int, float, str, bytes, type(None))


@lru_cache
def code_digest(function: Callable[..., Any]) -> str:
    """Digest a function and all that it reaches inside this package: functions, classes, constants.

    Comments, docstrings and layout do not count, nor does a function that is never reached, nor where the
    package lies: only what can change a number.

    Args:
        function: measures a cell.

    Returns:
        12 hexadecimal digits; empty if there is no source to read.

    Example:
        >>> code_digest(code_digest) == code_digest(lambda: None)
        False
    """
    found: dict[str, str] = {}
    waiting: list[Any] = [function]
    try:
        while waiting:
            thing = inspect.unwrap(waiting.pop())
            name = f"{thing.__module__}.{thing.__qualname__}"
            if name not in found:
                found[name], reached = _definition(thing)
                waiting += reached
    except (OSError, AttributeError, TypeError):  # typed at a prompt, or no plain function
        return ""
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:12]


def _definition(thing: Any) -> tuple[str, list[Any]]:
    """Read a function or class.

    Returns:
        Its source in normal form with the constants that it reads, and the functions and classes it names.
    """
    source = textwrap.dedent(inspect.getsource(thing))
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a lambda in the middle of an expression
        return source.strip(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    constants, reached = set(), []
    for name, value in _named(tree, vars(sys.modules[thing.__module__])):
        shown, inside = _read(value)
        if shown:
            constants.add(f"{name} = {shown}")
        reached += inside
    return "\n".join([ast.unparse(tree), *sorted(constants)]), reached


def _named(tree: ast.AST, names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Look up every name of a definition that its module, or a module of the package, knows.

    Yields:
        Names with their values.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _ours(node.module):
            names = names | {a.asname or a.name: _member(node.module, a.name) for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names and not node.id.startswith("__"):
            yield node.id, names[node.id]  # __file__ is another in every checkout
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = names.get(node.value.id)
            if isinstance(module, ModuleType) and _ours(module.__name__):
                yield node.attr, getattr(module, node.attr, None)


def _ours(module: str | None) -> bool:
    return (module or "").partition(".")[0] == PACKAGE


def _member(module: str | None, name: str) -> Any:
    return getattr(import_module(module or ""), name, None)


def _read(value: Any) -> tuple[str, list[Any]]:
    """Read what a name stands for.

    Returns:
        Its text, empty if it is no constant, and the functions and classes of the package in it.
    """
    if isinstance(value, PLAIN):
        return repr(value), []
    if hasattr(value, "__qualname__"):
        return "", [value] if _ours(value.__module__) else []
    if is_dataclass(value):
        shown, inside = _read(vars(value))
        return shown, [type(value), *inside]
    if isinstance(value, dict):
        return _read([part for item in value.items() for part in item])
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, tuple | list):
        parts = [_read(part) for part in value]
        return ", ".join(shown for shown, _ in parts), [one for _, inside in parts for one in inside]
    return "", []
