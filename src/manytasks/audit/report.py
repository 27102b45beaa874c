"""What an audit found, as a report that a person can act on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from manytasks.audit.findings import Audit
from manytasks.audit.further import Section
from manytasks.audit.sentences import assumptions, errors, next_steps, unknown, verdict
from manytasks.audit.tables import (
    CURVE_HEAD,
    PAIR_HEAD,
    TASK_HEAD,
    TASK_LEGEND,
    curve_rows,
    pair_legend,
    pair_tables,
    task_lines,
    task_rows,
)

WIDTH = 100  # characters of a line
LONGEST, SHORTEST = 34, 12  # characters of a cell: as many as it may have, and as few as it is cut to
NUMBER = 20  # characters to which cells of numbers are cut only if names were cut as far as may be


def text(found: Audit, further: Sequence[Section] = ()) -> str:
    """Write the whole report.

    Args:
        found: an audit.
        further: what else was asked for.

    Returns:
        Lines of at most 100 characters, but for names longer than that.
    """
    parts = [_wrapped(verdict(found)), _wrapped(errors(found))]
    parts += [_wrapped(line) for line in task_lines(found)]
    parts.append(table(TASK_HEAD, task_rows(found), left=1) + "\n" + _wrapped(TASK_LEGEND))
    parts.append("How many models?\n" + table(CURVE_HEAD, curve_rows(found), left=0))
    parts += [f"{head}:\n{table(PAIR_HEAD, rows, left=1)}" for head, rows in pair_tables(found)]
    parts[-1] += "\n" + _wrapped(pair_legend(found))
    for section in further:
        parts.append(_listed(section.title, section.lines))
        if section.rows:
            parts.append(table(section.head, section.rows, left=1))
    for title, lines in (
        ("What next?", next_steps(found)),
        ("Not known:", unknown(found)),
        ("Assumed:", assumptions(found)),
        ("Left out or changed:", found.notes),
    ):
        if lines:
            parts.append(_listed(title, lines))
    return "\n\n".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """Write a table in columns.

    Args:
        head: heads of the columns.
        rows: cells.
        left: how many columns stand flush left.

    Returns:
        Lines.

    Example:
        >>> print(table(["task", "n"], [["a", "10"], ["long", "9"]], left=1))
        task   n
        a     10
        long   9
    """
    limits = [(longest, max(longest, NUMBER)) for longest in range(LONGEST, SHORTEST - 1, -1)]
    limits += [(SHORTEST, longest) for longest in range(NUMBER - 1, SHORTEST - 1, -1)]
    for name, number in limits:
        cut = [
            [_short(cell, name if k < left else number) for k, cell in enumerate(row)]
            for row in [head, *rows]
        ]
        widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
        if sum(widths) + 2 * len(widths) - 2 <= WIDTH:
            break
    return "\n".join(
        "  ".join(
            cell.ljust(width) if k < left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cut
    )


def _short(cell: str, longest: int) -> str:
    return cell if len(cell) <= longest else cell[: longest - 1] + "…"


def _wrapped(line: str, indent: str = "") -> str:
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _listed(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(_wrapped(f"- {line}", "  ") for line in lines)])
