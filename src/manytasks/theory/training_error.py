"""One theorem for every training length: the pooled error of flow, descent and ridge."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.readers import matrix
from manytasks.tasks import Tasks
from manytasks.theory.domain import numeric_problem
from manytasks.theory.fit import times
from manytasks.theory.multitask import task_spread
from manytasks.theory.training_factors import TrainingFactors, factors_of, with_task_axis
from manytasks.theory.training_rule import training_rule


class Geometry(NamedTuple):
    """Squared distances between start, tasks and mean task."""

    start2: Any
    r""":math:`\\|w_i^* - w_0\\|^2`, (T,)."""
    deviation2: Any
    r""":math:`\\|w_i^* - \\bar w\\|^2`, (T,)."""
    mean2: Any
    r""":math:`\\|\\bar w - w_0\\|^2`."""
    spread: Any
    """V."""


def training_error(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: Any,
    time: Any = None,
    *,
    rate: Any = None,
    steps: Any = None,
    ridge: Any = None,
    anchor: Any = None,
) -> Any:
    r"""Return the expected excess risk on every task of one fit that was trained for any length.

    Ours. With the factors of ``training_factors`` for :math:`N = \sum_j n_j` samples, the start
    :math:`w_0`, the mean task :math:`\bar w` and the spread V of ``multitask_error``

    .. math:: E L_i ={}& \gamma_1 \|w_i^* - w_0\|^2 + (1-\gamma_1)\|w_i^* - \bar w\|^2 \\
        &- (\gamma_1 - \gamma_2)\|\bar w - w_0\|^2 + a\,\sigma^2 + v\,V .

    It holds for every filter, every p and every N; the averages are exact where the smaller of N and p is
    at most 128, see ``wishart_spectrum``.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        time: time of gradient flow, or an array; inf is training to the end.
        rate: learning rate of gradient descent; with ``steps``.
        steps: number of steps, or an array.
        ridge: λ of a ridge towards the start, or an array.
        anchor: (T,) coefficients c of the start :math:`w_0 = \sum_j c_j w_j^*`; zero by default. The
            start must not depend on the data.

    Returns:
        Array of shape ``(*p.shape, *shape of the lengths, T)``. At time 0 it is the distance to the start,
        at time inf ``multitask_error`` if the start is zero.

    Raises:
        ValueError: if an argument is outside its range, or not exactly one rule is given.

    Example:
        >>> from manytasks import Tasks, theory
        >>> tasks = Tasks.equiangular(T=2, cosine=0.5)
        >>> theory.training_error(tasks, 10, p=[10, 20, 40], noise_var=0.1, time=[1.0, float("inf")])[..., 0]
        array([[0.51593133, 0.63503456],
               [0.63416668,        inf],
               [0.78743192, 0.98684211]])
    """
    rule = training_rule(time, rate, steps, ridge)
    tasks, n, widths, sigma2 = numeric_problem(tasks, samples, p, noise_var)
    place = geometry(tasks, n, anchor)
    factors = with_task_axis(factors_of(np.full(widths.shape, n.sum()), widths, rule))
    return filtered_error(factors, place, sigma2)


def filtered_error(factors: TrainingFactors, place: Geometry, noise_var: Any) -> Any:
    """Put factors and distances together; symbols pass.

    Args:
        factors: the factors, with an axis that broadcasts with the tasks.
        place: distances between start, tasks and mean task.
        noise_var: σ².

    Returns:
        The error on every task.
    """
    left, left2 = factors.first, factors.second
    return (
        left * place.start2
        + (1 - left) * place.deviation2
        - (left - left2) * place.mean2
        + times(factors.noise, noise_var)
        + times(factors.spread, place.spread)
    )


def geometry(tasks: Tasks, n: np.ndarray, anchor: Any) -> Geometry:
    """Return the distances between a start, the tasks and their mean.

    Args:
        tasks: the T tasks, in numbers.
        n: (T,) sample counts.
        anchor: (T,) coefficients of the start, or None for zero.

    Returns:
        The distances.

    Raises:
        ValueError: if there are not T finite coefficients.
    """
    c = np.zeros(tasks.T) if anchor is None else matrix(anchor, "anchor", (tasks.T,))
    gram = np.asarray(tasks.gram, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        along = gram @ c
        deviation2, spread = task_spread(tasks.distances2, n)
        from_mean = n / max(n.sum(), 1) - c
        place = Geometry(
            start2=np.maximum(tasks.norms2 - 2 * along + c @ along, 0),
            deviation2=deviation2,
            mean2=max(from_mean @ gram @ from_mean, 0.0),
            spread=spread[0],
        )
    if not all(np.all(np.isfinite(part)) for part in place):
        raise ValueError("anchor must leave distances to the tasks that a float can hold")
    return place
