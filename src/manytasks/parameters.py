"""What a chapter's parameters may be. Its parameters cell says so, in brackets at the end of each comment.

.. code-block:: python

    n = 50  # samples per task [5 to 200]
    widths = (4, 8)  # of the networks [1 to 512]: of each member of a tuple
    cosine = 0.5  # between two tasks [-1 to 1]
    data = "glyphs"  # images [any of "glyphs", "digits"]

One text for the reader and for the program: the build refuses other values before a kernel starts, the
chapter itself when its cells are run by hand, and the tests walk to both ends of every range.
"""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from manytasks.readers import short

BRACKETS = re.compile(r"\[(?P<said>[^][]*)\][^][]*$")
RANGE = re.compile(r"(?P<low>\S+) to (?P<high>\S+)")
ANY_OF = "any of "


@dataclass(frozen=True)
class Parameter:
    """One parameter of a chapter: its default, what it means, and which values the chapter can take.

    The range holds for each member of a tuple or list, which has at least one member, each of the kind of the
    default's. ``seed`` has a range without saying so.
    """

    name: str
    default: Any
    meaning: str = ""
    allowed: str = "finite"  # the range in words
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[Any, ...] = ()

    def fault(self, value: Any) -> str:
        """Say what is wrong with a value.

        Args:
            value: what somebody wants to give this parameter.

        Returns:
            What it must be and what was given; empty if nothing is wrong.
        """
        if not _alike(value, self.default):
            return (
                f"must be {type(self.default).__name__} like its default {self.default!r}; got {short(value)}"
            )
        if isinstance(value, list | tuple) and not 1 <= len(value) <= _longest(self.default):
            return f"must have 1 to {_longest(self.default)} members; got {len(value)}"
        if outside := [part for part in _members(value) if not self._takes(part)]:
            return f"must be {self.allowed}; got {short(outside[0])}"
        return ""

    def _takes(self, part: Any) -> bool:
        if self.choices:
            return part in self.choices
        if isinstance(part, str | bool):
            return True
        return -math.inf < part < math.inf and self.low <= part <= self.high


def read(cell: str) -> dict[str, Parameter]:
    """Read the parameters that a cell assigns, with the ranges that its comments state.

    Args:
        cell: source of a parameters cell: assignments of literals, one a line.

    Returns:
        Parameters by name, in order.

    Raises:
        ValueError: if the cell is anything else, or a default lies outside its own range.

    Example:
        >>> n = read("n = 50  # samples per task [5 to 200]")["n"]
        >>> n.default, n.meaning, n.allowed, n.fault(1000)
        (50, 'samples per task', '5 to 200', 'must be 5 to 200; got 1000')
    """
    tokens = tokenize.generate_tokens(io.StringIO(cell).readline)
    comments = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    found = {}
    for line in ast.parse(cell).body:
        try:
            (target,) = line.targets  # type: ignore[attr-defined]
            names = [element.id for element in getattr(target, "elts", [target])]
            value = ast.literal_eval(line.value)  # type: ignore[attr-defined]
        except (AttributeError, TypeError, ValueError):
            shown = ast.unparse(line)
            raise ValueError(
                f"a parameters cell assigns literals and does nothing else; got {shown!r}"
            ) from None
        values = value if len(names) > 1 else [value]
        if len(names) != len(values):
            raise ValueError(f"{', '.join(names)} are {len(names)} names for {len(values)} values")
        said = [comments[at] for at in range(line.lineno, (line.end_lineno or 0) + 1) if at in comments]
        for name, default in zip(names, values, strict=True):
            found[name] = _parameter(name, default, said[-1] if said else "")
    return found


def check(cells: Sequence[str], values: Mapping[str, Any]) -> None:
    """Refuse values that the parameters cell of this chapter does not allow: ``check(In, globals())``.

    Args:
        cells: sources of the cells run so far; the last one that states ranges counts.
        values: the names of the notebook.

    Raises:
        ValueError: naming the parameter, its value and what is allowed.

    Example:
        >>> check(["n = 50  # samples per task [5 to 200]"], {"n": 1000})
        Traceback (most recent call last):
        ...
        ValueError: n must be 5 to 200; got 1000
    """
    for cell in reversed(cells):
        if any(BRACKETS.search(line.partition("#")[2]) for line in cell.splitlines()):
            for name, parameter in read(cell).items():
                require(not (fault := parameter.fault(values[name])), f"{name} {fault}")
            return


def require(condition: Any, message: str) -> None:
    """Refuse parameters that do not go together.

    Args:
        condition: what must hold between them.
        message: which parameters, what is needed, what was given.

    Raises:
        ValueError: with the message, if the condition is false.

    Example:
        >>> require(10 < 2 * 50, "p must be below T * n = 100; got 10")
    """
    if not condition:
        raise ValueError(message)


def _alike(value: Any, default: Any) -> bool:
    """Say whether a value is of the kind of a default, all the way down; YAML has neither 1.0 nor tuples.

    Returns:
        Whether it is.
    """
    if isinstance(default, list | tuple):
        each = default[0]
        if isinstance(each, list | tuple):  # rows of one form
            return isinstance(value, list | tuple) and all(_row_alike(row, each) for row in value)
        return isinstance(value, list | tuple) and all(_alike(member, each) for member in value)
    kinds = (float, int) if isinstance(default, float) else type(default)
    return isinstance(value, kinds) and isinstance(value, bool) == isinstance(default, bool)


def _row_alike(row: Any, default: Any) -> bool:
    right = isinstance(row, list | tuple) and len(row) == len(default)
    return right and all(map(_alike, row, default))


def _longest(default: Any) -> int:
    return max(10, 3 * len(default))


def _members(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [member for part in value for member in _members(part)]
    return [value]


def _parameter(name: str, default: Any, comment: str) -> Parameter:
    plain = all(isinstance(part, int | float | str) for part in _members(default))
    if not plain or (isinstance(default, list | tuple) and not default):
        raise ValueError(
            f"the default of {name} must be a number, a text, a truth value or some of them; got {default!r}"
        )
    meaning, limits = comment.lstrip("# "), {}
    said = "0 to 4294967295" if name == "seed" else ""
    if stated := BRACKETS.search(meaning):
        said, meaning = stated["said"], meaning[: stated.start()].rstrip()
    elif "[" in meaning:
        raise ValueError(f"the range of {name} must stand in brackets at the end; got {comment!r}")
    try:
        if said.startswith(ANY_OF):
            limits = {"allowed": said, "choices": ast.literal_eval(f"({said.removeprefix(ANY_OF)},)")}
        elif said:
            low, high = RANGE.fullmatch(said).groups()  # type: ignore[union-attr]
            limits = {"allowed": said, "low": float(low), "high": float(high)}
    except (AttributeError, SyntaxError, ValueError):
        raise ValueError(
            f"the range of {name} must read [low to high] or [any of a, b]; got [{said}]"
        ) from None
    parameter = Parameter(name, default, meaning, **limits)
    if fault := parameter.fault(default):
        raise ValueError(f"the default of {name} {fault}")
    return parameter
