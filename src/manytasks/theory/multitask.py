"""Many tasks, one fit of their pooled data: Paper A's main theorem, and ours below the threshold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.tasks import Tasks
from manytasks.theory.domain import Regime, problem
from manytasks.theory.fit import (
    bias_share,
    noise_factor,
    spread_factor,
    spread_weight,
    times,
)


class ErrorParts(NamedTuple):
    """The error of one pooled fit, split by what causes it; each part broadcasts to ``(*p.shape, T)``."""

    norm: Any
    dissimilarity: Any
    noise: Any


def total(counts: Any) -> Any:
    """Return the sum over tasks, N of (..., T) counts, with an axis that broadcasts with them.

    Returns:
        (..., 1) array. As a product with ones it costs a tenth of NumPy's sum along so short an axis.
    """
    return counts @ np.ones((counts.shape[-1], 1), dtype=int)


def task_spread(distances2: Any, n: Any) -> tuple[Any, Any]:
    r"""Return how far every task is from the mean task, and the spread of the tasks.

    These are :math:`\|w_i^* - \bar w\|^2` and :math:`V = \sum_j \pi_j \|w_j^* - \bar w\|^2`. Both are linear
    in the squared distances, so a part of the distances gives the same part of the result.

    Args:
        distances2: (T, T) squared distances, or a symmetric part of them.
        n: (..., T) sample counts; the weights are n_j / N.

    Returns:
        (..., T) and (..., 1) array; both zero where there are no samples.
    """
    N = total(n)
    weights = n / (N + (N == 0).astype(int))
    mean_distance2 = weights @ distances2
    spread = total(weights * mean_distance2) / 2
    return mean_distance2 - spread, spread


def dissimilarity_error(distances2: Any, n: Any, p: Any, regime: Regime = None) -> Any:
    """Return the part of the pooled error that is caused by the distances between tasks.

    Args:
        distances2: (T, T) squared distances, or a symmetric part of them.
        n: (..., T) sample counts.
        p: array of parameter counts with a trailing axis of length 1, which broadcasts with n.
        regime: side of the threshold, or None.

    Returns:
        Array of the broadcast shape, (..., T).
    """
    N = total(n)
    deviation2, spread = task_spread(distances2, n)
    return (1 - bias_share(N, p, regime)) * deviation2 + times(spread_factor(N, p, regime), spread)


def error_parts(tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None) -> ErrorParts:
    """Check the arguments of ``multitask_error`` and return its three parts.

    Returns:
        Norm, dissimilarity and noise part; their sum is the error.
    """
    tasks, n, p, sigma2 = problem(tasks, samples, p, noise_var, regime)
    p = np.asarray(p)[..., None]
    N = n.sum()
    return ErrorParts(
        norm=bias_share(N, p, regime) * tasks.norms2,
        dissimilarity=dissimilarity_error(tasks.distances2, n, p, regime),
        noise=times(noise_factor(N, p, regime), sigma2),
    )


def multitask_error(tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None) -> Any:
    r"""Return the expected excess risk on every task of one fit to the pooled data of all.

    Main theorem of Paper A for p > N+1; ours for p < N-1. With :math:`N = \sum_j n_j`, the weights
    :math:`\pi_j = n_j/N`, the mean task :math:`\bar w = \sum_j \pi_j w_j^*`, the spread
    :math:`V = \sum_j \pi_j \|w_j^* - \bar w\|^2` and :math:`b = \max(0, 1 - N/p)`

    .. math:: E\|w - w_i^*\|^2 = b\,\|w_i^*\|^2 + (1-b)\,\|w_i^* - \bar w\|^2
        + \frac{\min(N, p)}{|p-N|-1}\,\sigma_{\mathrm{eff}}^2,

    where :math:`\sigma_{\mathrm{eff}}^2`, :math:`\sigma^2 + (1-1/p)V` above the threshold, is
    ``effective_noise``.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers. The formula needs only the Gram
            matrix; vectors with that Gram matrix exist in R^p when p is at least its rank.
        noise_var: label-noise variance σ², at least 0.
        regime: side of the threshold, needed only when p or a sample count is a symbol.

    Returns:
        Array of shape ``(*p.shape, T)``; infinite where abs(p - N) <= 1 and the effective noise is positive.
        With one task, or equal tasks, it equals ``single_task_error`` for N samples.

    Raises:
        ValueError: if a count, p, the variance or the regime is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> tasks = Tasks.equiangular(T=10, cosine=0.9)
        >>> theory.multitask_error(tasks, samples=50, p=[100, 500, 1000], noise_var=0.1)[:, 0].round(4)
        array([0.1378,    inf, 0.7353])
    """
    norm, dissimilarity, noise = error_parts(tasks, samples, p, noise_var, regime=regime)
    return norm + dissimilarity + noise


def multitask_terms(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None
) -> dict[str, Any]:
    r"""Return Paper A's terms G1 (dissimilarity), G2 (norms) and G3 (label noise), averaged over tasks.

    Main theorem of Paper A; its G1 is, for p > N+1,

    .. math:: G_1 = \frac1T \sum_i \Big[\sum_j \frac{n_j}{p} d_{ij}
        + \frac{1}{2p(p-N-1)} \sum_{j,k} n_j n_k d_{jk}\Big].

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: side of the threshold, needed only when p or a sample count is a symbol.

    Returns:
        Dictionary of arrays with the shape of p; their sum is the mean of ``multitask_error`` over tasks.

    Raises:
        ValueError: if a count, p, the variance or the regime is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> terms = theory.multitask_terms(Tasks.equiangular(10, 0.9), 50, p=1000, noise_var=0.1)
        >>> {name: round(float(term), 4) for name, term in terms.items()}
        {'G1': 0.1351, 'G2': 0.5, 'G3': 0.1002}
    """
    parts = error_parts(tasks, samples, p, noise_var, regime=regime)
    mean_norm, mean_dissimilarity, mean_noise = (
        np.broadcast_to(part, parts.dissimilarity.shape).mean(axis=-1) for part in parts
    )
    return {"G1": mean_dissimilarity, "G2": mean_norm, "G3": mean_noise}


def effective_noise(tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None) -> Any:
    r"""Return the label-noise variance that would hurt as much as noise and dissimilarity together.

    Ours. Above the threshold :math:`\sigma^2 + (1 - 1/p)\,V`, below it
    :math:`\sigma^2 + \big(1 + \tfrac1p - \tfrac{2p(N-2)+6N-4}{p(N-1)(N+2)}\big) V`: the spread V of the
    tasks around their mean acts as label noise.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: side of the threshold, needed only when p or a sample count is a symbol.

    Returns:
        Array with the shape of p, at least σ². Times ``min(N, p) / (abs(p - N) - 1)`` it is the variance
        part of ``multitask_error`` (p >= 2; with p = 1 and N = 2 that product is 0 times infinity).

    Raises:
        ValueError: if a count, p, the variance or the regime is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> theory.effective_noise(Tasks.equiangular(10, 0.9), samples=50, p=[100, 1000], noise_var=0.1)
        array([0.19053139, 0.18991   ])
    """
    tasks, n, p, sigma2 = problem(tasks, samples, p, noise_var, regime)
    _, spread = task_spread(tasks.distances2, n)
    return sigma2 + spread_weight(n.sum(), p, regime) * spread[0]
