r"""How one fit of N pooled samples with p parameters errs: three factors on which every chapter builds.

Minimum-norm interpolation (p >= N) and least squares (p < N) both leave

.. math:: E L_i = b\,\|w_i^*\|^2 + (1-b)\,\|w_i^* - \bar w\|^2 + a\,\sigma^2 + v\,V,

where :math:`\bar w` is the sample-weighted mean task, V the spread of the tasks around it, b the *bias
share* of the target that N samples cannot see, a the *noise factor* and v the *spread factor*.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks.theory.domain import Regime, is_symbolic


def bias_share(N: Any, p: Any, regime: Regime = None) -> Any:
    """Return the share b = max(0, 1 - N/p) of a vector that lies outside the span of N samples.

    Returns:
        Array with the broadcast shape of N and p, in [0, 1].
    """
    if regime == "over":
        return 1 - N / p
    if regime == "under":
        return 0 * p
    return np.maximum(0, 1 - N / p)


def noise_factor(N: Any, p: Any, regime: Regime = None) -> Any:
    """Return a, the excess risk per unit of label-noise variance: N/(p-N-1) above, p/(N-p-1) below.

    Returns:
        Array with the broadcast shape of N and p; infinite for abs(p - N) <= 1 unless N = 0.
    """
    if regime == "over":
        return N / (p - N - 1)
    if regime == "under":
        return p / (N - p - 1)
    distance = np.abs(p - N) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(distance > 0, np.minimum(N, p) / distance, np.inf)
    return np.where(N == 0, 0.0, factor)


def spread_weight(N: Any, p: Any, regime: Regime = None) -> Any:
    r"""Return v/a, the label-noise variance that one unit of task spread is worth.

    Above the threshold it is :math:`1 - 1/p` (Paper A's main theorem, rearranged); below it is
    :math:`1 + 1/p - [2p(N-2) + 6N - 4]/[p(N-1)(N+2)]` (ours). Both tend to 1: dissimilarity is label noise.

    Returns:
        Array with the broadcast shape of N and p, in [0, 1 + 1/p].
    """
    if regime == "over":
        return 1 - 1 / p
    if regime != "under":
        above = 1 - 1 / p
        N_below = np.where(p < N, N, 2)  # N >= 2 wherever p < N, so this only avoids dividing by zero
        return np.where(p < N, spread_weight(N_below, p, "under"), above)
    return (p * (N**2 - N + 2) + N**2 - 5 * N + 2) / (p * (N - 1) * (N + 2))


def spread_factor(N: Any, p: Any, regime: Regime = None) -> Any:
    """Return v, the excess risk per unit of task spread V.

    With p = 1 the fit is a weighted mean of the w_j*, so v stays finite at the threshold: 2/(N+2).

    Returns:
        Array with the broadcast shape of N and p; infinite for abs(p - N) <= 1 unless N = 0 or p = 1.
    """
    if regime is not None or is_symbolic(N, p):
        return noise_factor(N, p, regime) * spread_weight(N, p, regime)
    factor = times(noise_factor(N, p), spread_weight(N, p))
    return np.where((p == 1) & (N > 1), 2 / (N + 2), factor)


def times(factor: Any, amount: Any) -> Any:
    """Multiply, where nothing times an infinite factor is nothing: no noise, no peak.

    Returns:
        The product, with 0 wherever ``amount`` is 0.
    """
    if is_symbolic(factor, amount):
        return factor * amount
    factor, amount = np.broadcast_arrays(factor, amount)
    return np.multiply(factor, amount, out=np.zeros(factor.shape), where=amount != 0)
