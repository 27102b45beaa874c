"""Two theorems about what a buffer does, tried on random problems and on drawn data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed, stream
from manytasks.studies.linear.replay_readings import buffer_effect
from manytasks.tasks import Tasks


class TriedCondition(NamedTuple):
    """How a condition for harm, and a formula for its size, do on random problems."""

    exceptions: int
    """Problems with clean labels in which condition and exact error disagree on who is harmed."""
    turns: int
    """Problems in which the last sample of the buffer has an effect of another sign than the whole buffer."""
    gap: float
    """Largest distance of the formula from the exact effect with noise, relative to the error."""


def try_condition(effect: Callable[..., float], problems: int, seed: Seed) -> TriedCondition:
    """Compare the condition for harm to task 1, and a formula for the effect, with the exact error.

    Ours (claim O.4): with clean labels a buffer of m samples harms task 1 if and only if
    d₁₂/‖w₁‖² exceeds (1 - n₁/p)(1 - (n₂ + 1)/(p - m)). Two tasks in three dimensions, counts from 2 to 59,
    up to 300 parameters above both thresholds.

    Args:
        effect: formula of (p, n₁, n₂, m, ‖w₁‖², d₁₂, σ²), the error on task 1 with a buffer minus that
            without.
        problems: how many are drawn, at least 1.
        seed: of the draws.

    Returns:
        What was found.

    Example:
        >>> try_condition(lambda *_: 0.0, problems=20, seed=1).exceptions
        0
    """
    rng = stream(seed)
    exceptions = turns = 0
    gaps = []

    def error(memory: int, noise_var: float) -> float:
        return float(theory.replay_error(tasks, (a, b), (memory, 0), p, noise_var)[1, 0])

    for _ in range(problems):
        a, b = rng.integers(2, 60, size=2)
        m = int(rng.integers(1, a + 1))
        p = int(max(a, b + m) + 2 + rng.integers(0, 300))
        tasks = Tasks.from_vectors(rng.standard_normal((2, 3)))
        norm2, distance2 = tasks.norms2[0], tasks.distances2[0, 1]
        harms = error(m, 0.0) > error(0, 0.0)
        exceptions += harms != (distance2 / norm2 > (1 - a / p) * (1 - (b + 1) / (p - m)))
        if m > 2:
            turns += (error(m, 0.0) > error(m - 1, 0.0)) != harms
        noise_var = rng.uniform(0, 1)
        kept, without = error(m, noise_var), error(0, noise_var)
        gaps.append(abs(effect(p, a, b, m, norm2, distance2, noise_var) - (kept - without)) / without)
    return TriedCondition(int(exceptions), int(turns), float(max(gaps)))


class DrawnEffects(NamedTuple):
    """Paired effects of a buffer: error and forgetting of every case, column by column."""

    drawn: np.ndarray
    """(trials, 2 cases) with a buffer minus without one, on the same data."""
    expected: np.ndarray
    """(2 cases,) the same by the theorem."""
    sizes: np.ndarray
    """(2 cases,) mean error without a buffer."""


def drawn_effects(
    cases: Sequence[tuple[float, int]],
    T: int,
    samples: int,
    memory: int,
    noise_var: float,
    trials: int,
    seed: Seed,
) -> DrawnEffects:
    """Draw data sets, learn them with and without a buffer, and take the difference; warm start.

    Args:
        cases: pairs of a cosine, which every two tasks have, and p; case i has the stream of its own name.
        T: number of tasks of norm 1.
        samples: of each task.
        memory: how many of them stay.
        noise_var: label-noise variance σ².
        trials: data sets.
        seed: of the draws.

    Returns:
        What was drawn and what was expected.

    Example:
        >>> found = drawn_effects([(0.5, 80)], 3, samples=10, memory=5, noise_var=0.1, trials=2, seed=1)
        >>> found.drawn.shape, found.expected.round(3)
        ((2, 2), array([0.033, 0.024]))
    """
    drawn, expected, sizes = [], [], []
    for i, (cosine, p) in enumerate(cases):
        tasks = Tasks.equiangular(T, cosine)
        kept, without = (
            simulate.replay_error(
                tasks, samples, m, p, noise_var, trials=trials, seed=(seed, i), method="reduced"
            )
            for m in (memory, 0)
        )
        for read in (theory.average_error, theory.forgetting):
            drawn.append(read(kept) - read(without))
        expected += list(buffer_effect(tasks, samples, memory, p, noise_var))
        sizes += 2 * [theory.average_error(theory.replay_error(tasks, samples, 0, p, noise_var))]
    return DrawnEffects(np.stack(drawn, axis=1), np.array(expected), np.array(sizes))
