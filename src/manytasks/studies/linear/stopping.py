"""When to stop and where to start: the best time against ridge and the end, the best anchor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from manytasks import theory
from manytasks.tasks import Tasks

ROUNDING = 1e-12
FIRST = 2.0  # training time of the first task, before an anchor is chosen for the second


class Stops(NamedTuple):
    """The best training time of one task, over settings."""

    shares: np.ndarray
    """Best time as a share of N/λ*, at most 1."""
    prices: np.ndarray
    """Error at the best time over that at the best ridge, less 1, at least 0."""
    gains: np.ndarray
    """Error at the end less that at the best time, above 0 where stopping helps; inf at the threshold."""

    @property
    def better(self) -> int:
        """In how many settings a stop is better than ridge, beyond rounding."""
        return int((self.prices < -ROUNDING).sum())

    @property
    def useless(self) -> int:
        """In how many settings no stop is better than training to the end."""
        return int((self.gains <= 0).sum())


def stops(shapes: Iterable[tuple[int, int]], noise_vars: Iterable[float]) -> Stops:
    """Find the best time for one task of length 1 in every setting; ours, claim O.19.

    Args:
        shapes: pairs of samples and parameters.
        noise_vars: label-noise variances, above 0.

    Returns:
        Three numbers a setting.

    Example:
        >>> found = stops([(5, 3), (5, 20)], [0.1, 1.0])
        >>> found.shares.round(2), found.better, found.useless
        (array([0.53, 0.65, 0.38, 0.7 ]), 0, 0)
    """
    alone, levels = Tasks([[1.0]]), list(noise_vars)
    rows = []
    for N, p in shapes:
        for level in levels:
            stop = theory.best_stopping(alone, N, p, level)
            end = theory.training_error(alone, N, p, level, np.inf)[0]
            rows.append((stop.time * stop.ridge / N, stop.value / stop.ridge_value - 1, end - stop.value))
    return Stops(*np.array(rows, dtype=float).T)


def anchor_rises(
    tasks: Tasks,
    samples: int,
    widths: Sequence[int],
    noise_var: float,
    lengths: Sequence[float],
    beside: float = 0.05,
) -> np.ndarray:
    """Say how much the error grows beside the best multiple of the previous parameters; ours, claim O.19.

    Args:
        tasks: two tasks, in the order in which they are trained.
        samples: n, of each task.
        widths: numbers of parameters.
        noise_var: label-noise variance.
        lengths: training times of the second task.
        beside: distance of both neighbours.

    Returns:
        (widths, lengths, 2) rises to the better neighbour: of the last task's error at the multiple that is
        best for it, and of the mean error at the multiple that is best for that.

    Example:
        >>> bool((anchor_rises(Tasks.equiangular(2, 0.5), 10, [20], 0.1, [1.0]) > 0).all())
        True
    """
    readers = (lambda errors: errors[1], lambda errors: errors.mean())
    rises = np.empty((len(widths), len(lengths), len(readers)))
    for i, p in enumerate(widths):
        for j, length in enumerate(lengths):
            setting = (tasks, samples, p, noise_var, [FIRST, length])
            for k, (best, read) in enumerate(zip(theory.best_anchor(*setting), readers, strict=True)):
                below, at, above = (
                    read(theory.training_path(*setting, best + step)[1]) for step in (-beside, 0, beside)
                )
                rises[i, j, k] = min(below, above) - at
    return rises
