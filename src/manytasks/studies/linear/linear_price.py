"""What task 1 pays for task 2 in the linear model, in units of what there was to learn."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from manytasks import theory
from manytasks.tasks import Tasks


def linear_price(tasks: Tasks, samples: Any, p: ArrayLike, noise_var: Any) -> Any:
    r"""Return :math:`E L_1(w_2) / E L_2(w_1)`, the price of task 2, which tends to n/p.

    Ours (claim O.10): the law that networks of growing width are held against. Takes SymPy symbols too.

    Args:
        tasks: two tasks, in the order in which they are learned.
        samples: n, of each task.
        p: number of parameters, or an array of such numbers; more than n + 1.
        noise_var: label-noise variance, at least 0.

    Returns:
        Training loss that task 1 regains, over the training loss of task 2 before it is learned.

    Example:
        >>> linear_price(Tasks.equiangular(2, 0.0), 20, [200, 20_000], 0.3).round(4)
        array([0.111, 0.001])
    """
    before = theory.replay_error(tasks, samples, 0, p, noise_var, regime="over")[..., 0, 1]
    return theory.training_forgetting(tasks, samples, p, noise_var) / ((before + noise_var) / 2)
