"""All trained numbers of a network, or of a stack of them, in one block of memory."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch


class FlatParameters:
    """Lay tensors end to end, with room for their gradients, so that a step is a few kernels in all.

    Args:
        tensors: initial values by name, of one dtype and device; they are copied.

    Attributes:
        values: every number, in order.
        slopes: the gradient of every number, in the same order.
        views: name to a leaf tensor that shares memory with ``values`` and whose ``grad`` shares it with
            ``slopes``.

    Example:
        >>> flat = FlatParameters({"a": torch.ones(2, 2), "b": torch.zeros(3)})
        >>> flat.values.shape, flat.views["a"].shape
        (torch.Size([7]), torch.Size([2, 2]))
    """

    def __init__(self, tensors: Mapping[str, torch.Tensor]) -> None:
        self.values = torch.cat([tensor.detach().flatten() for tensor in tensors.values()])
        self.slopes = torch.zeros_like(self.values)
        self.views: dict[str, torch.Tensor] = {}
        start = 0
        for name, tensor in tensors.items():
            part = slice(start, start + math.prod(tensor.shape))
            start = part.stop
            view = self.values[part].view(tensor.shape).requires_grad_()
            view.grad = self.slopes[part].view(tensor.shape)
            self.views[name] = view

    @torch.no_grad()
    def nesterov_step(self, velocity: torch.Tensor, rate: float, momentum: float) -> None:
        r"""Take one step of gradient descent with Nesterov momentum, in place.

        :math:`v \leftarrow \mu v + g` and :math:`\theta \leftarrow \theta - h (g + \mu v)`, as in
        ``torch.optim.SGD``; :math:`\mu = 0` is plain gradient descent.

        Args:
            velocity: as long as ``values``; zero before the first step.
            rate: h, positive.
            momentum: :math:`\mu` in [0, 1).

        Example:
            >>> flat = FlatParameters({"a": torch.ones(1)})
            >>> flat.slopes.fill_(2.0), flat.nesterov_step(torch.zeros(1), rate=0.1, momentum=0.5)
            (tensor([2.]), None)
            >>> flat.values
            tensor([0.7000])
        """
        velocity.mul_(momentum).add_(self.slopes)
        self.values.add_(self.slopes, alpha=-rate).add_(velocity, alpha=-rate * momentum)
