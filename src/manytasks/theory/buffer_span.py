"""What a fit gets wrong within the span of some of its own samples (ours)."""

from __future__ import annotations

from typing import Any

from manytasks.theory.domain import Regime
from manytasks.theory.fit import noise_factor, spread_weight, times
from manytasks.theory.multitask import dissimilarity_error, task_spread, total


def span_error(distances2: Any, counts: Any, p: Any, sigma2: Any, regime: Regime = None) -> Any:
    """Return S_i(c): the pooled error within the span of the data, which is all of it below the threshold.

    Returns:
        Array of the broadcast shape of counts and p, (..., T).
    """
    dissimilarity = dissimilarity_error(distances2, counts, p, regime)
    return dissimilarity + times(noise_factor(total(counts), p, regime), sigma2)


def least_squares_error_in_span(distances2: Any, counts: Any, buffer: Any, p: Any, sigma2: Any) -> Any:
    r"""Return the error of least squares on all samples, projected on the span of the buffered ones.

    Ours; a warm start needs it when the previous fit did not interpolate. With N samples, M < p < N of them
    buffered and K = N - M others; :math:`\bar w_M, V_M` and :math:`\bar w_K, V_K` the mean and spread of the
    two groups; :math:`v` the spread weight of ``fit.py`` for p < N

    .. math:: R_i = \frac MN \|w_i^* - \bar w_M\|^2 + \frac{M(N-p)}{Np} \|w_i^* - \bar w_K\|^2
        - C\,\|\bar w_M - \bar w_K\|^2 + \frac{M}{K-1}\Big(\sigma^2 + \frac pN v V_M\Big) + \beta V_K,

    .. math:: C = \frac{M(N-p)(N^2-2NM-N+2)}{(N-1)N(N+2)(K-1)}, \qquad
        \beta = \frac{K^2 e - M(N-p)/(Np) + C}{K-1},

    where :math:`e = E[\|Q x x^\top S^{-1}\|^2]/p` for one sample x outside the buffer, Q the projection on
    the span and S the sum of all :math:`x x^\top`:

    .. math:: e = \frac{(N-p)M}{p\,NK(K+2)(K-1)} \Big[\frac{(N-p+2)(N-2)(M+2)}{N+2} + (p-M)N\Big].

    The noise is divided among N samples in M dimensions: unlike the whole error, it stays finite at p = N-1.

    Args:
        distances2: (T, T) squared distances between tasks.
        counts: (..., T) sample counts of the fit, N in total.
        buffer: (..., T) counts of the buffered samples, at most ``counts``, M in total.
        p: array of parameter counts with a trailing axis of length 1, which broadcasts with the counts; the
            result holds where 0 < M < p < N, and where M = 0, where it is 0.
        sigma2: label-noise variance.

    Returns:
        Array of the broadcast shape, (..., T).
    """
    N, M = total(counts), total(buffer)
    K = N - M
    from_buffer, V_M = task_spread(distances2, buffer)
    from_others, V_K = task_spread(distances2, counts - buffer)
    between = total(from_others * buffer) / (M + (M == 0).astype(int)) - V_M
    C = M * (N - p) * (N**2 - 2 * N * M - N + 2) / ((N - 1) * N * (N + 2) * (K - 1))
    one_sample = (N - p + 2) * (N - 2) * (M + 2) / (N + 2) + (p - M) * N
    e = (N - p) * M / (p * N * K * (K + 2) * (K - 1)) * one_sample
    beta = (K**2 * e - M * (N - p) / (N * p) + C) / (K - 1)
    mean_task = M / N * from_buffer + M * (N - p) / (N * p) * from_others - C * between
    return mean_task + M / (K - 1) * (sigma2 + p / N * spread_weight(N, p, "under") * V_M) + beta * V_K
