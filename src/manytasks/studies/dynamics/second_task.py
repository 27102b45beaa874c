"""A network that has learned one task and begins another: where it goes, and what could tell beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, jacrev, vjp, vmap

from manytasks import flow

Data = Mapping[str, Tensor]
TaskLoss = Callable[[Tensor, Data], Tensor]

SMALLEST = 1e-3  # of a Jacobian's largest singular value; smaller ones ask for targets that are far away


def descend_pairs(
    theta: Tensor, data: Data, loss: TaskLoss, rate: float, keep: Sequence[int]
) -> dict[int, Tensor]:
    """Take gradient steps for many pairs of tasks at once.

    Args:
        theta: (pairs, parameters) starting points.
        data: tensors whose rows are pairs.
        loss: of one pair's parameters and data, to be descended.
        rate: of a step.
        keep: numbers of steps, at least 0, after which points are kept; the last step is the largest of them.

    Returns:
        Points by number of steps.

    Example:
        >>> start = torch.tensor([[1.0], [2.0]])
        >>> kept = descend_pairs(start, {"a": start}, lambda t, d: (t**2).sum() / 2, 0.5, [0, 1, 2])
        >>> {steps: points.flatten().tolist() for steps, points in kept.items()}
        {0: [1.0, 2.0], 1: [0.5, 1.0], 2: [0.25, 0.5]}
    """
    slope, kept = vmap(grad(loss)), {0: theta} if 0 in keep else {}
    for step in range(1, max(keep) + 1):
        theta = theta - rate * slope(theta, data)
        if step in keep:
            kept[step] = theta
    return kept


def predictors(one: TaskLoss, two: TaskLoss) -> Callable[[Tensor, Data], dict[str, Tensor]]:
    """Collect what could predict, where task 1 has been learned, how much of it task 2 will undo.

    Args:
        one: loss of task 1 of a pair's parameters and data, twice differentiable.
        two: loss of task 2.

    Returns:
        A function of one pair's parameters and data, for ``vmap``: length ``g2`` of the gradient of task 2
        and ``bracket`` of the bracket; ``inner``, the inner product of the gradients; ``along``, minus the
        bracket along g2; ``curvature``, g2 H1 g2; ``loss2``.

    Example:
        >>> found = predictors(lambda t, d: (t**2).sum() / 2, lambda t, d: t.sum())(torch.ones(2), {})
        >>> {name: round(float(found[name]), 2) for name in ("inner", "bracket", "along", "curvature")}
        {'inner': 2.0, 'bracket': 1.41, 'along': 2.0, 'curvature': 2.0}
    """

    def measure(theta: Tensor, data: Data) -> dict[str, Tensor]:
        g1, g2 = grad(one)(theta, data), grad(two)(theta, data)
        bracket = flow.lie_bracket(lambda t: one(t, data), lambda t: two(t, data), theta)
        h1g2 = vjp(lambda t: grad(one)(t, data), theta)[1](g2)[0]
        return {
            "g2": g2.norm(),
            "inner": g1 @ g2,
            "bracket": bracket.norm(),
            "along": -(g2 @ bracket),
            "curvature": g2 @ h1g2,
            "loss2": two(theta, data),
        }

    return measure


def turn_bracket(
    network: flow.Network, one: TaskLoss, theta: Tensor, data: Data, length: float, dial: Sequence[float]
) -> Tensor:
    r"""Choose targets of task 2 that turn the bracket and leave the gradients alone.

    With inputs ``x2`` and half the mean squared error, the gradient of task 2 is :math:`g_2 = J^\top r`, with
    J the Jacobian of the outputs over the number of samples and r the residuals. These are taken so that
    :math:`\|g_2\|` is the same everywhere, :math:`\langle g_1, g_2\rangle = 0`, and
    :math:`g_2^\top H_1 g_2` runs from its smallest to its largest possible value.

    Args:
        network: that learns.
        one: loss of task 1.
        theta: (parameters,) of one pair.
        data: of that pair; ``x2``, (samples, inputs).
        length: of the gradient of task 2, positive.
        dial: positions in [0, 1].

    Returns:
        (positions, samples, outputs) targets.

    Example:
        >>> network = flow.Network((2, 3, 1))
        >>> theta, x = network.initial(seed=1), torch.eye(2, dtype=torch.float64)
        >>> turn_bracket(network, lambda t, d: (t**2).sum(), theta, {"x2": x}, 0.1, [0.0, 1.0]).shape
        torch.Size([2, 2, 1])
    """
    outputs = network(theta, data["x2"])
    jacobian = jacrev(lambda t: network(t, data["x2"]).reshape(-1))(theta).numpy() / len(outputs)
    hessian = jacrev(grad(one))(theta, data).numpy()
    left, size, right = np.linalg.svd(jacobian.T, full_matrices=False)
    reached = size > SMALLEST * size[0]
    left, size, right = left[:, reached], size[reached], right[reached]
    first_order = left.T @ grad(one)(theta, data).numpy()
    rest = np.linalg.svd(first_order[None])[2][1:].T  # what has no first-order effect on task 1
    space = left @ rest
    vectors = np.linalg.eigh(space.T @ hessian @ space)[1]
    flat, sharp = space @ vectors[:, 0], space @ vectors[:, -1]
    found = []
    for position in dial:
        gradient = length * (np.sqrt(1 - position) * flat + np.sqrt(position) * sharp)
        residual = right.T @ ((left.T @ gradient) / size)
        found.append(outputs - torch.tensor(residual).reshape(outputs.shape))
    return torch.stack(found)
