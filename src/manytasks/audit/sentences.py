"""What an audit found, in sentences: what to do, what it rests on, what is not known."""

from __future__ import annotations

import numpy as np

from manytasks.audit.columns import few
from manytasks.audit.findings import Audit
from manytasks.audit.numerals import amount, decimals, plus_minus

SURE = 2.0  # standard errors from which a gain or a distance counts as seen
UNLIKE = 2.0  # ratio of variances from which targets do not vary alike
MISMATCH = 0.25  # relative squared distance of covariances from which "same features" is doubtful


def verdict(found: Audit) -> str:
    """Say in one or two sentences what to do.

    Args:
        found: an audit.

    Returns:
        The sentences.
    """
    T, groups = len(found.names), found.groups
    error = plus_minus(float(found.grouped.mean()), found.expected_error)
    places = decimals(found.expected_error) if found.expected_error > 0 else 2
    alone, together = (amount(float(each.mean()), places) for each in (found.alone, found.together))
    given = "That number of models was given, not chosen."
    if len(groups) == 1:
        why = "Splitting them gains nothing that can be seen." if found.method else given
        which = "both" if T == 2 else f"all {T}"
        return f"Train {which} tasks in one model: expected error {error}; each alone {alone}. {why}"
    if len(groups) == T:
        why = "They do not help each other." if found.method else given
        return f"Train every task alone: expected error {error}; all in one model {together}. {why}"
    listed = ", ".join("{" + few(group, 6) + "}" for group in groups[:6]) + (", …" if len(groups) > 6 else "")
    return (
        f"Train {len(groups)} models: {listed}. "
        f"Expected error {error}; each task alone {alone}, all in one model {together}."
        + ("" if found.method else f" {given}")
    )


def errors(found: Audit) -> str:
    """Say what the errors are.

    Args:
        found: an audit.

    Returns:
        Two sentences.
    """
    how = "on rows that no fit had seen" if found.measured else "as a formula predicts them from the rows"
    return (
        f"Errors are squared, {how}, as shares of the targets' variance: 0 is perfect, 1 is no better than "
        "always predicting the mean of the task. What follows ± is one standard error."
    )


def next_steps(found: Audit) -> list[str]:
    """Say how to fit the models, and what else may be asked.

    Args:
        found: an audit.

    Returns:
        Sentences.
    """
    steps = ["subtract from the features and from the target the means of the task"]
    if found.scaled:
        steps.append(
            "divide every feature by its standard deviation around those means, of all tasks together"
        )
    if len(found.groups) < len(found.names):
        steps.append(
            "divide every target by its standard deviation, take the mean of the model's targets"
            if found.shared
            else "stack the rows of the model's tasks"
        )
    penalty = (
        f"penalty {found.ridge:.2g} times the number of its rows (alpha in scikit-learn), which did best here"
        if found.measured
        else "a penalty that cross-validation chooses"
    )
    back = "multiply by the target's standard deviation and " if found.shared and len(steps) > 2 else ""
    return [
        f"To fit {'the model' if len(found.groups) == 1 else 'each model'}: {', '.join(steps)}, fit ridge "
        f"regression without intercept and with {penalty}. To predict, treat new features in the same way, "
        f"and {back}add the mean of the task's target.",
        "To ask more: --weights TASK says how much a row of each task should count for that one; --check-cv "
        "compares with what cross-validation decides; --html PAGE draws the gains of all pairs.",
    ]


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
    many = found.gain_error  # tasks on the same rows err together
    together = float(many.mean() if found.shared else np.sqrt(np.square(many).sum()) / len(many))
    return [
        f"Whether sharing helps or harms is open for {len(still)} of {len(found.names)} tasks: their gain is "
        "less than two standard errors from 0. The mean gain of all tasks is "
        f"{plus_minus(float(found.gain.mean()), together, '+')}. More rows need not settle it: what sharing "
        "gains shrinks as they grow."
    ]


def assumptions(found: Audit) -> list[str]:
    """Say what was assumed, with a number where there is one.

    Args:
        found: an audit.

    Returns:
        Sentences.
    """
    T, features = len(found.names), f"{found.features:,} feature{'s' * (found.features > 1)}"
    lines = [
        f"A linear model of {features}, "
        + ("each divided by its standard deviation" if found.scaled else "in the units they came in")
        + "; every task has its own intercept.",
        "A formula for the error of every grouping, fed with estimates from the rows, proposed one grouping "
        "for each number of models. "
        + (
            f"The number was chosen by {found.method}: the fewest models whose error is within one standard "
            "error of the best."
            if found.method
            else "The number was given."
        ),
        "All tasks were measured on the same rows, and that is taken into account; every target counts in "
        "units of its own standard deviation."
        if found.shared
        else "Rows are taken as independent, within tasks and between them.",
    ]
    least, most = int(found.variances.argmin()), int(found.variances.argmax())
    if found.variances[most] > UNLIKE * found.variances[least]:
        lines.append(
            "All errors are divided by the same number, the mean of the targets' variances. Those differ: "
            f"from {amount(float(found.variances[least]))} times the mean ({found.names[least]}) to "
            f"{amount(float(found.variances[most]))} times ({found.names[most]}), and so large is a task's "
            "error if one always predicts its mean."
        )
    if len(found.mismatch):
        lines.append(_alike(found))
    if few_rows := int((found.counts < 2 * found.features).sum()):
        have = "has" if few_rows == 1 else "have"
        lines.append(
            f"{few_rows} of {T} tasks {have} fewer rows than twice the features: even clear groups can go "
            "unseen there, and one model for more of them is the cautious answer."
        )
    return lines


def _alike(found: Audit) -> str:
    """Say whether the features vary alike in all tasks, which the formula takes for granted.

    Returns:
        A sentence or two.
    """
    worst, T = int(found.mismatch.argmax()), len(found.names)
    distance = f"relative squared distance {max(float(found.mismatch[worst]), 0.0):.2f}"
    if not (far := int((found.mismatch > MISMATCH).sum())):
        return (
            f"The features vary alike in all tasks: the covariance of {found.names[worst]} is farthest from "
            f"the others' ({distance}; 0 is the same, up to {MISMATCH} is close)."
        )
    return (
        "The formula that proposes groups takes it that features vary alike in all tasks. They do not in "
        f"{far} of {T}, most of all in {found.names[worst]} ({distance} of its covariance from the others'; "
        f"0 is the same, up to {MISMATCH} is close). A better grouping may have been missed"
        + ("; the errors are measured and hold." if found.measured else ", and the errors are less sure.")
    )
