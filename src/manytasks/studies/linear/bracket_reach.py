"""How far the bracket's prediction of forgetting carries: over widths, sample sizes, cosines and noises."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.studies.linear.linear_bracket import factors, one_step, prediction_gap, reach
from manytasks.tasks import Tasks


class OverPredicted(NamedTuple):
    """Exact forgetting over what the bracket foretells, 1 where it is right."""

    training: Any
    """Of training loss, over ``one_step``."""
    test: Any
    """Paper A's F, over twice that: the same step seen as a squared distance."""


def over_predicted(tasks: Tasks, samples: int, p: ArrayLike, noise_var: float) -> OverPredicted:
    r"""Hold both readings of forgetting against the bracket.

    Ours: for two tasks of norm 1 they tend to 1 and to :math:`1 - 2\cos/(1+\sigma^2)` as p grows.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: number of parameters, or an array of such numbers; more than n + 1.
        noise_var: label-noise variance, at least 0.

    Returns:
        Both ratios, each with the shape of p.

    Example:
        >>> found = over_predicted(Tasks.equiangular(2, 0.5), 20, 200_000, 0.0)
        >>> [abs(float(ratio.round(3))) for ratio in found]
        [1.0, 0.0]
    """
    told = one_step(tasks, samples, p, noise_var)
    lost = theory.training_forgetting(tasks, samples, p, noise_var)
    on_test = theory.forgetting(theory.replay_error(tasks, samples, 0, p, noise_var))
    return OverPredicted(lost / told, on_test / (2 * told))


def widths_at(ratios: ArrayLike, samples: int) -> np.ndarray:
    """Return numbers of parameters at given ratios to the samples, as far as formulas reach.

    Args:
        ratios: p/n.
        samples: n.

    Returns:
        Whole numbers above n + 1, each once, in order.

    Example:
        >>> widths_at([1.0, 1.2, 2.0, 2.04], 10)
        array([12, 20])
    """
    p = np.unique((np.asarray(ratios) * samples).round()).astype(int)
    return p[p > samples + 1]


def reaches(
    cosines: Sequence[float], sizes: Sequence[int], noises: Sequence[float], ratios: ArrayLike
) -> pd.DataFrame:
    """Return from which p/n on the prediction is within 10 %, for every setting.

    Args:
        cosines: of two tasks of norm 1.
        sizes: samples n of each task.
        noises: label-noise variances.
        ratios: values of p/n that are tried.

    Returns:
        One row a setting: ``cosine``, ``samples``, ``noise_var`` and ``reach``.

    Example:
        >>> float(reaches([0.5], [20], [0.1], [2, 4, 8, 16, 32])["reach"][0])
        8.0
    """
    settings = list(product(cosines, sizes, noises))
    rows = pd.DataFrame(settings, columns=["cosine", "samples", "noise_var"])
    found = [reach(Tasks.equiangular(2, c), n, widths_at(ratios, n), v) for c, n, v in settings]
    return rows.assign(reach=found)


def largest_gaps(
    cosines: Sequence[float], noises: Sequence[float], samples: int, ratios: Sequence[int]
) -> pd.DataFrame:
    """Return by how much the prediction is off at each width, in the worst setting.

    Args:
        cosines: of two tasks of norm 1.
        noises: label-noise variances.
        samples: n, of each task.
        ratios: whole values of p/n.

    Returns:
        One row a width: ``ratio`` and ``gap``, the largest of the relative errors.

    Example:
        >>> largest_gaps([0.0, 0.5], [0.1], 20, [2, 20, 200])["gap"].round(3).tolist()
        [0.358, 0.042, 0.004]
    """
    p = samples * np.asarray(ratios)
    gaps = [prediction_gap(Tasks.equiangular(2, c), samples, p, v) for c, v in product(cosines, noises)]
    return pd.DataFrame({"ratio": ratios, "gap": np.max(gaps, axis=0)})


def factor_falls(
    cosines: Sequence[float], noises: Sequence[float], samples: int, start: int, end: int
) -> pd.DataFrame:
    """Return by which number each factor of forgetting is divided from one width to another.

    Args:
        cosines: of two tasks of norm 1.
        noises: label-noise variances.
        samples: n, of each task.
        start: the smaller p, more than n + 1.
        end: the larger p.

    Returns:
        One row a setting: ``cosine``, ``noise_var``, the falls of the fields of ``Factors``, and
        ``carried``, the part of the relative bracket in the logarithm of the fall of forgetting.

    Example:
        >>> row = factor_falls([0.5], [0.1], 20, 100, 2000).iloc[0]
        >>> [float(row[name].round(2)) for name in ("relative_bracket", "forgetting", "carried")]
        [20.21, 21.17, 0.98]
    """
    rows = []
    for cosine, noise_var in product(cosines, noises):
        split = factors(Tasks.equiangular(2, cosine), samples, [start, end], noise_var)
        falls = {name: factor[0] / factor[1] for name, factor in split._asdict().items()}
        carried = np.log(falls["relative_bracket"]) / np.log(falls["forgetting"])
        rows.append({"cosine": cosine, "noise_var": noise_var} | falls | {"carried": carried})
    return pd.DataFrame(rows)
