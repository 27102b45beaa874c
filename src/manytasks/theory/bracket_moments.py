"""The Lie bracket of two tasks in the linear model, and the training loss that learning the second costs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.readers import has_symbols, short
from manytasks.tasks import Tasks
from manytasks.theory.domain import (
    Regime,
    check_tasks,
    is_symbolic,
    noise_variance,
    parameter_counts,
    sample_counts,
    settled,
)
from manytasks.theory.fit import bias_share, noise_factor, times
from manytasks.theory.training_factors import factors_of
from manytasks.theory.training_rule import Rule, training_lengths


class BracketMoments(NamedTuple):
    r"""Means at the fit of task 1; each has the shape of p."""

    gradient2: Any
    """:math:`E\\|g_2\\|^2`."""
    curvature: Any
    """:math:`E\\,g_2^\\top H_1 g_2`, twice the forgetting of a step of size 1 along :math:`-g_2`."""
    bracket2: Any
    """:math:`E\\|[g_1, g_2]\\|^2 = E\\|H_1 g_2\\|^2`."""


class ErrorMoments(NamedTuple):
    r"""Moments of :math:`e = w_1 - w_2^*` and :math:`S = X_1 X_1^\top` on which everything here is built."""

    e2: Any  # E‖e‖²
    eSe: Any  # E eᵀSe
    eSSe: Any  # E eᵀS²e
    S_e2: Any  # E tr(S) ‖e‖²
    SS_e2: Any  # E tr(S²) ‖e‖²
    S: Any  # E tr(S)
    SS: Any  # E tr(S²)


def bracket_moments(tasks: Tasks, samples: Any, p: Any, noise_var: Any) -> BracketMoments:
    r"""Return how large the gradient of task 2 and its Lie bracket with task 1 are once task 1 is learned.

    Ours, where Papers A and B meet. With :math:`L_i = \|X_i^\top w - y_i\|^2 / (2 n_i)`, at the
    minimum-norm interpolator :math:`w_1` of task 1, where :math:`g_1 = 0` and therefore
    :math:`[g_1, g_2] = -H_1 g_2`. For equal n, :math:`d = \|w_1^* - w_2^*\|^2` and
    :math:`a = \frac np(\|w_1^*\|^2 - 2\langle w_1^*, w_2^*\rangle) + \|w_2^*\|^2`

    .. math:: n\,E\|g_2\|^2 &= (n+1+p)\Big(a + \frac{n\sigma^2}{p-n-1}\Big) + p\,\sigma^2 \\
        n\,E\,g_2^\top H_1 g_2 &= (n+1)(d + \sigma^2) + ap + \frac{(np-2)\,\sigma^2}{p-n-1} + p\,\sigma^2

    and :math:`E\|[g_1, g_2]\|^2` of the same kind. Relative to :math:`\|g_2\|^2` and the mean curvature
    :math:`p/n` of the directions that task 1 sees, the curvature falls like n/p.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: number of samples of each task, at least 1 (the loss is a mean): one whole number or two.
        p: number of parameters, or an array of such numbers; at least the samples of task 1, which p
            parameters could not interpolate otherwise. Symbols are taken to be large enough.
        noise_var: label-noise variance σ², at least 0.

    Returns:
        Three arrays with the shape of p, infinite where p is at most one more than the samples of task 1
        and σ² > 0. By the Cauchy-Schwarz inequality ``curvature**2 <= gradient2 * bracket2``.

    Raises:
        ValueError: if there are not two tasks, or an argument is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> moments = theory.bracket_moments(Tasks.equiangular(2, 0.5), 20, p=[100, 1000], noise_var=0.1)
        >>> (moments.curvature / moments.gradient2 * 20 / np.array([100, 1000])).round(3)
        array([0.202, 0.02 ])
    """
    tasks, n, p, s = _arguments(tasks, samples, p, noise_var, needed=1)
    n1, n2 = n
    mean = _error_moments(tasks, n1, p, s)
    # Given task 1, E S₂AS₂ = n₂(n₂+1)A + n₂ tr(A) I, and the labels of task 2 add s·E X₂ᵀAX₂.
    return BracketMoments(
        gradient2=((n2 + 1 + p) * mean.e2 + s * p) / n2,
        curvature=((n2 + 1) * mean.eSe + mean.S_e2 + s * mean.S) / (n1 * n2),
        bracket2=((n2 + 1) * mean.eSSe + mean.SS_e2 + s * mean.SS) / (n1**2 * n2),
    )


def training_forgetting(tasks: Tasks, samples: Any, p: Any, noise_var: Any, time: Any = np.inf) -> Any:
    r"""Return the training loss of task 1 after task 2 has been trained, to the end or for a time.

    Ours. From the interpolator :math:`w_1` of task 1, where :math:`L_1 = \|X_1^\top w - y_1\|^2/(2 n_1)`
    is zero, gradient descent on task 2 ends at the nearest interpolator :math:`w_2` of task 2. With equal n,
    :math:`e = w_1 - w_2^*`, :math:`S = X_1 X_1^\top` and :math:`c_2 = \frac{n(p-n)}{(p-1)p(p+2)}`

    .. math:: E L_1(w_2) = \frac1{2n}\Big[\Big(\frac np - p\,c_2\Big) E\,e^\top S e
        + c_2\,E\operatorname{tr}(S)\|e\|^2 + \frac{n^2\sigma^2}{p-n-1}\Big].

    These are the moments of ``bracket_moments``: for p much larger than n it equals
    :math:`\frac12(n/p)^2\,E\,g_2^\top H_1 g_2`, the second-order forgetting of one step of size n/p.
    After gradient flow for a time, :math:`K = 1 - e^{-ts/n}` takes the place of the projection: with
    :math:`k = E\operatorname{Tr}K` and :math:`k_2 = E\operatorname{Tr}K^2`, :math:`c_2` becomes
    :math:`(p k_2 - k^2)/((p-1)p(p+2))`, n/p becomes :math:`k_2/p` and the noise :math:`n a \sigma^2`. That
    is exact but for the variance of Tr K, of order 1 beside :math:`k^2`, which is left out.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: number of samples of each task, at least 1: one whole number or two.
        p: number of parameters, or an array of such numbers; at least the samples of either task.
        noise_var: label-noise variance σ², at least 0.
        time: training time of task 2, or an array; inf is to the end.

    Returns:
        Array with the shape of p, then of the times, infinite where p is at most one more than the samples
        of a task and σ² > 0. Never negative: no interpolator is left without a loss.

    Raises:
        ValueError: if there are not two tasks, or an argument is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> theory.training_forgetting(Tasks.equiangular(2, 0.5), 20, p=[100, 1000], noise_var=0.1).round(4)
        array([0.1167, 0.0111])
    """
    tasks, n, p, s = _arguments(tasks, samples, p, noise_var, needed=2)
    rule = Rule("flow", training_lengths(time, "time"))
    n1, n2 = n
    if is_symbolic(n, p, s, tasks.gram) and not rule.to_the_end.all():
        raise ValueError("time must be inf where p, samples, noise_var or tasks hold a symbol")
    if not rule.to_the_end.all():
        return _forgotten_in_time(tasks, n, np.asarray(p), s, rule)
    mean = _error_moments(tasks, n1, p, s)
    # P projects on n₂ random directions: E PAP = along·A + across·tr(A) I.
    more = p - 1 if is_symbolic(p, n) else np.maximum(p - 1, 1)  # p = 1 has p = n₂ and nothing is left
    across = n2 * (p - n2) / (more * p * (p + 2))
    along = n2 / p - p * across
    noise = times(noise_factor(n2, p, _regime(n, p)), s) * mean.S / p
    lost = (along * mean.eSe + times(mean.S_e2, across) + noise) / (2 * n1)
    if rule.strength.ndim == 0:
        return lost
    lost = np.asarray(lost)
    return np.broadcast_to(
        np.expand_dims(lost, tuple(range(-rule.strength.ndim, 0))), lost.shape + rule.strength.shape
    )


def _forgotten_in_time(tasks: Tasks, n: Any, p: np.ndarray, s: Any, rule: Rule) -> Any:
    """Return the training loss of task 1 after some times of task 2.

    Returns:
        Array with the shape of p, then of the times.
    """
    n1, n2 = n
    factors = factors_of(np.full(p.shape, n2), p, rule)
    wide = p.reshape(p.shape + (1,) * rule.strength.ndim)
    mean = _error_moments(tasks, n1, wide, s)
    learned = wide * (1 - factors.first)
    square = 2 * learned - wide * (1 - factors.second)
    room = np.maximum(wide - 1, 1)
    across = np.maximum(wide * square - learned**2, 0) / (room * wide * (wide + 2))
    along = square / wide - wide * across
    noise = n1 * times(factors.noise, s)  # E Tr S₁ is n₁p, of which the filter of task 2 sees K/p
    return ((along * mean.eSe + times(mean.S_e2, across) + noise) / (2 * n1))[()]


def _error_moments(tasks: Tasks, n: Any, p: Any, s: Any) -> ErrorMoments:
    regime = _regime(n, p)
    d, w2 = tasks.distances2[0, 1], tasks.norms2[1]
    free = bias_share(n, p, regime)
    a = (1 - free) * d + free * w2  # E‖Pw₁* − w₂*‖², P the projection on the samples of task 1
    noise = times(noise_factor(n, p, regime), s)  # s·E tr S⁺
    S, SS = n * p, n * p * (n + 1 + p)
    return ErrorMoments(
        e2=a + noise,
        eSe=n * (d + s),
        eSSe=SS / p * d + n * p * s,
        S_e2=a * S + noise * (n * p - 2),
        SS_e2=a * SS + noise * p * (n * (n + 1 + p) - 4),
        S=S,
        SS=SS,
    )


def _regime(n: Any, p: Any) -> Regime:
    return "over" if is_symbolic(n, p) else None


def _arguments(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any, needed: int
) -> tuple[Tasks, Any, Any, Any]:
    if check_tasks(tasks).T != 2:
        raise ValueError(f"the bracket belongs to 2 tasks; got {tasks.T}")
    n, widths, s = sample_counts(tasks, samples), parameter_counts(p), noise_variance(noise_var)
    tasks, n, widths, s = settled(tasks, n, widths, s, exact=has_symbols(n, widths))
    if not is_symbolic(n) and np.any(n < 1):
        raise ValueError(
            f"samples must be at least 1 for each task, whose loss is a mean; got {short(samples)}"
        )
    if not is_symbolic(n, widths) and np.any(widths < n[:needed].max()):
        raise ValueError(
            f"p must be at least {n[:needed].max():.0f}, the samples to interpolate; got {widths.min():.0f}"
        )
    return tasks, n, widths, s
