"""Knowledge transfer along one axis, exact and drawn: the cosine of the tasks, the ratio of their norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.studies.linear.gaining_pairs import parallel
from manytasks.tasks import Tasks


class TransferCurves(NamedTuple):
    """Curves of transfer over places on an axis."""

    exact: np.ndarray
    """(curves, places) expectations."""
    drawn: np.ndarray
    """(trials, curves, places) transfers of single data sets."""


def along_cosines(
    cosines: Sequence[float],
    T: int,
    samples: int,
    widths: Sequence[int],
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
) -> TransferCurves:
    """Draw the mean transfer of equiangular tasks of norm 1 at several cosines.

    Args:
        cosines: of every two tasks.
        T: number of tasks.
        samples: of each task.
        widths: numbers of parameters.
        noise_var: label-noise variance.
        trials: data sets; the same features serve every cosine.
        seed: of the draws.

    Returns:
        One curve a width, over the cosines.

    Example:
        >>> found = along_cosines([0.0, 1.0], 2, 4, [20], 0.1, trials=50, seed=1)
        >>> found.exact.round(2), found.drawn.shape
        (array([[-0.39,  0.15]]), (50, 1, 2))
    """
    drawn, exact = [], []
    for cosine in cosines:
        setting = (Tasks.equiangular(T, cosine), samples, list(widths), noise_var)
        drawn.append(simulate.knowledge_transfer(*setting, trials=trials, seed=seed).mean(axis=-1))
        exact.append(theory.knowledge_transfer(*setting).mean(axis=-1))
    return TransferCurves(np.stack(exact, axis=-1), np.stack(drawn, axis=-1))


def along_norm_ratios(
    ratios: Sequence[float], drawn_at: Sequence[float], samples: int, p: int, *, trials: int, seed: Seed
) -> TransferCurves:
    """Draw the transfer of two parallel tasks with clean labels at several ratios of their norms.

    Args:
        ratios: of the norms, at which the expectation is computed.
        drawn_at: those at which it is drawn.
        samples: of each task.
        p: number of parameters.
        trials: data sets for each ratio.
        seed: of the run.

    Returns:
        One curve a task; expectations over ``ratios``, draws over ``drawn_at``.

    Example:
        >>> found = along_norm_ratios([0.5, 1.0, 2.0], [1.0], 4, 20, trials=50, seed=1)
        >>> found.exact.round(2), found.drawn.shape
        (array([[ 0.26,  0.2 , -0.04],
               [-0.04,  0.2 ,  0.26]]), (50, 2, 1))
    """
    exact = [theory.knowledge_transfer(parallel(ratio), samples, p, 0.0) for ratio in ratios]
    drawn = [
        simulate.knowledge_transfer(
            parallel(ratio), samples, p, 0.0, trials=trials, seed=(seed, "parallel", i)
        )
        for i, ratio in enumerate(drawn_at)
    ]
    return TransferCurves(np.transpose(exact), np.stack(drawn, axis=-1))
