"""What the chapter on the audit measures: estimates, predictions, and decisions on digits and patients."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from manytasks.audit.crossvalidated import cross_validated, errors_on
from manytasks.audit.decide import groups_of
from manytasks.audit.estimate import forms
from manytasks.audit.example import patients
from manytasks.audit.heldout import ridge_path
from manytasks.audit.samples import Samples, from_arrays
from manytasks.audit.unbiased import isotropic_distances
from manytasks.simulate.features import standardized
from manytasks.statistics import mean_interval
from manytasks.streams import Seed, stream
from manytasks.studies.features.image_tasks import digit_images
from manytasks.theory.pooled_error import pooled_error

# Is the digit one of these? Three questions that are nearly one, and two about even numbers.
FAMILIES = ((3, 4, 5, 6), (3, 4, 5, 6), (3, 4, 5, 6, 8), (0, 2, 4, 6, 8), (0, 2, 4, 6))
NOISE = 0.3  # standard deviation of the noise that is added to an answer of 0 or 1


def digit_questions(n: int, seed: Seed) -> tuple[Samples, Samples]:
    """Draw training rows of every question, each on images of its own, and test rows.

    Args:
        n: training images of each question.
        seed: of the draw.

    Returns:
        Samples of 64 pixels with n rows per task; and all images that nobody trains on, for every task.

    Raises:
        ValueError: if there are not so many images.

    Example:
        >>> train, test = digit_questions(20, seed=1)
        >>> train.counts.tolist(), len(test.y[0])
        ([20, 20, 20, 20, 20], 1697)
    """
    images, digits = digit_images()
    rows, T = images.astype(float), len(FAMILIES)
    if not 8 <= n <= (len(rows) - 200) // T:
        raise ValueError(
            f"n must be between 8 and {(len(rows) - 200) // T}, so that 200 images are left; got {n}"
        )
    order = stream(seed, "images").permutation(len(rows))
    noise = NOISE * stream(seed, "noise").standard_normal((T, len(rows)))
    answers = np.array([np.isin(digits, each) for each in FAMILIES]) + noise
    train, test = order[: n * T].reshape(T, n), order[n * T :]
    names = tuple("is it " + " ".join(map(str, each)) for each in FAMILIES)
    task = np.repeat(np.arange(T), n)
    y = np.concatenate([answers[t, train[t]] for t in range(T)])
    return (
        from_arrays(rows[train.ravel()], y, task, names),
        from_arrays(
            np.tile(rows[test], (T, 1)), answers[:, test].ravel(), np.repeat(np.arange(T), len(test)), names
        ),
    )


def decisions(sizes: Iterable[int], draws: int, seed: Seed) -> pd.DataFrame:
    """Compare the audit with cross-validation, one model for all and one for each.

    Args:
        sizes: training images of each question.
        draws: training sets of each size.
        seed: of all draws.

    Returns:
        One row per size and draw: test errors ``audit``, ``cv``, ``alone`` and ``all`` as shares of the
        targets' variance, whether both chose the ``same`` partition, and ``times``, seconds of
        cross-validation over those of the audit.
    """
    rows = []
    for n in sizes:
        for draw in range(draws):
            own = (seed, "questions", n, draw)
            train, test = digit_questions(n, own)
            variance = np.array([y.var() for y in test.y])
            begin = time.process_time()
            audited = groups_of(train, own, scale=False)
            middle = time.process_time()
            validated = cross_validated(train, own)
            end = time.process_time()
            T = len(audited)
            partitions = {
                "audit": audited,
                "cv": validated,
                "alone": np.arange(T),
                "all": np.zeros(T, dtype=int),
            }
            measured = errors_on(train, test, list(partitions.values()), own)
            errors = {
                name: float((error / variance).mean())
                for name, error in zip(partitions, measured, strict=True)
            }
            same = bool(np.array_equal(audited, validated))
            rows.append(
                {"n": n, "draw": draw} | errors | {"same": same, "times": (end - middle) / (middle - begin)}
            )
    return pd.DataFrame(rows)


def shown(compared: pd.DataFrame) -> pd.DataFrame:
    """Summarize ``decisions`` for a page.

    Args:
        compared: what ``decisions`` returned.

    Returns:
        One row per size: means with 95 % intervals, share of equal choices, median ratio of times.

    Example:
        >>> errors = {"audit": [0.5, 0.7], "cv": [0.5, 0.7], "alone": [0.6, 0.8], "all": [0.9, 0.8]}
        >>> table = shown(pd.DataFrame(errors | {"n": 40, "same": [True, False], "times": [3.0, 5.0]}))
        >>> table["same choice"][0], table["times as long"][0]
        ('50%', '4.0')
    """
    rows = []
    for size, part in compared.groupby("n"):
        row = {"images each": str(size)}
        for name, head in (
            ("audit", "audit"),
            ("cv", "every group"),
            ("alone", "alone"),
            ("all", "all in one"),
        ):
            interval = mean_interval(part[name].to_numpy())
            row[head] = f"{interval.value:.3f} ± {interval.high - interval.value:.3f}"
        row["same choice"], row["times as long"] = (
            f"{part['same'].mean():.0%}",
            f"{part['times'].median():.1f}",
        )
        rows.append(row)
    return pd.DataFrame(rows)


class DistanceDraws(NamedTuple):
    """Estimated inner products and distances of many data sets, one a row.

    Attributes:
        gram: (trials, T, T) unbiased inner products.
        squared: (trials, T, T) unbiased squared distances.
        error: (trials, T, T) their standard errors, as each data set estimates them.
        naive: (trials, T, T) squared distances of the plug-in vectors, rows that meet themselves included.
    """

    gram: np.ndarray
    squared: np.ndarray
    error: np.ndarray
    naive: np.ndarray


def distance_draws(
    law: str, W: np.ndarray, samples: Sequence[int], noise_var: float, trials: int, seed: Seed
) -> DistanceDraws:
    """Draw data sets of independent standardized features and estimate how far their tasks are apart.

    Args:
        law: of the features, as ``simulate.features.standardized`` knows it.
        W: (T, p) optimal parameters.
        samples: T numbers of rows.
        noise_var: label-noise variance.
        trials: number of data sets.
        seed: of all draws.

    Returns:
        Estimates.

    Example:
        >>> draws = distance_draws("rademacher", np.eye(2), (30, 40), 0.0, trials=500, seed=1)
        >>> naive, fair = draws.naive[:, 0, 1].mean(), draws.squared[:, 0, 1].mean()
        >>> bool(naive > fair > 1.9)
        True
    """
    found = []
    for trial in range(trials):
        rng = stream(seed, law, trial)
        X = [standardized(law, rng, (n, W.shape[1])) for n in samples]
        y = [x @ w + np.sqrt(noise_var) * rng.standard_normal(len(x)) for x, w in zip(X, W, strict=True)]
        u = np.stack([target @ x / len(x) for x, target in zip(X, y, strict=True)])
        naive = np.square(u[:, None] - u).sum(axis=-1)
        found.append((*isotropic_distances(X, y), naive))
    return DistanceDraws(*(np.stack(each) for each in zip(*found, strict=True)))


GROUPS = ((0, 1, 2), (0, 1), (2,))
RIDGES = (30.0, 100.0, 300.0)


def prediction_draws(trials: int, seed: Seed) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Predict the test error of pooled fits from samples alone, and compute what it truly is.

    Three tasks with 40, 60 and 80 rows, 60 features of variances 5/k with unknown means.

    Args:
        trials: number of data sets.
        seed: of all draws.

    Returns:
        Names of the fits (groups of tasks and ridges); (trials, fits) predictions, and (trials, fits) true
        test errors given the fitted parameters, both the mean over the group's tasks.

    Example:
        >>> names, predicted, true = prediction_draws(2, seed=1)
        >>> names[0], predicted.shape == true.shape == (2, 9)
        ('tasks 1, 2, 3, λ = 30', True)
    """
    p, n, noise_var = 60, np.array([40, 60, 80]), 0.5
    s = 5 / np.arange(1, p + 1)
    k = np.arange(p)
    W = np.stack([np.cos(k), np.cos(k) + 0.3 * np.sin(3 * k), 0.5 * np.cos(2 * k)]) / 2
    predicted, true = [], []
    for trial in range(trials):
        rng = stream(seed, trial)
        X = rng.standard_normal((n.sum(), p)) * np.sqrt(s) + 1
        task = np.repeat(np.arange(3), n)
        y = (X * W[task]).sum(axis=1) + np.sqrt(noise_var) * rng.standard_normal(len(X)) + task
        samples = from_arrays(X, y, task)
        estimated = forms(samples)
        rows_predicted, rows_true = [], []
        for members in GROUPS:
            counts = n[list(members)] - 1
            error = pooled_error(estimated.of(members), counts).mean(axis=1)
            reached = np.isfinite(error)
            ridge = estimated.kappa * (counts.sum() - estimated.df1)
            rows_predicted += list(np.interp(np.log(RIDGES), np.log(ridge[reached]), error[reached]))
            inputs = np.concatenate([samples.X[t] - samples.X[t].mean(axis=0) for t in members])
            target = np.concatenate([samples.y[t] - samples.y[t].mean() for t in members])
            fitted = ridge_path(inputs, target, np.array(RIDGES))
            apart = fitted.T[:, None] - W[list(members)]
            rows_true += list((np.square(apart) * s).sum(axis=-1).mean(axis=1) + noise_var)
        predicted.append(rows_predicted)
        true.append(rows_true)
    names = [
        f"task{'s' * (len(members) > 1)} {', '.join(str(t + 1) for t in members)}, λ = {ridge:g}"
        for members in GROUPS
        for ridge in RIDGES
    ]
    return names, np.array(predicted), np.array(true)


def diabetes_groups() -> tuple[Samples, pd.DataFrame]:
    """Load the diabetes data of Efron et al. (2004) as six tasks: two sexes times three ages.

    Returns:
        Samples, and the table they came from: ``group``, ``progress`` and nine measurements of 442 patients.

    Example:
        >>> samples, table = diabetes_groups()
        >>> samples.counts.sum(), len(samples.features)
        (np.int64(442), 9)
    """
    table = patients()
    features = table.drop(columns=["group", "progress"])
    samples = from_arrays(
        features.to_numpy(), table["progress"].to_numpy(), table["group"].to_numpy(dtype=str)
    )
    return samples, table
