"""A stream of tasks: which rows of one table of features each task trains and is tested on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Scenario = Literal["task", "domain", "class"]


@dataclass(frozen=True, eq=False)
class Samples:
    """Point at labelled samples in a table of features.

    Args:
        rows: (n,) row of the table of each sample.
        labels: (n,) label within the task.
        task: task of every sample, at least 0.

    Example:
        >>> Samples(np.array([4, 7]), np.array([0, 1]), task=2).size
        2
    """

    rows: np.ndarray
    labels: np.ndarray
    task: int

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.rows)

    def take(self, chosen: np.ndarray) -> Samples:
        """Keep some of the samples.

        Args:
            chosen: positions from 0 to ``size - 1``.

        Returns:
            Those samples, in that order.
        """
        return replace(self, rows=self.rows[chosen], labels=self.labels[chosen])


@dataclass(frozen=True, eq=False)
class TaskStream:
    """Hold T tasks over one table of features.

    Args:
        features: (rows, d) float32, shared by all tasks, stored once.
        train: training samples of each task.
        test: test samples of each task.
        classes: classes of each task; labels run from 0 to ``classes - 1`` in every task.
    """

    features: np.ndarray
    train: tuple[Samples, ...]
    test: tuple[Samples, ...]
    classes: int

    @property
    def T(self) -> int:
        """Number of tasks."""
        return len(self.train)

    def compact(self) -> TaskStream:
        """Drop the rows of the table that no task uses, so that many seeds fit into memory.

        Returns:
            The same tasks over a shorter table.

        Example:
            >>> samples = Samples(np.array([4, 2]), np.array([0, 1]), task=0)
            >>> tasks = TaskStream(np.arange(6.0)[:, None], (samples,), (samples,), classes=2).compact()
            >>> tasks.features.ravel().tolist(), tasks.train[0].rows.tolist()
            ([2.0, 4.0], [1, 0])
        """
        used = np.unique(np.concatenate([samples.rows for samples in (*self.train, *self.test)]))
        train, test = (
            tuple(replace(samples, rows=np.searchsorted(used, samples.rows)) for samples in part)
            for part in (self.train, self.test)
        )
        return TaskStream(self.features[used], train, test, self.classes)

    def outputs(self, scenario: Scenario) -> tuple[int, int]:
        """Return the heads that a network needs.

        Args:
            scenario: "task", one head per task; "domain", one head that all tasks share; "class", one head
                over the classes of all tasks, the task unknown at test time.

        Returns:
            Number of heads, classes per head.

        Raises:
            ValueError: if the scenario is unknown.

        Example:
            >>> tasks = TaskStream(np.zeros((0, 1)), (None,) * 5, (None,) * 5, classes=10)
            >>> [tasks.outputs(scenario) for scenario in ("task", "domain", "class")]
            [(5, 10), (1, 10), (1, 50)]
        """
        table = {
            "task": (self.T, self.classes),
            "domain": (1, self.classes),
            "class": (1, self.T * self.classes),
        }
        if scenario not in table:
            raise ValueError(f"scenario must be one of {', '.join(table)}; got {scenario!r}")
        return table[scenario]

    def targets(self, samples: Samples, scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
        """Return the label and head of each sample in a scenario.

        Args:
            samples: samples of one task.
            scenario: see ``outputs``.

        Returns:
            (n,) labels within the head, (n,) heads.

        Example:
            >>> tasks = TaskStream(np.zeros((0, 1)), (None,) * 5, (None,) * 5, classes=10)
            >>> samples = Samples(np.array([4, 7]), np.array([0, 1]), task=2)
            >>> [array.tolist() for array in tasks.targets(samples, "class")]
            [[20, 21], [0, 0]]
        """
        heads, _ = self.outputs(scenario)
        head = np.full(samples.size, samples.task if heads > 1 else 0)
        return samples.labels + (samples.task * self.classes if scenario == "class" else 0), head
