"""One task: squared bias and variance of its fit from pairs of data sets, and the mean that never settles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from manytasks import theory
from manytasks.simulate import direct
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks
from manytasks.theory.fit import bias_share

TASK = Tasks([[1.0]])  # of norm 1


class BiasAndVariance(NamedTuple):
    """What pairs of data sets say about a fit, and what the theorem says."""

    drawn: np.ndarray
    """(pairs, 2, widths) estimates of squared bias and variance."""
    expected: np.ndarray
    """(2, widths) the same by the theorem on bias and variance."""


def bias_and_variance(
    n: int, widths: Sequence[int], noise_var: float, pairs: int, seed: Seed
) -> BiasAndVariance:
    """Measure squared bias and variance of the fit to one task of norm 1.

    Fits w and w' to independent data have E⟨w - w*, w' - w*⟩ = ‖E w - w*‖², and half of E‖w - w'‖² is the
    variance.

    Args:
        n: number of samples.
        widths: numbers of parameters.
        noise_var: label-noise variance σ².
        pairs: of data sets for each width.
        seed: of the draws; the width names the stream.

    Returns:
        Estimates and theorem.

    Example:
        >>> found = bias_and_variance(5, [2, 20], 0.1, pairs=3, seed=1)
        >>> found.drawn.shape, found.expected.round(3)
        ((3, 2, 2), array([[0.   , 0.562],
               [0.1  , 0.223]]))
    """
    target, drawn = np.array([[1.0]]), []  # the one coordinate in which w* is not zero
    for p in map(int, widths):
        data = direct.draw_data(stream(seed, p), 2 * pairs, target, np.array([n]), p, noise_var)
        miss = direct.fit(*data) - np.eye(1, p)
        one, other = miss[:pairs], miss[pairs:]
        drawn.append([(one * other).sum(axis=1), np.square(one - other).sum(axis=1) / 2])
    bias2 = bias_share(n, np.asarray(widths)) ** 2
    error = theory.single_task_error(TASK, n, widths, noise_var)[..., 0]
    return BiasAndVariance(np.array(drawn).transpose(2, 1, 0), np.array([bias2, error - bias2]))


def running_means(draws: np.ndarray) -> np.ndarray:
    """Return the means of the first one, two, three ... draws.

    Args:
        draws: (n, ...) numbers.

    Returns:
        Array of the same shape.

    Example:
        >>> running_means(np.array([1.0, 3.0, 5.0]))
        array([1., 2., 3.])
    """
    count = np.arange(1, len(draws) + 1)
    return np.cumsum(draws, axis=0) / count[(...,) + (None,) * (draws.ndim - 1)]
