"""A table as a page shows it: accessible, scrollable on a phone, folded if asked."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Table:
    """A table with its caption, ready to be displayed."""

    frame: pd.DataFrame
    name: str
    caption: str
    folded: bool = False

    def __str__(self) -> str:
        return f"[table {self.name}] {self.caption}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        caption = html.escape(self.caption)
        head = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in self.frame.columns)
        body = "".join(f"<tr>{_row(*values)}</tr>" for values in self.frame.itertuples(index=False))
        cells = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        if self.folded:
            inner = f"<details><summary>{caption}</summary><table>{cells}</table></details>"
        else:
            inner = f"<table><caption>{caption}</caption>{cells}</table>"
        markup = (  # a region that scrolls must be reachable by keyboard
            f'<div class="page-table" id="table-{self.name}" role="region" '
            f'aria-label="{caption}" tabindex="0">{inner}</div>'
        )
        return {"text/html": markup, "text/plain": f"{self}\n{self.frame.to_string(index=False)}"}


def _row(first: Any, *others: Any) -> str:
    cells = "".join(f"<td>{html.escape(str(value))}</td>" for value in others)
    return f'<th scope="row">{html.escape(str(first))}</th>{cells}'


def table(frame: pd.DataFrame, *, name: str, caption: str, folded: bool = False) -> Table:
    """Make a table for the page; end a cell with it.

    Args:
        frame: texts and numbers as they shall be read (format them with ``number``, ``share``, …); the first
            column names the rows.
        name: unique kebab-case name; the table's anchor is ``table-<name>``.
        caption: what stands in it.
        folded: show the caption only, until it is opened.

    Returns:
        The table.

    Raises:
        ValueError: if the frame is empty or the caption is.

    Example:
        >>> errors = pd.DataFrame({"width": [4], "error": ["0.12"]})
        >>> print(table(errors, name="errors", caption="Test errors."))
        [table errors] Test errors.
    """
    if frame.empty or not caption.strip():
        raise ValueError(f"table {name!r} needs rows and a caption")
    return Table(frame.astype(object), name, caption, folded)
