"""Fits to parts of a population of images, measured on the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from manytasks.simulate.ridge import ridge_fit
from manytasks.streams import Seed, stream
from manytasks.studies.features.populations import Population

UNSEEN = 1e-8  # of the largest singular value: what no image of a training set shows gets no weight


def fitted_errors(
    population: Population, parts: np.ndarray, test: np.ndarray, ridges: Sequence[float]
) -> np.ndarray:
    """Fit one head to some images of each task, and measure it on others.

    Args:
        population: all images.
        parts: (T, n) numbers of the images of each task.
        test: numbers of the images to test on.
        ridges: penalties, at least 0; 0 is the fit of minimum norm.

    Returns:
        Test errors by ridge, mean over tasks and test images.
    """
    tasks, Y = range(len(parts)), population.targets
    views = population.views * len(parts) if len(population.views) == 1 else population.views
    A = np.concatenate([views[t][parts[t]] for t in tasks])
    y = np.concatenate([Y[parts[t], t] for t in tasks])
    fits = [
        ridge_fit(A.T[None], y[None], ridge)[0] if ridge > 0 else np.linalg.lstsq(A, y, rcond=UNSEEN)[0]
        for ridge in ridges
    ]
    W = np.stack(fits, axis=1)
    missed = [np.square(Y[test, t, None] - views[t][test] @ W).mean(axis=0) for t in tasks]
    return np.mean(missed, axis=0)


def drawn_errors(
    population: Population,
    N: int,
    ridges: Sequence[float],
    *,
    draws: int,
    seed: Seed,
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Draw training sets and measure the test error on the images not trained on.

    Args:
        population: all images.
        N: training images of all tasks, T times a whole number; no image serves two tasks.
        ridges: penalties, at least 0.
        draws: number of training sets.
        seed: of the run; the same training sets for every ridge.
        among: numbers of the images to draw and to test on; all if None.

    Returns:
        (draws, ridges) errors, mean over tasks.
    """
    images, tasks = (
        np.arange(len(population.targets)) if among is None else among,
        population.targets.shape[1],
    )
    errors = np.empty((draws, len(ridges)))
    for r in range(draws):
        order = images[stream(seed, "training set", int(N), r).permutation(len(images))]
        errors[r] = fitted_errors(population, order[:N].reshape(tasks, -1), order[N:], ridges)
    return errors
