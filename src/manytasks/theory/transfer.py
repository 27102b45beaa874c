"""Knowledge transfer: what a task gains when it is learned together with others."""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks.tasks import Tasks
from manytasks.theory.domain import Regime, is_symbolic, problem, sample_counts
from manytasks.theory.fit import bias_share
from manytasks.theory.multitask import dissimilarity_error, error_parts, multitask_error
from manytasks.theory.single_task import single_task_error


def knowledge_transfer(tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None) -> Any:
    r"""Return how much lower the error of every task is in the pooled fit than in a fit of its own.

    Paper A: :math:`K = \frac1T \sum_i [E L_i(w_i) - E L_i(w_{1:T})]`; this is the summand of each task.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: side of both thresholds, needed only when p or a sample count is a symbol.

    Returns:
        Array of shape ``(*p.shape, T)``, positive where the task gains. It is minus infinity at the threshold
        of the pooled fit, plus infinity at the task's own, nan where both are infinite, and 0 for a task
        that owns all samples (the two fits are the same).

    Raises:
        ValueError: if a count, p, the variance or the regime is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> theory.knowledge_transfer(Tasks.equiangular(2, 0.9), 50, p=[20, 200], noise_var=0.1).round(4)
        array([[-0.0194, -0.0194],
               [ 0.1073,  0.1073]])
    """
    alone = single_task_error(tasks, samples, p, noise_var, regime=regime)
    pooled = multitask_error(tasks, samples, p, noise_var, regime=regime)
    if is_symbolic(alone, pooled):
        return alone - pooled
    n = sample_counts(tasks, samples, symbols=False)
    with np.errstate(invalid="ignore"):
        return np.where(n == n.sum(), 0.0, alone - pooled)


def transfer_terms(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None
) -> dict[str, Any]:
    r"""Return Paper A's terms of the mean knowledge transfer.

    K1 collects every inner product :math:`\langle w_i^*, w_j^* \rangle` with :math:`i \ne j`, K2 every
    squared norm, K3 the label noise. The errors are linear in the Gram matrix and σ², so the split is unique.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: side of both thresholds, needed only when p or a sample count is a symbol.

    Returns:
        Dictionary of arrays with the shape of p; where finite, their sum is the mean of
        ``knowledge_transfer`` over tasks.

    Raises:
        ValueError: if a count, p, the variance or the regime is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> terms = theory.transfer_terms(Tasks.equiangular(2, 0.9), 50, p=200, noise_var=0.1)
        >>> {name: round(float(term), 4) for name, term in terms.items()}
        {'K1': 0.6773, 'K2': -0.5025, 'K3': -0.0675}
    """
    pooled = error_parts(tasks, samples, p, noise_var, regime=regime)
    tasks, n, p, _ = problem(tasks, samples, p, noise_var, regime)
    p = np.asarray(p)[..., None]
    inner_products = tasks.gram - np.diag(tasks.norms2)
    norms_only = tasks.distances2 + 2 * inner_products
    alone_norm = bias_share(n, p, regime) * tasks.norms2
    alone_noise = single_task_error(tasks, samples, p[..., 0], noise_var, regime=regime) - alone_norm
    with np.errstate(invalid="ignore"):
        noise = alone_noise - pooled.noise
        if not is_symbolic(n, noise):
            noise = np.where(n == n.sum(), 0.0, noise)  # who has all samples learns alone either way
        return {
            "K1": dissimilarity_error(2 * inner_products, n, p, regime).mean(axis=-1),
            "K2": (alone_norm - pooled.norm - dissimilarity_error(norms_only, n, p, regime)).mean(axis=-1),
            "K3": noise.mean(axis=-1),
        }
