"""What a schedule of rehearsal costs old tasks and the newest, on networks and where only the head learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:  # a study takes what others measured; it loads no networks
    from manytasks.deep.sweeps.one_head import TaskProblems
    from manytasks.deep.sweeps.shared_trunk import Problem

Which = Literal["all", "old", "newest"]
KEYS = ["loss", "fraction", "noise", "width", "seed"]


def difference(
    rows: pd.DataFrame, schedule: str, other: str, which: Which = "all", measure: str = "test_error"
) -> pd.Series:
    """Return what one schedule errs more than another, network by network.

    Args:
        rows: the sweep over schedules, one row per network, schedule and task.
        schedule: of the minuend.
        other: of the subtrahend.
        which: tasks to average over; "old" are all but the newest.
        measure: column.

    Returns:
        Differences by loss, fraction, noise, width and seed.

    Example:
        >>> rows = pd.DataFrame({"task": [0, 1] * 2, "schedule": ["after"] * 2 + ["together"] * 2,
        ...     "test_error": [0.1, 0.5, 0.2, 0.3], "loss": "mse", "fraction": 1.0, "noise": 0.0, "width": 8,
        ...     "seed": 0})
        >>> [difference(rows, "after", "together", which).round(2).item() for which in ("old", "newest")]
        [-0.1, 0.2]
    """
    last = rows["task"].max()
    part = {"all": rows, "old": rows[rows["task"] < last], "newest": rows[rows["task"] == last]}[which]
    mean = part.groupby([*KEYS, "schedule"])[measure].mean().unstack("schedule")
    return mean[schedule] - mean[other]


def by_loss(differences: pd.Series) -> dict[str, pd.Series]:
    """Average over all but the seed, for each loss alone.

    Args:
        differences: of ``difference``, or a part of it.

    Returns:
        Loss to means by seed.
    """
    return {str(loss): each.groupby("seed").mean() for loss, each in differences.groupby("loss", sort=False)}


def at(differences: pd.Series, **places: float) -> pd.Series:
    """Take the differences at a place of some axes.

    Args:
        differences: of ``difference``.
        **places: value by axis.

    Returns:
        Those differences, by what is left.
    """
    return differences.xs(tuple(places.values()), level=tuple(places))


def heads_alone(
    tasks: TaskProblems, width: int, generator: np.random.Generator, gain: float = 1.0
) -> dict[str, np.ndarray]:
    """Learn the last layer alone, over a layer of random tanh units, every fit to its end.

    A fit is the least change of the head that fits the samples at hand with squared loss, from zero at first.

    Args:
        tasks: of members with one head.
        width: random units; more than the samples of any fit, so that all are fitted.
        generator: draws the units; members share them.
        gain: standard deviation of what a unit reads; a large one saturates it, so that its features have
            fewer strong directions.

    Returns:
        Squared test error, half the sum over outputs, of each member (rows) and task (columns), by schedule:
        "together", "after".
    """
    count, _, inputs = tasks.train[0]["x"].shape
    units = gain * generator.standard_normal((inputs, width)) / np.sqrt(inputs)

    def layer(problem: Problem, member: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = (problem[name][member].numpy().astype(float) for name in ("x", "targets"))
        return np.tanh(x @ units), y

    errors: dict[str, list[list[float]]] = {"together": [], "after": []}
    for member in range(count):
        train, stored, test = (
            [layer(one, member) for one in part] for part in (tasks.train, tasks.stored, tasks.test)
        )
        for schedule, found in errors.items():
            head = _fitted(np.zeros((width, train[0][1].shape[1])), [train[0]])
            for new in range(1, len(train)):
                buffer = stored[:new]
                if schedule == "together":
                    head = _fitted(head, [train[new], *buffer])
                else:
                    head = _fitted(_fitted(head, [train[new]]), buffer)
            found.append([np.square(x @ head - y).sum(1).mean() / 2 for x, y in test])
    return {schedule: np.array(found) for schedule, found in errors.items()}


def _fitted(head: np.ndarray, problems: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the nearest head that fits all samples.

    Returns:
        (width, outputs) weights.
    """
    x, y = (np.concatenate(parts) for parts in zip(*problems, strict=True))
    return head + np.linalg.lstsq(x, y - x @ head, rcond=None)[0]
