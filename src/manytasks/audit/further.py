"""What a report says beyond the decision, if asked: weights of tasks, and what cross-validation says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from manytasks.audit.columns import few, nearest
from manytasks.audit.compare import Compared
from manytasks.audit.crossvalidated import MOST
from manytasks.audit.numerals import DIGITS, amount, decimals, plus_minus
from manytasks.audit.samples import Samples
from manytasks.audit.weights import MOST_WEIGHTED, Weights

MOST_SERVED = 20  # tasks whose weights one report shows
MOST_LISTED = 10  # tasks that are listed with their weights
LEAST = 0.005  # share from which a task is listed


class Section(NamedTuple):
    """A part of a report.

    Attributes:
        title: its head.
        lines: sentences.
        head: heads of the columns of a table.
        rows: the table, which may be empty.
    """

    title: str
    lines: list[str]
    head: tuple[str, ...]
    rows: list[list[str]]


def served(samples: Samples, wanted: str) -> list[int]:
    """Find the tasks whose weights are asked for.

    Args:
        samples: of T tasks.
        wanted: name of one, or nothing for all.

    Returns:
        Their numbers.

    Raises:
        ValueError: if there is no such task, or too many.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> served(from_arrays(np.eye(4), np.arange(4.0), np.array(["a", "b", "a", "b"])), "b")
        [1]
    """
    names = list(samples.names)
    if len(names) > MOST_WEIGHTED:
        raise ValueError(f"weights are for up to {MOST_WEIGHTED} tasks; got {len(names):,}")
    if wanted:
        if wanted not in names:
            near = nearest(wanted, names)
            hint = f"; did you mean {near!r}?" if near else "."
            raise ValueError(f"no task that can be audited is called {wanted!r}{hint} Tasks: {few(names)}")
        return [names.index(wanted)]
    if len(names) > MOST_SERVED:
        raise ValueError(
            f"weights for each of {len(names)} tasks are more than a report holds; name the one that they "
            f"should serve, as in --weights {names[0]!r}"
        )
    return list(range(len(names)))


def weights_section(samples: Samples, found: Sequence[Weights], scaled: bool) -> Section:
    """Report how much every task should count.

    Args:
        samples: of T tasks.
        found: weights for one or several of them.
        scaled: whether features were divided by their standard deviation.

    Returns:
        Sentences, and a row per task that counts, or per task that is served.
    """
    names, divide = samples.names, ", divide the features by their standard deviation" if scaled else ""
    if len(found) == 1:
        [own] = found
        order = np.argsort(-own.shares, kind="stable")
        listed = [t for t in order if own.shares[t] >= LEAST][:MOST_LISTED]
        rest = len(names) - len(listed)
        lines = [_advice(own, names[own.task])]
        if rest:
            verb = "counts" if rest == 1 else "count"
            lines.append(f"The other {rest} of {len(names)} tasks {verb} less, or nothing.")
        if own.advised:
            lines.append(
                f"To fit it: take from features and targets the means of their task{divide}, stack the rows "
                "of all tasks with these weights (sample_weight) and fit a ridge regression with penalty "
                f"{own.ridge:.4g} (alpha)."
            )
        rows = [
            [names[t], f"{len(samples.y[t]):,}", f"{own.weights[t]:.3f}", f"{own.shares[t]:.0%}"]
            for t in listed
        ]
        return Section(f"How much should each task count for {names[own.task]}?", lines, WEIGHT_HEAD, rows)
    better = sum(own.advised for own in found)
    lines = [
        f"Weights are worth it for {better} of {len(found)} tasks. Errors are on held-out rows; "
        "--weights TASK shows all weights for one. The last column, where they are: what a row of others "
        "counts, the largest first."
    ]
    return Section(
        "How much should each task count for each of the others?",
        lines,
        ("task", "weighted", "its model", "all in one", "alone", "gain", "take", "rows that count"),
        [
            [
                names[own.task],
                amount(own.weighted),
                amount(own.grouped),
                amount(own.pooled),
                amount(own.alone),
                plus_minus(own.gain, own.gain_error, "+"),
                "weights" if own.advised else _rival(own)[0],
                "; ".join(
                    [
                        f"{own.weights[t]:.2f} {names[t]}"
                        for t in np.argsort(-own.weights, kind="stable")
                        if own.advised and t != own.task and own.shares[t] >= LEAST
                    ][:4]
                )
                or "–",
            ]
            for own in found
        ],
    )


WEIGHT_HEAD = ("task", "rows", "a row counts", "share of the aim")


def _rival(own: Weights) -> tuple[str, str, float]:
    """Return the best of the simpler models: its name in a table, in a sentence, and its error."""
    rivals = (
        ("all in one", "one model for all tasks", own.pooled),
        ("its model", "the model of its group", own.grouped),
        ("alone", "a model of its own", own.alone),
    )
    return min(rivals, key=lambda each: each[2])


def _advice(own: Weights, name: str) -> str:
    _, rival, error = _rival(own)
    gain = f"gain {plus_minus(own.gain, own.gain_error, '+')}"
    places = min(decimals(own.gain_error), DIGITS) if own.gain_error > 0 else 2
    against = f"held-out error {amount(own.weighted, places)}, against {amount(error, places)} ({gain})"
    if own.advised:
        return f"Weights serve {name} better than {rival}: {against}."
    return f"Weights serve {name} no better than {rival}: {against}. Take {rival}."


def compared_section(samples: Samples, found: Compared) -> Section:
    """Report how cross-validation would have decided, and which decision was better.

    Args:
        samples: of T tasks.
        found: the comparison.

    Returns:
        Sentences, and the errors of both and of the two simplest decisions.
    """
    groups = [
        [samples.names[t] for t in np.flatnonzero(found.cv == label)] for label in range(found.cv.max() + 1)
    ]
    if np.array_equal(found.cv, found.audit):
        decides = "decides the same"
    elif len(groups) == 1:
        decides = "would train all tasks in one model"
    elif len(groups) == len(samples.names):
        decides = "would train every task alone"
    else:
        largest = sorted(groups, key=lambda each: -len(each))
        shown = ", ".join("{" + few(group, 6) + "}" for group in largest[:6]) + ", …" * (len(groups) > 6)
        decides = f"would train {len(groups)} models: {shown}"
    what = "every group" if len(samples.names) <= MOST else "every merger of two groups"
    regret, error = found.regret
    apart = plus_minus(regret, error, "+") if error > 0 else "0 in every fold"
    means = found.errors.mean(axis=0)
    return Section(
        "Compared with cross-validation",
        [
            f"On the same rows cross-validation of {what} {decides}.",
            f"With a fifth of the rows kept from both, {len(found.same)} times over, both decided the same "
            f"{found.same.sum()} times, and alike for {found.pairs.mean():.0%} of the pairs of tasks.",
            f"On the rows kept away the error is {amount(means[0], 3)} with the audit's decision and "
            f"{amount(means[1], 3)} with that of cross-validation: a difference of {apart}.",
            f"Cross-validation took {found.times:.2g} times as long. (This line alone differs from run to "
            "run.)",
        ],
        ("decision", "error on rows kept away"),
        [
            [name, amount(mean, 3)]
            for name, mean in zip(
                ("audit", "cross-validation", "every task alone", "all in one"), means, strict=True
            )
        ],
    )


def further_numbers(
    samples: Samples, weights: Sequence[Weights] = (), compared: Compared | None = None
) -> dict[str, Any]:
    """Return what was asked for beyond the decision as plain numbers, for JSON.

    Args:
        samples: of T tasks.
        weights: of the tasks that are served.
        compared: the comparison with cross-validation.

    Returns:
        A dictionary, without anything that differs from run to run.
    """
    found: dict[str, Any] = {}
    if weights:
        found["weights"] = [
            {
                "task": samples.names[own.task],
                "advised": own.advised,
                "ridge": own.ridge,
                "error_weighted": own.weighted,
                "error_in_group": own.grouped,
                "error_together": own.pooled,
                "error_alone": own.alone,
                "gain": own.gain,
                "gain_error": own.gain_error,
                "a_row_counts": dict(zip(samples.names, own.weights.tolist(), strict=True)),
            }
            for own in weights
        ]
    if compared is not None:
        regret, error = compared.regret
        found["cross_validation"] = {
            "groups": [
                [samples.names[t] for t in np.flatnonzero(compared.cv == label)]
                for label in range(compared.cv.max() + 1)
            ],
            "same_decisions": int(compared.same.sum()),
            "of": len(compared.same),
            "pairs_alike": float(compared.pairs.mean()),
            "regret": regret,
            "regret_error": error,
        }
    return found
