"""Steps up in model or buffer over many settings: exponents, last rises, directions in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from manytasks.studies.linear.equal_similarity import EqualSimilarity
from manytasks.studies.linear.replay_readings import STARTS
from manytasks.studies.linear.replay_steps import last_growth, share_slope
from manytasks.tasks import Tasks


def share_slopes(
    problems: Sequence[Tasks], samples: int, memories: Sequence[int], p: int, noise_var: float
) -> pd.DataFrame:
    """Return ``share_slope`` for both starts, several sets of tasks and several buffers.

    Args:
        problems: sets of tasks in their order.
        samples: of each task.
        memories: how many stay, at least 1.
        p: number of parameters.
        noise_var: label-noise variance σ².

    Returns:
        One row each: ``start`` and ``slope``.

    Example:
        >>> share_slopes([Tasks.chain(3, 0.5)], 20, [5], 10**5, 0.1).round(2).values.tolist()
        [['warm', -1.0], ['scratch', 0.0]]
    """
    cases = product(STARTS, problems, memories)
    rows = [(start, share_slope(tasks, samples, m, p, noise_var, start)) for start, tasks, m in cases]
    return pd.DataFrame(rows, columns=["start", "slope"])


def last_growths(
    world: EqualSimilarity, cosines: Sequence[float], memories: Sequence[int], widths: np.ndarray
) -> pd.DataFrame:
    """Return ``last_growth`` for several cosines and buffers.

    Args:
        world: equally similar tasks.
        cosines: of every two tasks.
        memories: samples kept of each task.
        widths: growing numbers of parameters.

    Returns:
        One row each: ``gap``, the distance of the cosine to ``world.improves_above``, and ``last``.

    Example:
        >>> last_growths(EqualSimilarity(3, 10, 0.0), [0.55], [0], 30 * np.array([2, 4, 8, 16])).round(2)
            gap  last
        0  0.05   8.0
    """
    rows = [
        (abs(cosine - world.improves_above), last_growth(world, cosine, memory, widths))
        for cosine, memory in product(cosines, memories)
    ]
    return pd.DataFrame(rows, columns=["gap", "last"])


def directions(taken: pd.DataFrame) -> pd.DataFrame:
    """Say in words what steps do at every ratio.

    Args:
        taken: what ``steps`` returned.

    Returns:
        By start, warm first, and cosine: columns "p" and "m" with "falls", "stays" or "rises" for each ratio.

    Example:
        >>> row = {"start": "warm", "cosine": 0.5}
        >>> steps = {"p": [-1.0, 0.0], "m": [2.0, -1.0]}
        >>> rows = [row | {"letter": letter, "changes": changes} for letter, changes in steps.items()]
        >>> directions(pd.DataFrame(rows)).loc[("warm", 0.5)].tolist()
        ['falls, stays', 'rises, falls']
    """
    arrow = {-1: "falls", 0: "stays", 1: "rises"}
    told = [", ".join(arrow[int(sign)] for sign in np.sign(changes)) for changes in taken["changes"]]
    wide = taken.assign(told=told).pivot(index=["start", "cosine"], columns="letter", values="told")
    return wide[["p", "m"]].sort_index(level=["start", "cosine"], ascending=[False, True])
