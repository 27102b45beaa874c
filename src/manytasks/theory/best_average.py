"""The best mixture of models that were fitted apart: how much should each count for one task?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import count
from manytasks.tasks import Tasks
from manytasks.theory.domain import noise_variances, sample_counts
from manytasks.theory.fit import noise_factor


class Average(NamedTuple):
    """Weights of T models, and the expected excess risk of their weighted sum on one task."""

    weights: np.ndarray
    error: float


def best_average(tasks: Tasks, samples: Any, p: int, noise_var: ArrayLike, task: int) -> Average:
    r"""Return the weights of separate fits that serve one task best.

    Ours, exact for independent standard normal features. Every task has its own minimum-norm or
    least-squares fit :math:`\hat w_j`; the mixture :math:`\sum_j a_j \hat w_j` errs on task i by
    :math:`\Gamma_{ii} - 2 q^\top a + a^\top Q a` with :math:`\alpha_j = \min(1, n_j/p)`, the noise factor
    :math:`f_j` of one task and

    .. math:: Q_{jk} &= \alpha_j \alpha_k \Gamma_{jk} \; (j \ne k), \quad
        Q_{jj} = \alpha_j \Gamma_{jj} + f_j \sigma_j^2, \quad q_j = \alpha_j \Gamma_{ij}; \\
        a^* &= Q^{-1} q, \quad E L_i = \Gamma_{ii} - q^\top Q^{-1} q .

    It is never worse than the task alone, than zero, or than the best mixture of fewer models.

    Args:
        tasks: T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1.
        noise_var: label-noise variance, one number or one per task, at least 0.
        task: number i of the task that is to be served, from 0.

    Returns:
        Weights (T,), not normalized, 0 for a model whose error is infinite; and the expected excess risk.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import Tasks
        >>> tasks = Tasks([[1.0, 0.6, 0.2], [0.6, 1.2, 0.1], [0.2, 0.1, 0.8]])
        >>> best = best_average(tasks, [30, 50, 80], 100, [0.5, 0.2, 0.3], task=0)
        >>> best.weights.round(3), round(best.error, 3)
        (array([0.52 , 0.312, 0.064]), 0.74)
    """
    n = sample_counts(tasks, samples, symbols=False)
    noise, p = noise_variances(noise_var, tasks.T), count(p, "p", least=1, unit="parameter")
    task = count(task, "task", most=tasks.T - 1)
    gram = tasks.gram.astype(float)
    alpha = np.minimum(1.0, n / p)
    factor = noise_factor(n, p)
    cost = np.multiply(factor, noise, out=np.zeros(tasks.T), where=noise > 0)
    used = np.flatnonzero(
        np.isfinite(cost) & (alpha > 0)
    )  # what was not fitted, or errs without bound, is out
    a = alpha[used]
    Q = a[:, None] * a * gram[np.ix_(used, used)]
    Q[np.diag_indices(len(used))] = a * np.diagonal(gram)[used] + cost[used]
    q = a * gram[task, used]
    weights = np.zeros(tasks.T)
    # Equal tasks without noise make Q singular; every solution is then as good.
    weights[used] = np.linalg.pinv(Q, hermitian=True) @ q
    return Average(weights, float(gram[task, task] - q @ weights[used]))
