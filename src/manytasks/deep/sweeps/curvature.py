"""Curvature of a loss from products with its Hessian, which is never formed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import grad, vjp

ScalarLoss = Callable[[Tensor], Tensor]


def hessian_product(loss: ScalarLoss, theta: Tensor, v: Tensor) -> Tensor:
    r"""Multiply a vector with the Hessian of a loss, :math:`H v`.

    Args:
        loss: twice differentiable scalar function.
        theta: (P,) where.
        v: (P,) vector.

    Returns:
        (P,) product, at the cost of a few gradients: a Hessian is symmetric, so that a reverse pass
        through the gradient will do.

    Example:
        >>> hessian_product(lambda t: t[0] ** 2 * t[1], torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]))
        tensor([4., 2.])
    """
    return vjp(grad(loss), theta)[1](v)[0]


def hessian_trace(loss: ScalarLoss, theta: Tensor, probes: Tensor) -> Tensor:
    r"""Estimate the trace of the Hessian, Hutchinson's :math:`\operatorname{mean}_k v_k^\top H v_k`.

    Args:
        loss: twice differentiable scalar function.
        theta: (P,) where.
        probes: (K, P) random signs; the mean over them is exactly the trace, with standard deviation
            :math:`\sqrt{2 \sum_{i \ne j} H_{ij}^2 / K}`.

    Returns:
        A scalar.

    Example:
        >>> hessian_trace(lambda t: 3 * t[0] ** 2 + t[1] ** 2, torch.zeros(2), torch.tensor([[1.0, -1.0]]))
        tensor(8.)
    """
    return torch.stack([v @ hessian_product(loss, theta, v) for v in probes]).mean()


def sharpness(loss: ScalarLoss, theta: Tensor, start: Tensor, rounds: int = 20) -> Tensor:
    r"""Estimate the spectral norm of the Hessian by power iteration.

    Args:
        loss: twice differentiable scalar function.
        theta: (P,) where.
        start: (P,) first vector, not zero.
        rounds: products with the Hessian, at least 1.

    Returns:
        :math:`\|H v\|` for the last unit vector v: never more than the norm, and close to it.

    Example:
        >>> float(sharpness(lambda t: 3 * t[0] ** 2 + t[1] ** 2, torch.zeros(2), torch.ones(2)))
        6.0
    """
    v = start
    for _ in range(rounds):
        v = hessian_product(loss, theta, v / v.norm())
    return v.norm()
