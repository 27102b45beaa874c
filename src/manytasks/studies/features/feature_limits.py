"""What the ridge equivalent cannot stand: rare directions, random lengths, a covariance from few images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from manytasks import theory
from manytasks.simulate.ridge import ridge_fit
from manytasks.streams import Seed, stream
from manytasks.studies.features.population_fits import drawn_errors, fitted_errors
from manytasks.studies.features.populations import Population, population_of


def rare_directions(population: Population, N: int, *, draws: int, seed: Seed) -> np.ndarray:
    """Measure minimum-norm fits to features of which some vary in a few images only.

    Args:
        population: all images, one view.
        N: training images of all tasks; task after task takes one.
        draws: training sets.
        seed: of the run.

    Returns:
        (draws,) test errors over the prediction.
    """
    tasks, ratios = population.targets.shape[1], np.empty(draws)
    for r in range(draws):
        order = stream(seed, "rare pixels", r).permutation(len(population.targets))
        parts = order[:N].reshape(-1, tasks).T
        ratios[r] = fitted_errors(population, parts, order[N:], [0.0])[0]
    return ratios / population.predicted(N, 0.0)


def heavy_tails(degrees: Sequence[int], p: int, N: int, *, trials: int, seed: Seed) -> np.ndarray:
    """Multiply samples by random lengths, so that entries have a Student distribution, and fit.

    Args:
        degrees: of freedom of the entries, whole numbers above 2; their variance is 1.
        p: number of features.
        N: number of samples, of one task that the first feature tells, with noise of variance 1.
        trials: data sets.
        seed: of the run.

    Returns:
        (trials, degrees) excess risks of the minimum-norm fit over the prediction, which knows no lengths.
    """
    target, risks = np.eye(1, p), np.empty((trials, len(degrees)))
    for j, nu in enumerate(map(int, degrees)):
        for r in range(trials):
            rng = stream(seed, "heavy tails", nu, r)
            X = rng.standard_normal((p, N))
            X *= np.sqrt((nu - 2) / rng.chisquare(nu, N))
            y = X[0] + rng.standard_normal(N)
            risks[r, j] = np.square(ridge_fit(X[None], y[None], 0.0)[0] - target[0]).sum()
    return risks / theory.ridge_error(np.ones(p), target, N, 1.0)


def moments_from_others(
    images: Mapping[str, tuple[np.ndarray, np.ndarray]],
    per_feature: Iterable[float],
    samples: Sequence[int],
    ridges: Sequence[float],
    *,
    splits: int,
    draws: int,
    seed: Seed,
) -> pd.DataFrame:
    """Measure the moments on some images, fit others and test on the rest of these.

    Args:
        images: by name of the data, (M, p) features and (M, T) answers.
        per_feature: images for each feature from which the moments come.
        samples: numbers N of training images.
        ridges: penalties, at least 0.
        splits: of the images into known and other ones.
        draws: training sets of each split.
        seed: of the run.

    Returns:
        A row per data set, ``images_a_feature``, ``samples`` and ``ridge``: ``gap``, the size of measured
        over predicted less 1, mean over splits.
    """
    rows = []
    for (name, (features, targets)), each in product(images.items(), per_feature):
        M = round(each * features.shape[1])
        for N in samples:
            ratios = np.empty((splits, len(ridges)))
            for split in range(splits):
                order = stream(seed, "other images", name, M, split).permutation(len(features))
                told = population_of([features], targets, order[:M])
                errors = drawn_errors(told, N, ridges, draws=draws, seed=seed, among=order[M:])
                ratios[split] = errors.mean(axis=0) / [told.predicted(N, ridge) for ridge in ridges]
            cell = {"images_a_feature": each, "samples": N}
            gaps = np.abs(ratios.mean(axis=0) - 1)
            rows += [cell | {"ridge": v, "gap": gap} for v, gap in zip(ridges, gaps.tolist(), strict=True)]
    return pd.DataFrame(rows)


def predictions_from_few(
    features: np.ndarray,
    targets: np.ndarray,
    known: Sequence[int],
    N: int,
    ridges: Sequence[float],
    *,
    seed: Seed,
) -> pd.DataFrame:
    """Predict the test error from moments of a few images.

    Args:
        features: (M, p) array.
        targets: (M, T) answers.
        known: numbers of images, each drawn anew.
        N: training images of all tasks.
        ridges: penalties, at least 0.
        seed: of the run.

    Returns:
        Predictions, one row for each number of images, one column a ridge.
    """
    table = {}
    for M in map(int, known):
        pool = stream(seed, "pool", M).permutation(len(features))[:M]
        told = population_of([features], targets, pool)
        table[M] = [told.predicted(N, ridge) for ridge in ridges]
    return pd.DataFrame.from_dict(table, orient="index", columns=list(ridges))
