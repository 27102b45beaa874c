"""Digits through a frozen random first layer: features, labels and the fits on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks.deep.data import load_dataset
from manytasks.deep.sweeps.random_features import centred, minimum_norm_fit, random_features
from manytasks.deep.tasks import TaskStream, permuted_pixels
from manytasks.deep.tasks.stream import Samples
from manytasks.streams import Seed

CLASSES = 10


class FrozenDraw(NamedTuple):
    """Features and labels of the pooled tasks, one row a sample."""

    train: np.ndarray
    """(N, p) features."""
    test: np.ndarray
    """(M, p) features of test samples."""
    labels: np.ndarray
    """(N, 10) centred one-hot labels."""
    truth: np.ndarray
    """(M, 10) of the test samples."""

    def first(self, p: int) -> FrozenDraw:
        """Keep the first features, at the scale of a network of that width.

        Args:
            p: number of features, at most as many as there are.

        Returns:
            The same samples.
        """
        scale = np.sqrt(self.train.shape[1] / p)
        return self._replace(train=self.train[:, :p] * scale, test=self.test[:, :p] * scale)


def frozen_draw(tasks: int, samples: int, fraction: float, features: int, *, seed: Seed) -> FrozenDraw:
    """Draw tasks of digits and a first layer.

    Args:
        tasks: number of tasks T.
        samples: of each task, a multiple of 10.
        fraction: share of the pixels that each task permutes, in [0, 1].
        features: width of the layer.
        seed: of both.

    Returns:
        Features of T times as many samples.

    Example:
        >>> [part.shape for part in frozen_draw(2, 30, 0.5, 7, seed=1)[:3:2]]
        [(60, 7), (60, 10)]
    """
    drawn = permuted_pixels(load_dataset("digits"), tasks, samples // CLASSES, fraction, seed)
    x = centred(drawn)
    (train, labels), (test, truth) = (
        _pooled(drawn, part, x, features, seed) for part in (drawn.train, drawn.test)
    )
    return FrozenDraw(train, test, labels, truth)


def _pooled(
    tasks: TaskStream, part: Sequence[Samples], x: np.ndarray, features: int, seed: Seed
) -> tuple[np.ndarray, np.ndarray]:
    rows = np.concatenate([samples.rows for samples in part])
    labels = np.concatenate([samples.labels for samples in part])
    return random_features(x[rows], features, seed), np.eye(CLASSES)[labels] - 1 / CLASSES


def largest_residual(draw: FrozenDraw) -> float:
    """Return by how much the fit misses the training label that it misses most.

    Args:
        draw: features and labels.

    Returns:
        At least 0; rounding from as many features as samples on.
    """
    return float(np.abs(draw.train @ minimum_norm_fit(draw.train, draw.labels) - draw.labels).max())
