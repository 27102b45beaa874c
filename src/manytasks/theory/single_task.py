"""One task, fitted alone: the double-descent curve that everything else is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks.tasks import Tasks
from manytasks.theory.domain import Regime, problem
from manytasks.theory.fit import bias_share, noise_factor, times


def single_task_error(tasks: Tasks, samples: Any, p: Any, noise_var: Any, *, regime: Regime = None) -> Any:
    r"""Return the expected excess risk of every task when each is fitted alone.

    Known before Paper A, which uses it as the baseline of knowledge transfer. For task i with n samples

    .. math:: E\|w - w_i^*\|^2 = \begin{cases}
        (1 - n/p)\,\|w_i^*\|^2 + n\sigma^2/(p-n-1) & p > n+1 \\
        p\,\sigma^2/(n-p-1) & p < n-1 \end{cases}

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: side of the threshold, needed only when p or a sample count is a symbol.

    Returns:
        Array of shape ``(*p.shape, T)``; infinite where abs(p - n) <= 1 and σ² > 0.

    Raises:
        ValueError: if a count, p, the variance or the regime is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> theory.single_task_error(Tasks.equiangular(2, 0.5), samples=50, p=[20, 50, 200], noise_var=0.1)
        array([[0.06896552, 0.06896552],
               [       inf,        inf],
               [0.78355705, 0.78355705]])
    """
    tasks, n, p, sigma2 = problem(tasks, samples, p, noise_var, regime)
    p = np.asarray(p)[..., None]
    return bias_share(n, p, regime) * tasks.norms2 + times(noise_factor(n, p, regime), sigma2)
