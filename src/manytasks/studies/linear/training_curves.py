"""Curves against training time: exchange rate of spread and noise, forgetting of test and training error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.tasks import Tasks


def exchange_rate(samples: ArrayLike, p: ArrayLike, times: np.ndarray) -> np.ndarray:
    """Return the label noise that a unit of spread is worth, along training from zero.

    Args:
        samples: numbers N.
        p: numbers of parameters; both broadcast.
        times: of gradient flow, above 0.

    Returns:
        (..., times) rates v/a.

    Example:
        >>> exchange_rate(10, 4, np.array([1e-6, 1e6])).round(3)
        array([1.25 , 0.972])
    """
    factors = theory.training_factors(samples, p, times)
    return np.asarray(factors.spread / factors.noise)


def forgetting_in_time(
    cosine: float, samples: int, p: int, noise_var: float, times: np.ndarray
) -> np.ndarray:
    """Return by how much training on a second task raises the test error of the first, trained to the end.

    Args:
        cosine: of the two tasks, of length 1.
        samples: n, of each.
        p: number of parameters.
        noise_var: label-noise variance.
        times: of the second training, at least 0.

    Returns:
        (times,) changes, 0 at time 0.

    Example:
        >>> forgetting_in_time(0.9, 10, 50, 0.1, np.array([0.0, 0.1])).round(3)
        array([ 0.   , -0.082])
    """
    lengths = np.stack([np.full_like(times, np.inf), times], axis=1)
    path = theory.training_path(Tasks.equiangular(2, cosine), samples, p, noise_var, lengths)
    return np.asarray(path[:, 1, 0] - path[:, 0, 0])


class TrainingForgetting(NamedTuple):
    """Training loss of the first task while the second is trained: all of training, and its first steps."""

    tasks: Tasks
    samples: int
    p: int
    noise_var: float

    def exact(self, times: ArrayLike) -> np.ndarray:
        """Return the mean loss, up to the variance of Tr K.

        Args:
            times: of the second training, above 0.
        """
        return np.asarray(theory.training_forgetting(self.tasks, self.samples, self.p, self.noise_var, times))

    def local(self, times: ArrayLike) -> np.ndarray:
        """Return what the local theorem of the bracket says: a parabola.

        Args:
            times: of the second training.
        """
        moments = theory.bracket_moments(self.tasks, self.samples, self.p, self.noise_var)
        return np.asarray(moments.curvature / 2 * np.square(times))

    def drawn(self, times: Sequence[float], *, trials: int, seed: Seed) -> np.ndarray:
        """Draw it.

        Args:
            times: of the second training, above 0.
            trials: data sets.
            seed: of the draws.

        Returns:
            (trials, times) losses.
        """
        problem = (self.tasks, self.samples, self.p, self.noise_var, times)
        return simulate.training_forgetting(*problem, trials=trials, seed=seed)
