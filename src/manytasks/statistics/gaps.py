"""How far predictions are off as a whole, when each is measured with a known error."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from manytasks.readers import numbers
from manytasks.statistics.intervals import Interval, probability


def rms_interval(gaps: ArrayLike, variances: ArrayLike, level: float = 0.95) -> Interval:
    r"""Return the root mean square of true gaps, from gaps that are measured with error.

    The mean of :math:`g^2 - v` estimates the mean square of the true gaps without bias. Its own variance is
    that of independent normal errors, :math:`\sum (4 g^2 v + 2 v^2) / k^2`, an overestimate, because
    :math:`g^2` contains the error too.

    Args:
        gaps: (k,) measured gaps, independent of each other.
        variances: (k,) variances of their errors, not negative.
        level: probability with which the interval covers, in (0, 1).

    Returns:
        Root mean square with its ends, none below 0; a factor of the gaps scales them.

    Raises:
        ValueError: if the shapes differ, a variance is negative, or the level is no probability.

    Example:
        >>> rms_interval([0.03, -0.04], [0.0, 0.0]).words(".4f")
        '0.0354 (0.0354 to 0.0354)'
    """
    gaps, variances = numbers(gaps, "gaps"), numbers(variances, "variances")
    if gaps.shape != variances.shape or gaps.ndim != 1 or not gaps.size:
        raise ValueError(f"gaps and variances must be (k,) both; got {gaps.shape} and {variances.shape}")
    if np.any(variances < 0):
        raise ValueError(f"variances must not be negative; the smallest is {variances.min():.3g}")
    square = np.mean(gaps**2 - variances)
    error = np.sqrt(np.sum(4 * gaps**2 * variances + 2 * variances**2)) / gaps.size
    half = scipy.stats.norm.isf((1 - probability(level)) / 2) * error
    return Interval.around(square, half).map(lambda x: float(np.sqrt(max(x, 0.0))))
