"""The cosine at which tasks of one norm neither gain nor lose, and draws on either side of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.statistics import z_scores
from manytasks.streams import Seed
from manytasks.tasks import Tasks


def frontier(T: int, n: int, p: Any, noise_var: float) -> Any:
    """Return the cosine of equiangular tasks of norm 1 at which the mean knowledge transfer is 0.

    The transfer is a straight line in the cosine that rises wherever it is finite, so there is one;
    it may lie outside of what tasks can have. Ours; above the threshold it has a formula, which the
    chapter derives.

    Args:
        T: number of tasks, at least 2.
        n: samples of each task, at least 1.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0, for norm 1.

    Returns:
        Number, or an array with the shape of p; tasks with a larger cosine gain.

    Example:
        >>> frontier(T=2, n=10, p=[12, 40, 10_000], noise_var=0.0).round(3)
        array([0.875, 0.672, 0.501])
    """
    terms = theory.transfer_terms(Tasks.equiangular(T, 1.0), n, p, noise_var)
    return -(terms["K2"] + terms["K3"]) / terms["K1"]


class Crossing(NamedTuple):
    """Equiangular tasks of norm 1 on one side of the frontier."""

    cosine: float
    """Of every two tasks."""
    p: int
    """Number of parameters."""
    noise_var: float
    """Label-noise variance σ²."""
    side: int
    """1 beyond the frontier, where tasks gain; -1 before it."""


def crossings(T: int, n: int, settings: Sequence[tuple[int, float]], gap: float) -> list[Crossing]:
    """Step to either side of the frontier.

    Args:
        T: number of tasks, at least 2.
        n: samples of each task.
        settings: pairs of p and noise variance.
        gap: how far from the frontier, in the cosine.

    Returns:
        Two for each setting, the one that loses first.

    Example:
        >>> [(round(c.cosine, 2), c.side) for c in crossings(2, 10, [(40, 0.0)], 0.1)]
        [(0.57, -1), (0.77, 1)]
    """
    return [
        Crossing(float(frontier(T, n, p, noise_var)) + side * gap, p, noise_var, side)
        for p, noise_var in settings
        for side in (-1, 1)
    ]


def side_scores(T: int, n: int, cells: Sequence[Crossing], trials: int, seed: Seed) -> np.ndarray:
    """Draw the mean transfer of every cell and say how surely it is on the predicted side of 0.

    Args:
        T: number of tasks.
        n: samples of each task.
        cells: where to draw; cell i has the stream of its own name.
        trials: data sets for each cell, at least 50.
        seed: of the draws.

    Returns:
        (cells,) distances from 0 in standard errors, positive on the predicted side.

    Example:
        >>> cells = [Crossing(1.0, 40, 0.0, 1), Crossing(-1.0, 40, 0.0, -1)]
        >>> bool(side_scores(2, 5, cells, trials=200, seed=1).min() > 5)
        True
    """
    scores = []
    for i, cell in enumerate(cells):
        tasks = Tasks.equiangular(T, cell.cosine)
        draws = simulate.knowledge_transfer(tasks, n, cell.p, cell.noise_var, trials=trials, seed=(seed, i))
        scores.append(cell.side * z_scores(draws.mean(axis=-1), 0, skewed=True))
    return np.array(scores)
