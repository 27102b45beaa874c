"""What an audit found, in sentences and tables that a person can act on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from manytasks.audit.columns import few
from manytasks.audit.decide import Audit
from manytasks.audit.further import Section

SURE = 2.0  # standard errors from which a gain or a distance counts as seen
MISMATCH = 0.25  # relative squared distance of covariances from which "same features" is doubtful
WIDTH = 100  # characters of a line
LONGEST, SHORTEST = 34, 12  # characters of a cell: as many as it may have, and as few as it is cut to
MOST = 40  # tasks that a table shows one by one; of more, those that gain most and least


def verdict(found: Audit) -> str:
    """Say in one or two sentences what to do.

    Args:
        found: an audit.

    Returns:
        The sentences.
    """
    T, groups = len(found.names), found.groups
    expected, alone, together = found.grouped.mean(), found.alone.mean(), found.together.mean()
    error = f"{expected:.2f} ± {found.expected_error:.2f}"
    if len(groups) == 1:
        return (
            f"Train all {T} tasks in one model: expected error {error}, alone {alone:.2f}. "
            "Splitting them is not worth its noise."
        )
    if len(groups) == T:
        costs = f"expected error {error}, all in one {together:.2f}"
        return f"Train every task alone: {costs}. They do not help each other."
    listed = ", ".join("{" + few(group, 6) + "}" for group in groups[:6]) + (", …" if len(groups) > 6 else "")
    return (
        f"Train {len(groups)} models: {listed}. "
        f"Expected error {error}; alone {alone:.2f}, all in one {together:.2f}."
    )


def sure(gain: float, error: float) -> str:
    """Say whether a gain is seen.

    Args:
        gain: the gain.
        error: its standard error.

    Returns:
        "yes", "no: costs" or "open".

    Example:
        >>> sure(0.3, 0.1), sure(-0.3, 0.1), sure(0.1, 0.1), sure(0.0, 0.0)
        ('yes', 'no: costs', 'open', '')
    """
    if error == 0:
        return ""
    if abs(gain) < SURE * error:
        return "open"
    return "yes" if gain > 0 else "no: costs"


def task_rows(found: Audit, most: int = MOST) -> list[list[str]]:
    """Return the table of tasks, by group and size of the gain.

    Args:
        found: an audit.
        most: number of tasks; if there are more, those that gain most and those that gain least.

    Returns:
        Rows of name, number of rows, model, error alone, error in the group, gain with its standard error,
        share of noise, and whether the gain is seen.
    """
    order = np.lexsort((-found.gain, found.labels))
    if len(order) > most:
        order = np.argsort(-found.gain, kind="stable")
        order = np.concatenate([order[: most // 2], order[-(most // 2) :]])
    return [
        [
            found.names[t],
            f"{found.counts[t]:,}",
            str(found.labels[t] + 1),
            f"{found.alone[t]:.2f}",
            f"{found.grouped[t]:.2f}",
            "–" if found.gain_error[t] == 0 else f"{found.gain[t]:+.2f} ± {found.gain_error[t]:.2f}",
            f"{min(max(found.noise[t], 0.0), 1.0):.2f}",  # unbiased is not within its range
            sure(found.gain[t], found.gain_error[t]),
        ]
        for t in order
    ]


def task_lines(found: Audit, most: int = MOST) -> list[str]:
    """Say which tasks the table leaves out, if there are many.

    Args:
        found: an audit.
        most: number of tasks that the table holds.

    Returns:
        Sentences; none if the table holds all tasks.
    """
    if len(found.names) <= most:
        return []
    said = [sure(*pair) for pair in zip(found.gain.tolist(), found.gain_error.tolist(), strict=True)]
    return [
        f"The {most // 2} of {len(found.names):,} tasks that gain most, and the {most // 2} that gain least; "
        f"--json FILE has all. Their models helped {said.count('yes'):,} of them, cost "
        f"{said.count('no: costs'):,}, and {said.count('open'):,} are open."
    ]


TASK_HEAD = ("task", "rows", "model", "alone", "in group", "gain", "noise", "helped?")
TASK_LEGEND = (
    "(alone, in group: errors; gain: alone less in group, ± its standard error; noise: estimated share of "
    "the target's variance that no linear model explains.)"
)
PAIR_HEAD = ("two tasks", "gain if paired", "distance", "differ?")


def pair_rows(found: Audit, most: int = 5) -> tuple[list[list[str]], list[list[str]]]:
    """Return the pairs that would gain most and least from sharing a model.

    Args:
        found: an audit.
        most: how many of each.

    Returns:
        Two lists of rows: names, predicted gain, distance with its standard error, and whether they differ.
    """
    i, j = np.triu_indices(len(found.names), 1)
    order = np.argsort(-found.pairs[i, j], kind="stable")
    best, worst = order[:most], order[most:][::-1][:most]

    def row(pair: int) -> list[str]:
        a, b = i[pair], j[pair]
        distance, error = found.distances.squared[a, b], found.distances.error[a, b]
        return [
            f"{found.names[a]} – {found.names[b]}",
            f"{found.pairs[a, b]:+.2f}",
            f"{distance:.2f} ± {error:.2f}",
            "yes" if distance > SURE * error else "not seen",
        ]

    return [row(pair) for pair in best], [row(pair) for pair in worst]


def unknown(found: Audit) -> list[str]:
    """Name how many tasks have a gain that could have either sign.

    No number of rows is named that would settle it: what sharing gains shrinks as rows are added, as fast
    as its standard error.

    Args:
        found: an audit.

    Returns:
        Sentences; empty if nothing is open.
    """
    seen = np.abs(found.gain) >= SURE * found.gain_error
    still = np.flatnonzero(~seen & (found.gain_error > 0))
    if not len(still):
        return []
    return [
        f"Whether sharing helps or harms is open for {len(still)} of {len(found.names)} tasks. More rows "
        "need not settle it: what sharing gains shrinks as they grow."
    ]


def assumptions(found: Audit) -> list[str]:
    """Say what was assumed, with a number where there is one.

    Args:
        found: an audit.

    Returns:
        Sentences.
    """
    lines = [
        f"A linear model of {found.features} features, "
        + ("each divided by its standard deviation" if found.scaled else "in the units they came in")
        + "; every task has its own intercept.",
        "Errors are shares of the targets' variance: 1 is predicting the mean of each task.",
        f"The number of models was chosen by {found.method}: the fewest within one standard error of the "
        "best.",
        "All tasks were measured on the same rows, and that is taken into account."
        if found.shared
        else "Rows are taken as independent, within tasks and between them.",
    ]
    if len(found.mismatch):
        far = np.flatnonzero(found.mismatch > MISMATCH)
        worst = int(found.mismatch.argmax())
        lines.append(
            f"The features vary alike in all tasks: the covariance of {found.names[worst]} is farthest from "
            f"the others' (relative squared distance {found.mismatch[worst]:.2f})."
            if not len(far)
            else f"The features do not vary alike in {len(far)} of {len(found.names)} tasks, such as "
            f"{found.names[worst]} (relative squared distance above {MISMATCH}): pair gains are less sure."
        )
    if few_rows := int((found.counts < 2 * found.features).sum()):
        have = "has" if few_rows == 1 else "have"
        lines.append(
            f"{few_rows} of {len(found.names)} tasks {have} fewer rows than twice the features: even clear "
            "groups can go unseen there, and one model for more of them is the cautious answer."
        )
    return lines


def text(found: Audit, further: Sequence[Section] = ()) -> str:
    """Write the whole report.

    Args:
        found: an audit.
        further: what else was asked for.

    Returns:
        Lines of at most 100 characters, but for names longer than that.
    """
    parts = [_wrapped(verdict(found))]
    parts += [_wrapped(line) for line in task_lines(found)]
    parts.append(table(TASK_HEAD, task_rows(found), left=1) + "\n" + _wrapped(TASK_LEGEND))
    curve = [
        [f"{level}", f"{error:.3f}", "best" if spread == 0 else f"± {spread:.3f}"]
        for level, error, spread in zip(found.levels, found.curve, found.spread, strict=True)
    ]
    parts.append("Error by number of models (and standard error of the difference from the best):")
    parts.append(table(("models", "error", ""), curve, left=0))
    best, worst = pair_rows(found)
    parts.append("Pairs that gain most, and least, from a model of their own:")
    parts.append(table(PAIR_HEAD, [*best, *worst], left=1))
    for section in further:
        parts.append("\n".join([section.title, *(_wrapped(f"- {line}", "  ") for line in section.lines)]))
        if section.rows:
            parts.append(table(section.head, section.rows, left=1))
    if still := unknown(found):
        parts.append("Not known:\n" + "\n".join(_wrapped(f"- {line}", "  ") for line in still))
    parts.append("Assumed:\n" + "\n".join(_wrapped(f"- {line}", "  ") for line in assumptions(found)))
    if found.notes:
        parts.append(
            "Left out or changed:\n" + "\n".join(_wrapped(f"- {line}", "  ") for line in found.notes)
        )
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
    longest = LONGEST
    while True:
        cut = [[_short(cell, longest) for cell in row] for row in [head, *rows]]
        widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
        if sum(widths) + 2 * len(widths) - 2 <= WIDTH or longest <= SHORTEST:
            break
        longest -= 1
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
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False)
