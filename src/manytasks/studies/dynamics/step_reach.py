"""Up to which rate a flow stands for one step: of a quadratic in closed form, of many networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.one_task_steps import rate_of_error, relative_gaps, scaled_learners


def quadratic_errors(products: ArrayLike, order: int) -> np.ndarray:
    r"""Return the error of the factor by which a step shrinks a quadratic.

    The step multiplies by :math:`1 - h\lambda`, the flow of order k by
    :math:`e^{-\sum_{j \le k} (h\lambda)^{j + 1} / (j + 1)}`.

    Args:
        products: :math:`h\lambda`, positive.
        order: k of the modified field.

    Returns:
        Sizes of the differences.

    Example:
        >>> quadratic_errors([0.1, 1.0], 0).round(4)
        array([0.0048, 0.3679])
    """
    size = np.asarray(products, dtype=float)
    exponent = -sum(size ** (j + 1) / (j + 1) for j in range(order + 1))
    return np.asarray(np.abs(np.exp(exponent) - (1 - size)))


@dataclass(frozen=True)
class StepReach:
    """How far the flow of order 1 is from one step of many networks, over the length of the step."""

    rates: np.ndarray
    off: np.ndarray  # (rates, networks)

    def reaches(self, error: float) -> np.ndarray:
        """Return the rate at which the error of each network is as large as told.

        Args:
            error: over the length of the step, positive.

        Returns:
            (networks,) rates, within those measured.
        """
        return np.array([rate_of_error(self.rates, off, error) for off in self.off.T])

    @property
    def by_rate(self) -> pd.DataFrame:
        """Columns "rate" and "off", the median over networks."""
        return pd.DataFrame({"rate": self.rates, "off": np.median(self.off, axis=1)})


def step_reach(
    network: flow.Network, count: int, samples: int, rates: Sequence[float], seed: Seed
) -> StepReach:
    """Measure one step of many networks, each with its own task and start.

    Args:
        network: that learns.
        count: number of networks.
        samples: of each task.
        rates: of the step, over the largest curvature at the start.
        seed: whole number >= 0, or a part of one.

    Returns:
        Errors of the flow of order 1.

    Example:
        >>> found = step_reach(flow.Network((2, 2, 1)), 3, 4, [0.1, 1.0], seed=1)
        >>> found.off.shape, found.reaches(1e-9).round(9).tolist()
        ((2, 3), [0.1, 0.1, 0.1])
    """
    learners = scaled_learners(network, count, samples, seed)
    return StepReach(np.asarray(rates, dtype=float), relative_gaps(learners, [1], rates)[0])
