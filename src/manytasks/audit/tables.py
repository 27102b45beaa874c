"""What an audit found, in tables: task by task, by number of models, pair by pair."""

from __future__ import annotations

import numpy as np

from manytasks.audit.findings import Audit
from manytasks.audit.numerals import DIGITS, amount, decimals, plus_minus
from manytasks.audit.pairs import Pair
from manytasks.audit.sentences import SURE

MOST = 40  # tasks that a table shows one by one; of more, those that gain most and least
TASK_HEAD = ("task", "rows", "model", "alone", "in group", "gain", "noise", "helped?")
TASK_LEGEND = (
    "(model: its place in the first sentence; alone: error of a model for this task only; in group: error of "
    "the model it is given; gain: alone less in group; noise: estimate of the error that no linear model of "
    "these features goes below; helped?: yes if the gain is more than two standard errors above 0, no if as "
    "far below, else open.)"
)
CURVE_HEAD = ("models", "error", "above the best", "")
PAIR_HEAD = ("two tasks", "gain if paired", "distance", "differ?")


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
        noise, and whether the gain is seen.
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
            amount(float(found.alone[t])),
            amount(float(found.grouped[t])),
            "–" if found.gain_error[t] == 0 else plus_minus(found.gain[t], found.gain_error[t], "+"),
            noise_cell(found, t),
            sure(found.gain[t], found.gain_error[t]),
        ]
        for t in order.tolist()
    ]


def noise_cell(found: Audit, t: int) -> str:
    """Write the noise of a task, or what it is at most.

    An unbiased estimate may be negative, or above an error that was reached; the truth is neither.

    Args:
        found: an audit.
        t: number of the task.

    Returns:
        The estimate with its standard error; if it is not between 0 and the least error that was reached, "no
        more than" that error, or two standard errors above the estimate if that is less.
    """
    noise, error = float(found.noise[t]), float(found.noise_error[t])
    reached = float(min(found.alone[t], found.grouped[t], found.together[t]))
    if 0 < noise < reached:
        return plus_minus(noise, error)
    bound = noise + SURE * error
    return f"no more than {amount(min(bound, reached) if bound > 0 else reached)}"


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


def curve_rows(found: Audit) -> list[list[str]]:
    """Return the error by number of models.

    Args:
        found: an audit.

    Returns:
        Rows of the number, the error, what it is above the best with its standard error, and a word.
    """
    best, least = int(found.curve.argmin()), float(found.spread[found.spread > 0].min(initial=np.inf))
    places = min(decimals(least), DIGITS) if np.isfinite(least) else 2
    return [
        [
            f"{level}",
            amount(error, places),
            plus_minus(error - float(found.curve[best]), spread) if spread > 0 else "0",
            ", ".join(["best"] * (at == best) + ["chosen"] * (level == len(found.groups))),
        ]
        for at, (level, error, spread) in enumerate(
            zip(found.levels.tolist(), found.curve.tolist(), found.spread.tolist(), strict=True)
        )
    ]


def pair_tables(found: Audit) -> list[tuple[str, list[list[str]]]]:
    """Return the pairs that would gain most and least from sharing a model.

    Args:
        found: an audit.

    Returns:
        Heads, and rows of names, gain with its standard error, distance with its standard error, and whether
        the tasks differ.
    """

    def rows(pairs: tuple[Pair, ...]) -> list[list[str]]:
        shown = []
        for a, b, gain, error in pairs:
            distance, spread = float(found.distances.squared[a, b]), float(found.distances.error[a, b])
            shown.append(
                [
                    f"{found.names[a]} – {found.names[b]}",
                    plus_minus(gain, error, "+"),
                    plus_minus(distance, spread),
                    "yes" if distance > SURE * spread else "not seen",
                ]
            )
        return shown

    count = len(found.names) * (len(found.names) - 1) // 2
    if not found.worst:
        head = "The two tasks in one model" if count == 1 else f"All {count} pairs of tasks"
        return [(head, rows(found.best))]
    return [
        (f"Of {count:,} pairs, the {len(found.best)} that should gain most from one model", rows(found.best)),
        (f"The {len(found.worst)} that should gain least, or lose most", rows(found.worst)),
    ]


def pair_legend(found: Audit) -> str:
    """Say what the tables of pairs show.

    Args:
        found: an audit.

    Returns:
        Sentences.
    """
    chosen = "; the formula chose the pairs, and part of so extreme a gain is luck" if found.worst else ""
    how = "on held-out rows" if found.measured else "as the formula predicts it"
    return (
        f"(gain if paired: mean error of both alone less that of one model for both, {how}{chosen}; "
        "distance: estimated mean squared difference of what good models of the two predict, as a share of "
        "the targets' variance: 0 if they are the same, though estimates scatter to both sides of it; "
        "differ?: yes if it is more than two standard errors above 0.)"
    )
