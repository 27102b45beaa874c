"""Forgetting while the bracket is turned like a dial, on networks and on quadratics; and what hides it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.func import vmap

from manytasks import flow
from manytasks.studies.dynamics.second_task import Data, descend_pairs, turn_bracket
from manytasks.studies.dynamics.small_pairs import Pairs

COUNTS = (1, 10, 100)  # steps on task 2


def dialled(
    network: flow.Network,
    pairs: Pairs,
    dial: Sequence[float],
    length: float,
    counts: Sequence[int],
    rate: float,
) -> np.ndarray:
    """Learn second tasks that differ in nothing but the bracket.

    Args:
        network: that learns.
        pairs: where task 1 has been learned; the inputs of task 2 are kept, its targets chosen.
        dial: positions in [0, 1], as for ``second_task.turn_bracket``.
        length: of the gradient of task 2, the same everywhere.
        counts: numbers of steps on task 2, at least 1, after which task 1 is read.
        rate: of a step.

    Returns:
        (positions, counts, pairs) increase of the loss of task 1.
    """
    one, two = pairs.loss(0), pairs.loss(1)
    base = vmap(one)(pairs.theta, pairs.data).numpy()
    targets = torch.stack(
        [
            turn_bracket(
                network, one, theta, {name: value[i] for name, value in pairs.data.items()}, length, dial
            )
            for i, theta in enumerate(pairs.theta)
        ]
    )
    found = []
    for j in range(len(dial)):
        data = {**pairs.data, "y2": targets[:, j]}
        kept = descend_pairs(pairs.theta, data, two, rate, counts)
        found.append([vmap(one)(kept[k], data).numpy() - base for k in counts])
    return np.array(found)


def explained(
    pairs: Pairs, along: np.ndarray, rate: float, steps: int, decay: float = 0.0, replay: float = 0.0
) -> np.ndarray:
    """Say how much of forgetting the bracket of two losses predicts while something else acts as well.

    Args:
        pairs: where task 1 has been learned.
        along: (pairs,) minus the bracket along the gradient of task 2.
        rate: of a step.
        steps: on task 2, at least 1.
        decay: half of it times the squared parameters is added to the loss of task 2.
        replay: weight of the loss of task 1 that is added.

    Returns:
        (pairs,) second order of the bracket over what is forgotten.

    Example:
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: t.sum()
        >>> pairs = Pairs(lambda d: [one, two], torch.zeros(1, 1), {})
        >>> explained(pairs, np.array([1.0]), 0.5, 1)
        array([1.])
    """
    one, two = pairs.loss(0), pairs.loss(1)

    def loss(theta: Tensor, data: Data) -> Tensor:
        return two(theta, data) + decay / 2 * theta.square().sum() + replay * one(theta, data)

    end = descend_pairs(pairs.theta, pairs.data, loss, rate, [steps])[steps]
    seen = (vmap(one)(end, pairs.data) - vmap(one)(pairs.theta, pairs.data)).numpy()
    return (steps * rate) ** 2 / 2 * along / seen


def quadratic_dial(hessians: Iterable[ArrayLike], gradient: ArrayLike, rate: float) -> pd.DataFrame:
    r"""Turn the Hessian of a quadratic task 1 at its minimum, with everything of task 2 held fixed.

    Task 2 has the gradient :math:`g_2` there and the Hessian I, so that k steps move by
    :math:`-(1 - (1 - h)^k)\, g_2`.

    Args:
        hessians: of task 1, positions of the dial.
        gradient: of task 2 at the minimum of task 1.
        rate: h, in (0, 1).

    Returns:
        One row per position: "bracket", its length; and the forgetting after each number of ``COUNTS`` steps.

    Example:
        >>> quadratic_dial([[[2.0, 0.0], [0.0, 1.0]]], [1.0, 0.0], 0.5).round(3).iloc[0].tolist()
        [2.0, 0.25, 0.998, 1.0]
    """
    g = np.asarray(gradient, dtype=float)
    rows = []
    for hessian in hessians:
        H = np.asarray(hessian, dtype=float)
        learnt = [(1 - (1 - rate) ** k) ** 2 / 2 for k in COUNTS]
        rows.append([np.linalg.norm(H @ g), *(part * g @ H @ g for part in learnt)])
    return pd.DataFrame(rows, columns=["bracket", *COUNTS])


def bent_path(times: np.ndarray) -> tuple[np.ndarray, float]:
    """Follow the gradient flow of a quadratic task 2 from the minimum of a task 1 that it first leaves alone.

    Task 1 cares about the first coordinate only; the gradient of task 2 has none of it at 0, its path does.

    Args:
        times: of the flow, from 0.

    Returns:
        Forgetting at each time, and the length of the bracket at the minimum of task 1, which is 0.

    Example:
        >>> forgotten, bracket = bent_path(np.array([0.0, 100.0]))
        >>> forgotten.round(6), round(bracket, 12)
        (array([0. , 0.5]), 0.0)
    """
    cared = np.array([1.0, 0.0])
    first, second = np.outer(cared, cared), np.array([[1.0, -1.0], [-1.0, 2.0]])
    goal = np.linalg.solve(second, np.array([0.0, 1.0]))
    values, vectors = np.linalg.eigh(second)
    path = [goal - vectors @ (np.exp(-values * time) * (vectors.T @ goal)) for time in times]
    return 0.5 * (np.array(path) @ cared) ** 2, float(np.linalg.norm(first @ second @ goal))
