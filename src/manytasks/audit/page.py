"""The report as one page that needs nothing else: light and dark, on a phone and on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

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

CELL = 26  # units of the picture per task
NUMBERS = 20  # tasks up to which cells hold their number
LISTED = 200  # tasks that the page shows one by one
CLIPPED = 0.98  # quantile of the gains that has the deepest colour
DEEPEST = 0.65  # opacity at which letters can be read, dark ones on white and light ones on black
MOST = 60  # tasks up to which the picture has a cell per pair

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #687078; --line: #d7dbe0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --paper: #14171a; --soft: #9aa2aa; --line: #363c43; }
}
* { box-sizing: border-box; }
body { color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; margin: 0 auto;
  max-width: 46rem; padding: 1.2rem; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.08rem; margin-top: 2rem; }
.verdict { font-size: 1.12rem; border-left: .25rem solid #2a8bc6; padding-left: .8rem; }
.scroll { overflow-x: auto; background: linear-gradient(to right, var(--paper) 50%, transparent),
  linear-gradient(to left, var(--paper) 50%, transparent) 100% 0,
  linear-gradient(to right, var(--line), transparent),
  linear-gradient(to left, var(--line), transparent) 100% 0; background-repeat: no-repeat;
  background-size: 2rem 100%, 2rem 100%, .5rem 100%, .5rem 100%;
  background-attachment: local, local, scroll, scroll; } /* a shadow where a table goes on */
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .25rem .7rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 5.5rem; }
th { white-space: normal; vertical-align: bottom; } th, td { overflow-wrap: normal; }
td:first-child { overflow-wrap: anywhere; } tr > :last-child { padding-right: 0; }
th { color: var(--soft); font-weight: 600; }
figure { margin: 1rem 0; } figcaption, footer, .legend { color: var(--soft); font-size: .92rem; }
svg { display: block; width: 100%; height: auto; max-height: 46rem; }
@media (max-width: 34rem) { table { font-size: .82rem; } th, td { padding-right: .5rem; } }
@media print { body { max-width: none; } .scroll { overflow: visible; } }
"""


def page(found: Audit, title: str, further: Sequence[Section] = ()) -> str:
    """Write the report as a page.

    Args:
        found: an audit.
        title: what was audited, such as the name of the file.
        further: what else was asked for.

    Returns:
        HTML, self-contained, without scripts.
    """
    parts = [
        f"<h1>Which tasks should train together? {html.escape(title)}</h1>",
        f'<p class="verdict">{html.escape(verdict(found))}</p>',
        f"<p class='legend'>{html.escape(errors(found))}</p>",
        picture(found),
        "<h2>Task by task</h2>",
        *(f"<p>{html.escape(line)}</p>" for line in task_lines(found, LISTED)),
        _table(TASK_HEAD, task_rows(found, LISTED)),
        f"<p class='legend'>{html.escape(TASK_LEGEND)}</p>",
        "<h2>How many models?</h2>",
        _table(CURVE_HEAD, curve_rows(found)),
        "<h2>Two in one model</h2>",
        *(f"<p>{html.escape(head)}</p>{_table(PAIR_HEAD, rows)}" for head, rows in pair_tables(found)),
        f"<p class='legend'>{html.escape(pair_legend(found))}</p>",
    ]
    for section in further:
        parts.append(f"<h2>{html.escape(section.title)}</h2>{_list(section.lines)}")
        if section.rows:
            parts.append(_table(section.head, section.rows))
    for head, lines in (
        ("What next?", next_steps(found)),
        ("Not known", unknown(found)),
        ("Assumed", assumptions(found)),
        ("Left out or changed", found.notes),
    ):
        if lines:
            parts.append(f"<h2>{head}</h2>{_list(lines)}")
    parts.append("<footer>Made by <code>manytasks audit</code>.</footer>")
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Audit of {html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def picture(found: Audit) -> str:
    """Draw what every two tasks would gain from sharing a model, tasks ordered by group.

    Args:
        found: an audit.

    Returns:
        A figure with inline vector graphics; the pairs of the largest groups if there are many tasks.
    """
    order = np.argsort(found.labels, kind="stable")
    cut = len(order) > MOST
    if cut:
        order = order[np.linspace(0, len(order) - 1, MOST).astype(int)]
    gains, labels = found.pairs[np.ix_(order, order)], found.labels[order]
    size = len(order)
    level = 1.0 if size <= NUMBERS else CLIPPED  # one task that fits nobody must not pale all others
    largest = max(float(np.quantile(np.abs(gains), level)), 1e-12)
    letters = 9 * max(1.0, size / 25)
    margin = 8 + 0.58 * letters * min(14, max(len(found.names[t]) for t in order))
    cells = []
    for i in range(size):
        for j in range(size):
            if i == j:
                continue
            gain = gains[i, j]
            colour = "#2a8bc6" if gain > 0 else "#ce8300"
            x, y = margin + j * CELL, i * CELL
            cells.append(
                f'<rect x="{x:.0f}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" fill="{colour}" '
                f'fill-opacity="{DEEPEST * min(1.0, abs(gain) / largest):.2f}"/>'
            )
            if size <= NUMBERS:
                cells.append(
                    f'<text x="{x + CELL / 2:.0f}" y="{y + CELL / 2 + 3:.0f}" text-anchor="middle">'
                    f"{gain:+.2f}</text>".replace("+0.", "+.").replace("-0.", "−.")
                )
    names = [
        f'<text x="{margin - 6:.0f}" y="{i * CELL + CELL / 2 + letters / 3:.0f}" text-anchor="end" '
        f'font-size="{letters:.0f}">'
        f"{html.escape(_short(found.names[t]))}</text>"
        for i, t in enumerate(order)
    ]
    frames, start = [], 0
    for stop in range(1, size + 1):
        if stop == size or labels[stop] != labels[start]:
            length = (stop - start) * CELL - 1
            frames.append(
                f'<rect x="{margin + start * CELL:.0f}" y="{start * CELL}" width="{length}" '
                f'height="{length}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
            )
            start = stop
    width, height = margin + size * CELL + 2, size * CELL + 2
    alt = html.escape(
        f"Matrix of predicted gains of pairs; {len(found.groups)} models are framed. {verdict(found)}",
        quote=True,
    )
    which = f"{MOST} of the {len(found.names):,} tasks. " if cut else ""
    return (
        f'<figure><svg viewBox="0 -1 {width:.0f} {height}" style="max-width: {1.7 * width:.0f}px" '
        f'role="img" aria-label="{alt}" fill="currentColor" font-size="9" '
        'font-family="system-ui, sans-serif">'
        f"{''.join([*cells, *names, *frames])}</svg><figcaption>{which}"
        "What the formula predicts two tasks to gain (blue) or lose (orange) if they share a model of their "
        "own, as a share of the targets' variance. Frames: the models to train.</figcaption></figure>"
    )


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def _short(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    whole = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{whole}</div>'
