"""Numbers for the page's sentences: a Markdown cell names them with the role ``glue``."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any

# The format of papermill's records, which MyST-NB's `glue` writes and reads; so no kernel imports Sphinx.
PREFIX = "application/papermill.record/"


@dataclass(frozen=True)
class _Fact:
    """One number or text under a name; it shows nothing itself."""

    name: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {PREFIX + "text/plain": self.text}, {"scrapbook": {"name": self.name, "mime_prefix": PREFIX}}


@dataclass(frozen=True)
class _Line:
    """What was said, for whoever reads the notebook instead of the book."""

    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": f'<p class="facts">{self.text}</p>', "text/plain": self.text}


def say(**facts: Any) -> None:
    """Put numbers and words where the sentences of this page find them.

    A Markdown cell, above or below, shows them: ``{glue:text}`peak_height:.2f` ``. A name that was never said
    is an error of the build, so a sentence cannot name a number that does not exist.

    Args:
        **facts: finite numbers, or text that is written already. Name them so that the sentence can be read
            with the names in it, for JupyterLab shows those.

    Raises:
        ValueError: if a fact is neither, such as nan or an array; it names the fact.

    Example:
        >>> say(tasks=10, peak_height=0.25, best="width 16")
        tasks = 10, peak_height = 0.25, best = width 16
    """
    said = {name: _plain(name, value) for name, value in facts.items()}
    line = _Line(", ".join(f"{name} = {_short(value)}" for name, value in said.items()))
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(line)
        return
    for name, value in said.items():
        display(_Fact(name, repr(value)))
    display(line)


def _plain(name: str, value: Any) -> int | float | str:
    if isinstance(value, str):
        return value
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        result = math.nan
    if isinstance(value, bool) or not math.isfinite(result):
        raise ValueError(f"fact {name!r} must be a finite number or text; got {value!r}")
    return result


def _short(value: int | float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
