"""What feeds the peak of the pooled error, spread of the tasks or label noise, drawn near the threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.statistics import Interval, median_interval
from manytasks.streams import Seed
from manytasks.studies.linear.pooled_errors import drawn_errors, mean_error
from manytasks.tasks import Tasks

SPREAD = "spread $V$, clean labels"
NOISE = "noise variance $(1 - 1/p)V$, equal tasks"


def with_spread(T: int, spread: float) -> Tasks:
    """Return equiangular tasks of norm 1 with a spread.

    Args:
        T: number of tasks, at least 2.
        spread: mean squared distance to the mean task, (1 - cosine)(T - 1)/T, in [0, 1].

    Returns:
        The tasks.

    Example:
        >>> with_spread(2, 0.5).gram.round(12)
        array([[1., 0.],
               [0., 1.]])
    """
    return Tasks.equiangular(T, 1 - spread * T / (T - 1))


def two_roads(
    T: int, samples: int, p: int, spreads: Sequence[float], trials: int, seed: Seed
) -> dict[str, np.ndarray]:
    """Draw what fitting costs that cannot be fitted: once differing tasks, once as much label noise.

    By the theorem that dissimilarity is label noise (claim O.1) tasks of spread V cost as much as noise of
    variance (1 - 1/p)V. The cost is the error less the theorem's first two terms.

    Args:
        T: number of tasks, at least 2.
        samples: of each.
        p: number of parameters, above the threshold.
        spreads: levels V.
        trials: data sets for each level and road.
        seed: of the draws; road and level name the stream.

    Returns:
        By road, (trials, levels) costs.

    Example:
        >>> {road: cost.shape for road, cost in two_roads(3, 5, 40, [0.1, 0.2], trials=4, seed=1).items()}
        {'spread $V$, clean labels': (4, 2), 'noise variance $(1 - 1/p)V$, equal tasks': (4, 2)}
    """
    N, costs = T * samples, {}
    roads = {
        SPREAD: [(with_spread(T, float(spread)), 0.0) for spread in spreads],
        NOISE: [(Tasks.equiangular(T, 1.0), float((1 - 1 / p) * spread)) for spread in spreads],
    }
    for road, settings in roads.items():
        rows = []
        for spread, (tasks, noise_var) in zip(spreads, settings, strict=True):
            setting = (tasks, samples, p, noise_var)
            drawn = drawn_errors(*setting, trials=trials, seed=(seed, road, str(spread)))
            fitted = N / (p - N - 1) * theory.effective_noise(*setting)
            rows.append(drawn - (mean_error(*setting) - fitted))
        costs[road] = np.stack(rows, axis=1)
    return costs


def height_steps(
    T: int,
    samples: int,
    p: int,
    cosines: Sequence[float],
    variances: Sequence[float],
    trials: int,
    seed: Seed,
) -> np.ndarray:
    """Draw how the error rises with every step of dissimilarity and of noise, on the same draws.

    Args:
        T: number of tasks.
        samples: of each.
        p: number of parameters.
        cosines: levels of similarity, the most similar first.
        variances: levels of label noise, rising.
        trials: data sets.
        seed: of the draws, one stream for all levels.

    Returns:
        (trials, steps) paired rises: first from cosine to cosine at every variance, then from variance to
        variance.

    Example:
        >>> height_steps(2, 5, 30, [1.0, 0.5], [0.0, 0.1, 0.2], trials=4, seed=1).shape
        (4, 7)
    """
    errors = np.array(
        [
            [
                drawn_errors(Tasks.equiangular(T, cosine), samples, p, noise_var, trials=trials, seed=seed)
                for noise_var in variances
            ]
            for cosine in cosines
        ]
    )
    rises = [np.diff(errors, axis=axis).reshape(-1, trials) for axis in (0, 1)]
    return np.concatenate(rises).T


def peak_of_medians(errors: ArrayLike, level: float) -> Interval:
    """Return the median error at a threshold over the larger of the medians on both sides of it.

    A mean would not settle at the threshold, a median does. Each median has its exact interval.

    Args:
        errors: (trials, 3) on the left of the threshold, at it, and on the right.
        level: probability of each of the three intervals, in (0, 1).

    Returns:
        The ratio, with ends that hold if all three intervals do.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> peak_of_medians(rng.exponential([1.0, 5.0, 2.0], (400, 3)), 0.99).words(".1f")
        '2.9 (1.9 to 4.3)'
    """
    left, middle, right = (median_interval(column, level) for column in np.asarray(errors).T)
    return Interval(
        middle.value / max(left.value, right.value),
        middle.low / max(left.high, right.high),
        middle.high / max(left.low, right.low),
    )


def median_peaks(
    geometries: Mapping[str, Tasks],
    samples: int,
    noise_levels: Sequence[float],
    level: float,
    trials: int,
    seed: Seed,
) -> list[Interval]:
    """Draw errors of many settings at the threshold and beside it, and compare their medians.

    Args:
        geometries: sets of tasks by name.
        samples: n, of each task; the widths are N/2, N and 2N.
        noise_levels: standard deviations σ of label noise.
        level: probability with which each interval covers.
        trials: data sets for each setting.
        seed: of the draws; each setting has a stream of its name and noise.

    Returns:
        Of every geometry and noise level, the interval of ``peak_of_medians``.

    Example:
        >>> found = median_peaks({"pair": Tasks.equiangular(2, 0.5)}, 8, [0.0, 1.0], 0.9, 400, seed=1)
        >>> [bool(peak.low > 1) for peak in found]
        [True, True]
    """
    found = []
    for name, tasks in geometries.items():
        N = tasks.T * samples
        for sigma in noise_levels:
            options: dict[str, Any] = {"trials": trials, "seed": (seed, name, str(sigma))}
            errors = drawn_errors(tasks, samples, [N // 2, N, 2 * N], sigma**2, **options)
            found.append(peak_of_medians(errors, level))
    return found
