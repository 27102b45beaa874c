"""Replay of tasks that are all equally similar: where a buffer helps, by laws of large models and exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from manytasks.studies.linear.replay_readings import Readings, buffer_effect, readings
from manytasks.tasks import Tasks
from manytasks.theory.replay import Start

ROUNDING = 1e-12  # a smaller effect is none


@dataclass(frozen=True)
class EqualSimilarity:
    """T tasks of norm 1 with one cosine to each other, learned in turn by a linear model."""

    T: int
    """Number of tasks, at least 2."""
    samples: int
    """n, of each task."""
    noise_var: float
    """Label-noise variance σ²."""

    def readings(self, cosine: float, memory: int, p: Any, start: Start = "warm") -> Readings:
        """Return mean error and forgetting.

        Args:
            cosine: of every two tasks.
            memory: samples kept of each task.
            p: number of parameters, or an array.
            start: "warm" or "scratch".

        Returns:
            Both, with the shape of p.
        """
        tasks = Tasks.equiangular(self.T, cosine)
        return readings(tasks, self.samples, memory, p, self.noise_var, start)

    def effect(self, cosine: float, memory: int, p: Any, start: Start = "warm") -> Readings:
        """Return by how much a buffer raises both above those without one.

        Args:
            cosine: of every two tasks.
            memory: samples kept of each task.
            p: number of parameters, or an array.
            start: "warm" or "scratch".

        Returns:
            Both, with the shape of p.
        """
        tasks = Tasks.equiangular(self.T, cosine)
        return buffer_effect(tasks, self.samples, memory, p, self.noise_var, start)

    def last_threshold(self, memory: int) -> int:
        """Return how many samples the last fit sees.

        Args:
            memory: samples kept of each task.
        """
        return (self.T - 1) * memory + self.samples

    def helps_above(self, start: Start) -> float:
        """Return the cosine above which a buffer lowers the error of a large model; ours, claim O.4.

        Args:
            start: "warm" or "scratch".

        Returns:
            1 - (1 - 3σ²)/(2(2 - 1/T)), or 1 - (1 - σ²) T/(2(T - 1)) from scratch.

        Example:
            >>> [round(EqualSimilarity(2, 50, 0.0).helps_above(start), 3) for start in ("warm", "scratch")]
            [0.667, 0.0]
        """
        if start == "warm":
            return 1 - (1 - 3 * self.noise_var) / (2 * (2 - 1 / self.T))
        return 1 - (1 - self.noise_var) * self.T / (2 * (self.T - 1))

    @property
    def remembers_above(self) -> float:
        """Cosine above which a buffer lowers the *forgetting* of a large model that goes on (warm start)."""
        return 1 - (1 - 3 * self.noise_var) / (2 * (2 - 3 / (2 * self.T - 1)))

    @property
    def improves_above(self) -> float:
        """Cosine above which later tasks improve earlier ones of a large model: (1 + σ²)/2."""
        return (1 + self.noise_var) / 2

    def rises(self, cosine: float, memory: int, widths: np.ndarray) -> float:
        """Return the share of steps up in p at which forgetting rises, warm start.

        Args:
            cosine: of every two tasks.
            memory: samples kept of each task.
            widths: growing numbers of parameters, at least 2.

        Returns:
            Share in [0, 1].

        Example:
            >>> world = EqualSimilarity(2, 20, 0.0)
            >>> [world.rises(cosine, 0, np.array([100, 200, 400])) for cosine in (0.0, 0.9)]
            [0.0, 1.0]
        """
        return float(np.mean(np.diff(self.readings(cosine, memory, widths).forgetting) > 0))

    def both_help(self, cosine: float, memory: int, p: int, start: Start) -> bool:
        """Say whether a buffer lowers forgetting and twice the parameters lower it again.

        Args:
            cosine: of every two tasks.
            memory: samples kept of each task.
            p: number of parameters.
            start: "warm" or "scratch".

        Returns:
            Whether model and buffer both help there.

        Example:
            >>> world = EqualSimilarity(10, 50, 0.1)
            >>> [world.both_help(0.6, 25, 10**6, start) for start in ("warm", "scratch")]
            [False, True]
        """
        none, kept, larger = (
            self.readings(cosine, m, size, start).forgetting
            for m, size in ((0, p), (memory, p), (memory, 2 * p))
        )
        return bool(larger < kept < none)


def signs(effects: Any) -> np.ndarray:
    """Return the signs of effects; what rounding may have made, and what is infinite on both sides, is 0.

    Args:
        effects: numbers, of which some may be nan.

    Returns:
        Array of -1, 0 and 1.

    Example:
        >>> signs([-2.0, 1e-15, np.nan, np.inf])
        array([-1.,  0.,  0.,  1.])
    """
    known = np.nan_to_num(np.asarray(effects, dtype=float))
    return np.sign(known) * (np.abs(known) > ROUNDING)
