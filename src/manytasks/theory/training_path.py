"""One task after another, each trained for its own time: errors, order, and the best start."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.readers import numbers, short
from manytasks.tasks import Tasks
from manytasks.theory.domain import numeric_problem
from manytasks.theory.fit import times as product
from manytasks.theory.training_factors import TrainingFactors, factors_of, with_task_axis
from manytasks.theory.training_rule import Rule, training_lengths

LARGEST_ANCHOR = 1e3  # in size; larger ones only lose digits


class Anchors(NamedTuple):
    r"""The best multiple c of :math:`w_{T-1}` to start the last task from, and towards."""

    last: Any
    """For the error on the last task alone: the same at every training length of that task."""
    mean: Any
    """For the mean error over all tasks."""


def next_errors(errors: Any, task: int, distances2: Any, factors: TrainingFactors, noise_var: Any) -> Any:
    r"""Return the errors after one more task was trained from a given start; symbols pass.

    Ours. From a start with the errors :math:`A_i`, with the factors of the samples of task t,

    .. math:: E_i = \gamma_1 A_i + (1-\gamma_1)\,d_{it} - (\gamma_1 - \gamma_2)\,A_t + a\,\sigma^2 .

    Args:
        errors: (..., T) errors of the start.
        task: which task is trained.
        distances2: (T, T) squared distances between the tasks.
        factors: factors of its samples, with an axis that broadcasts with the tasks.
        noise_var: σ².

    Returns:
        (..., T) errors.
    """
    left, left2 = factors.first, factors.second
    parted = (left - left2) * errors[..., task : task + 1]
    noise = product(factors.noise, noise_var)
    return left * errors + (1 - left) * distances2[task] - parted + noise


def training_path(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any, times: Any, anchors: Any = 1.0
) -> np.ndarray:
    r"""Return the error matrix of tasks that are trained one after another, each for its own time.

    Ours. Task t is trained by gradient flow from :math:`c_t w_{t-1}` for the time :math:`t_t`; nothing of
    the earlier tasks is stored. With the errors of that start,
    :math:`A_i = c E[t{-}1, i] + (1-c)\|w_i^*\|^2 - c(1-c) E\|w_{t-1}\|^2`, every step is

    .. math:: E[t, i] = \gamma_1 A_i + (1-\gamma_1)\,d_{it} - (\gamma_1 - \gamma_2)\,A_t + a\,\sigma^2,

    with the ``training_factors`` of the :math:`n_t` samples and their time.

    Args:
        tasks: the T tasks, in the order in which they are trained.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        times: training time of each task, one number for all, or (..., T) of them; inf is to the end.
        anchors: multiple c of the previous parameters from which a task starts, one number or T of them;
            the first task starts from zero.

    Returns:
        Array of shape ``(*p.shape, ..., T, T)`` [after task t, on task i]. With all times inf and anchors 1
        it is ``replay_error`` without a buffer.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> pair = Tasks.equiangular(2, 0.5)
        >>> theory.training_path(pair, 10, 20, 0.1, times=[float("inf"), 1.0]).round(4)
        array([[0.6111, 1.1111],
               [0.7076, 0.6658]])
    """
    path, _ = _path(tasks, samples, p, noise_var, times, anchors)
    return path[..., :-1]


def order_effect(tasks: Tasks, samples: Any, p: Any, noise_var: Any, time: Any) -> np.ndarray:
    r"""Return how much worse every task is if tasks 1 and 2 are trained in this order, not in the other.

    Ours. From zero, with equal counts, where noise cancels,

    .. math:: D_i = (1-\gamma_1)^2 (d_{i2} - d_{i1}) + (\gamma_1-\gamma_2)^2 (\|w_1^*\|^2 - \|w_2^*\|^2).

    For short times it is :math:`2t^2 \langle w_i^*, w_1^* - w_2^*\rangle`, the mean of what the Lie bracket
    of Paper B predicts, to the end :math:`(n/p)^2 (d_{i2} - d_{i1})`: what comes last is remembered.

    Args:
        tasks: T >= 2 tasks; the first two are trained, the others look on.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0; matters only where the two counts differ.
        time: training time of either task, or an array; inf is to the end.

    Returns:
        Array of shape ``(*p.shape, *time.shape, T)``; nan where both orders err infinitely and the counts
        differ.

    Raises:
        ValueError: if an argument is outside its range, or there is one task only.

    Example:
        >>> from manytasks import Tasks, theory
        >>> theory.order_effect(Tasks.chain(3, 0.5), 20, 100, 0.1, [1.0, float("inf")]).round(4)
        array([[ 0.0373, -0.0373, -0.0187],
               [ 0.04  , -0.04  , -0.02  ]])
    """
    tasks, n, widths, sigma2 = numeric_problem(tasks, samples, p, noise_var)
    if tasks.T < 2:
        raise ValueError(f"an order needs at least 2 tasks; got {tasks.T}")
    rule = Rule("flow", training_lengths(time, "time"))
    one, two = (with_task_axis(factors_of(np.full(widths.shape, n[t]), widths, rule)) for t in (0, 1))
    d, start = tasks.distances2, tasks.norms2
    both = next_errors(next_errors(start, 0, d, one, 0.0), 1, d, two, 0.0)
    swapped = next_errors(next_errors(start, 1, d, two, 0.0), 0, d, one, 0.0)
    if n[0] == n[1]:
        return both - swapped
    with np.errstate(invalid="ignore"):
        noise = product(two.noise, (1 - one.second) * sigma2) - product(one.noise, (1 - two.second) * sigma2)
    return both - swapped + noise


def best_anchor(tasks: Tasks, samples: Any, p: Any, noise_var: Any, times: Any) -> Anchors:
    r"""Return the multiple of the previous parameters from which the last task is best trained.

    Ours. With :math:`w = w_{T-1}`, reached by ``training_path``, and the factors of the last task

    .. math:: c_{\text{last}} = \frac{\langle w_T^*, E w\rangle}{E\|w\|^2}, \qquad
        c_{\text{mean}} = \frac{\gamma_1 \frac1T \sum_i \langle w_i^*, E w\rangle
        - (\gamma_1-\gamma_2)\langle w_T^*, E w\rangle}{\gamma_2\, E\|w\|^2} .

    Args:
        tasks: T >= 2 tasks, in the order in which they are trained.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        times: training time of each task, one number for all, or (..., T) of them; inf is to the end.

    Returns:
        Two arrays of shape ``(*p.shape, ...)``; nan where the start is zero, has an infinite error, or is
        forgotten: below the threshold, to the end.

    Raises:
        ValueError: if an argument is outside its range, or there is one task only.

    Example:
        >>> from manytasks import Tasks, theory
        >>> c = theory.best_anchor(Tasks.equiangular(2, 0.5), 10, 20, 0.1, times=[float("inf"), 1.0])
        >>> c.last.round(4), c.mean.round(4)
        (np.float64(0.4091), np.float64(0.6381))
    """
    path, last = _path(tasks, samples, p, noise_var, times, 1.0)
    T = path.shape[-1] - 1
    if T < 2:
        raise ValueError(f"the best anchor belongs to at least 2 tasks; got {T}")
    before, probe = path[..., -2, :-1], path[..., -2, -1:]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        along = (probe + np.diagonal(tasks.gram).astype(float) - before) / 2
        parted = last.first - last.second
        mean = last.first * along.mean(axis=-1) - parted * along[..., -1]
        return Anchors(along[..., -1] / probe[..., 0], mean / (last.second * probe[..., 0]))


def _path(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any, times: Any, anchors: Any
) -> tuple[np.ndarray, TrainingFactors]:
    """Follow the errors on all tasks and, last, on the vector 0, which gives the mean squared norm.

    Returns:
        Array of shape (*p.shape, ..., T, T + 1) and the factors of the last task.

    Raises:
        ValueError: if there is not one time per task.
    """
    tasks, n, widths, sigma2 = numeric_problem(tasks, samples, p, noise_var)
    lengths = training_lengths(times, "times")
    if lengths.ndim and lengths.shape[-1] != tasks.T:
        raise ValueError(
            f"times must be one number or {tasks.T} a path, one per task; got {short(times)} "
            f"of shape {lengths.shape}"
        )
    lengths = np.broadcast_to(lengths, lengths.shape or (tasks.T,))
    starts = read_anchors(anchors, tasks.T)
    probed = Tasks(np.pad(np.asarray(tasks.gram, dtype=float), (0, 1)))
    norms2, distances2 = probed.norms2, probed.distances2
    errors = np.broadcast_to(norms2, (*widths.shape, *lengths.shape[:-1], tasks.T + 1))
    path, factors = [], None
    for t in range(tasks.T):
        factors = factors_of(np.full(widths.shape, n[t]), widths, Rule("flow", lengths[..., t]))
        c = starts[t] if t else 1.0
        with np.errstate(invalid="ignore"):
            errors = c * errors + (1 - c) * norms2 - c * (1 - c) * errors[..., -1:] if c != 1 else errors
            errors = _finite_step(errors, t, distances2, with_task_axis(factors), sigma2)
        path.append(errors)
    assert factors is not None
    return np.stack(path, axis=-2), factors


def _finite_step(
    errors: np.ndarray, task: int, distances2: np.ndarray, factors: TrainingFactors, noise_var: float
) -> np.ndarray:
    """Take a step; where the start errs infinitely, the error is infinite unless the start is forgotten.

    Returns:
        (..., T) errors.
    """
    endless = np.isinf(errors).any(axis=-1, keepdims=True)
    step = next_errors(np.where(endless, 0.0, errors), task, distances2, factors, noise_var)
    return np.where(endless & (factors.second > 0), np.inf, step)


def read_anchors(anchors: Any, T: int) -> np.ndarray:
    """Read from which multiple of the previous parameters every task starts.

    Args:
        anchors: one finite number or T of them.
        T: number of tasks.

    Returns:
        (T,) array.

    Raises:
        ValueError: if a number is not finite, too large to be squared, or there are not T.
    """
    c = numbers(anchors, "anchors")
    if c.shape not in ((), (T,)) or not np.all(np.abs(c) <= LARGEST_ANCHOR):
        raise ValueError(
            f"anchors must be one number or {T}, at most {LARGEST_ANCHOR:g} in size; got {short(anchors)}"
        )
    return np.broadcast_to(c, (T,))
