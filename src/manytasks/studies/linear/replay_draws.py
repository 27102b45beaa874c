"""Error matrices redrawn on simulated data: every entry, and the two readings of Paper A's figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.studies.linear.replay_readings import STARTS, Readings, readings
from manytasks.tasks import Tasks
from manytasks.theory.replay import Start

NEAREST = 12  # parameters; nearer to a threshold an error has no finite variance, or nearly none


def drawn_matrices(
    tasks: Tasks, samples: Any, memory: Any, p: Any, noise_var: float, trials: int, seed: Seed
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw the error matrix of every width, from a warm start and from scratch, beside the theorem.

    Args:
        tasks: the T tasks in their order.
        samples: of each task.
        memory: how many of them stay.
        p: numbers of parameters.
        noise_var: label-noise variance σ².
        trials: data sets.
        seed: of the draws; each start has its own.

    Returns:
        For both starts, (trials, widths, T, T) draws and (widths, T, T) expectations.

    Example:
        >>> found = drawn_matrices(Tasks.equiangular(2, 0.5), 5, 2, [20, 40], 0.1, trials=3, seed=1)
        >>> [(drawn.shape, expected.shape) for drawn, expected in found]
        [((3, 2, 2, 2), (2, 2, 2)), ((3, 2, 2, 2), (2, 2, 2))]
    """
    setting, found = (tasks, samples, memory, np.asarray(p), noise_var), []
    for start in STARTS:
        drawn = simulate.replay_error(*setting, start, trials=trials, seed=(seed, start), method="reduced")
        found.append((drawn, theory.replay_error(*setting, start)))
    return found


def places_apart(T: int, samples: int, buffers: Sequence[int], shares: Sequence[int]) -> list[int]:
    """Choose widths near multiples of all samples that lie apart from every threshold of every buffer.

    Args:
        T: number of tasks.
        samples: of each.
        buffers: samples kept of each task.
        shares: wanted p over all samples T n, at most 6.

    Returns:
        Widths in rising order, each at least 12 parameters from N_t of every step t and buffer.

    Example:
        >>> places_apart(3, 10, [0, 5, 10], [1, 4])
        [42, 120]
    """
    thresholds = np.arange(T)[:, None] * np.asarray(buffers) + samples
    widths = np.arange(samples + NEAREST, 6 * T * samples + 100)
    free = widths[np.abs(widths[:, None, None] - thresholds).min(axis=(1, 2)) >= NEAREST]
    return sorted({int(free[np.abs(free - share * T * samples).argmin()]) for share in shares})


class Point(NamedTuple):
    """One place of the figure: what was drawn there, and what the theorem says."""

    start: Start
    """Of every fit."""
    name: str
    """Of the tasks."""
    memory: int
    """Samples kept of each task."""
    p: int
    """Number of parameters."""
    drawn: Readings
    """Error and forgetting of every data set."""
    exact: Readings
    """The same by the theorem."""
    again: bool
    """Whether another start has the same draws: with all samples stored both are one fit."""


def redrawn(
    geometries: Mapping[str, Tasks],
    samples: int,
    buffers: Sequence[int],
    widths: Sequence[int],
    noise_var: float,
    trials: int,
    seed: Seed,
) -> list[Point]:
    """Draw error and forgetting of both starts at several buffers and widths.

    Args:
        geometries: sets of tasks by name.
        samples: of each task.
        buffers: samples kept of each task.
        widths: numbers of parameters in rising order. With all samples stored the first has four times as
            many data sets: it lies next to a threshold, where errors scatter.
        noise_var: label-noise variance σ².
        trials: data sets for each point, at least 2.
        seed: of the draws; name, buffer and start name the stream.

    Returns:
        Points by start, name, buffer and width.

    Example:
        >>> points = redrawn({"pair": Tasks.equiangular(2, 0.5)}, 5, [0, 5], [30, 60], 0.1, trials=2, seed=1)
        >>> [(point.start, point.memory, len(point.drawn.error), point.again) for point in points[2:6:3]]
        [('warm', 5, 8, False), ('scratch', 0, 2, False)]
    """
    points: list[Point] = []
    pooled: dict[tuple[str, int], Readings] = {}
    for start in STARTS:
        for name, tasks in geometries.items():
            for memory in buffers:
                for p in widths:
                    exact = readings(tasks, samples, memory, p, noise_var, start)
                    full = memory == samples
                    again = full and start == "scratch"
                    if again:
                        drawn = pooled[name, p]
                    else:
                        errors = simulate.replay_error(
                            tasks,
                            samples,
                            memory,
                            p,
                            noise_var,
                            start,
                            trials=(4 if full and p == widths[0] else 1) * trials,
                            seed=(seed, name, memory, start),
                            method="reduced",
                        )
                        drawn = Readings(theory.average_error(errors), theory.forgetting(errors))
                    if full:
                        pooled[name, p] = drawn
                    points.append(Point(start, name, memory, p, drawn, exact, again))
    return points
