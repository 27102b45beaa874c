"""In the linear model the Lie bracket foretells forgetting: by how much it is off, and which factors fall."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.tasks import Tasks


class Factors(NamedTuple):
    """What forgetting is a product of, half of the first three; each has the shape of p."""

    gradient: Any
    """Squared gradient of task 2 times n/p, the stable rate."""
    relative_bracket: Any
    """Curvature along it over the mean curvature that task 1 has where it has any."""
    long_over_step: Any
    """Forgetting of a complete training over that of one step of size n/p."""
    forgetting: Any
    """Training loss of task 1 once task 2 has been learned."""


def one_step(tasks: Tasks, samples: int, p: ArrayLike, noise_var: float) -> Any:
    r"""Return the forgetting that the bracket foretells, :math:`\frac12(n/p)^2\,E\,g_2^\top H_1 g_2`.

    Ours: exact for one step of size n/p on task 2, and for p much larger than n what its complete training
    costs (``theory.training_forgetting``).

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: number of parameters, or an array of such numbers; at least n.
        noise_var: label-noise variance, at least 0.

    Returns:
        Training loss that task 1 regains, with the shape of p.

    Example:
        >>> tasks = Tasks.equiangular(2, 0.0)
        >>> whole = theory.training_forgetting(tasks, 20, 2000, 0.3)
        >>> (one_step(tasks, 20, 2000, 0.3) / whole).round(2)
        np.float64(1.01)
    """
    p = np.asarray(p)
    return (samples / p) ** 2 / 2 * theory.bracket_moments(tasks, samples, p, noise_var).curvature


def relative_bracket(tasks: Tasks, samples: int, p: ArrayLike, noise_var: float) -> Any:
    r"""Return :math:`E\,g_2^\top H_1 g_2` over :math:`E\|g_2\|^2\,p/n`, which falls like n/p.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: number of parameters, or an array of such numbers; at least n.
        noise_var: label-noise variance, at least 0.

    Returns:
        Curvature along the gradient of task 2, over the mean curvature p/n that task 1 has where it looks.

    Example:
        >>> relative_bracket(Tasks.equiangular(2, 0.5), 20, [100, 1000], 0.1).round(3)
        array([0.202, 0.02 ])
    """
    p = np.asarray(p)
    moments = theory.bracket_moments(tasks, samples, p, noise_var)
    return moments.curvature / moments.gradient2 / (p / samples)


def factors(tasks: Tasks, samples: int, p: ArrayLike, noise_var: float) -> Factors:
    """Split what task 1 regains into gradient, relative bracket, and long training against one step.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: number of parameters, or an array of such numbers; more than n + 1.
        noise_var: label-noise variance, at least 0.

    Returns:
        The factors and their product over 2, the forgetting.

    Example:
        >>> found = factors(Tasks.equiangular(2, 0.5), 20, 2000, 0.1)
        >>> [float(factor.round(3)) for factor in found]
        [1.112, 0.01, 0.992, 0.006]
    """
    p = np.asarray(p)
    moments = theory.bracket_moments(tasks, samples, p, noise_var)
    forgetting = theory.training_forgetting(tasks, samples, p, noise_var)
    return Factors(
        samples / p * moments.gradient2,
        relative_bracket(tasks, samples, p, noise_var),
        forgetting / one_step(tasks, samples, p, noise_var),
        forgetting,
    )


def prediction_gap(tasks: Tasks, samples: int, p: ArrayLike, noise_var: float) -> Any:
    """Return by which share of forgetting the bracket's prediction is off.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: number of parameters, or an array of such numbers; more than n + 1.
        noise_var: label-noise variance, at least 0.

    Returns:
        Absolute relative errors of ``one_step``, with the shape of p.

    Example:
        >>> prediction_gap(Tasks.equiangular(2, 0.5), 20, [40, 400, 4000], 0.1).round(2)
        array([0.36, 0.04, 0.  ])
    """
    told = one_step(tasks, samples, p, noise_var)
    return np.abs(told / theory.training_forgetting(tasks, samples, p, noise_var) - 1)


def reach(tasks: Tasks, samples: int, p: ArrayLike, noise_var: float, within: float = 0.1) -> float:
    """Return from which width on the bracket foretells forgetting.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: numbers of parameters that are tried, each more than n + 1.
        noise_var: label-noise variance, at least 0.
        within: relative error that is allowed.

    Returns:
        The largest p at which the prediction is off by more, over n; 1 if there is none.

    Example:
        >>> reach(Tasks.equiangular(2, 0.5), 20, np.arange(40, 4000), 0.1)
        8.25
    """
    p = np.asarray(p)
    off = prediction_gap(tasks, samples, p, noise_var) > within
    return float(p[off].max(initial=samples) / samples)
