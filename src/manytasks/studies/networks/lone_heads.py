"""Rehearsal where only the last layer learns: over random units, every fit to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from manytasks.streams import stream

if TYPE_CHECKING:  # a study takes what others measured; it loads no networks
    from manytasks.deep.sweeps.one_head import TaskProblems
    from manytasks.deep.sweeps.shared_trunk import Problem


def heads_by_width(
    tasks: TaskProblems, widths: Sequence[int], gains: Mapping[str, float], *, seed: int
) -> pd.DataFrame:
    """Learn heads over layers of several widths and kinds, as ``heads_alone`` does.

    Args:
        tasks: of members with one head.
        widths: random units; each more than the samples of any fit.
        gains: by kind of unit, the standard deviation of what it reads.
        seed: of the units: those of a kind and width are one draw.

    Returns:
        A row per ``seed`` (the member), ``p`` (the width), ``kind``, ``schedule`` and ``task``: ``loss``.
    """
    return pd.DataFrame(
        {"seed": member, "p": p, "kind": kind, "schedule": schedule, "task": task, "loss": loss}
        for p in widths
        for kind, gain in gains.items()
        for schedule, errors in heads_alone(tasks, p, stream(seed, kind, p), gain).items()
        for (member, task), loss in np.ndenumerate(errors)
    )


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
