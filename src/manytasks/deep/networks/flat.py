"""All trained numbers of a network, or of a stack of them, in one block of memory."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch


class FlatParameters:
    """Lay tensors end to end, with room for their gradients, so that a step of an optimiser is one kernel.

    Args:
        tensors: initial values by name, of one dtype and device; they are copied.

    Attributes:
        values: every number, in order.
        slopes: the gradient of every number, in the same order; it is ``values.grad``.
        views: name to a leaf tensor that shares memory with ``values`` and whose ``grad`` shares it with
            ``slopes``.

    Example:
        >>> flat = FlatParameters({"a": torch.ones(2, 2), "b": torch.zeros(3)})
        >>> flat.values.shape, flat.views["a"].shape
        (torch.Size([7]), torch.Size([2, 2]))
    """

    def __init__(self, tensors: Mapping[str, torch.Tensor]) -> None:
        self.values = torch.cat([tensor.detach().flatten() for tensor in tensors.values()])
        self.slopes = self.values.grad = torch.zeros_like(self.values)
        self.views: dict[str, torch.Tensor] = {}
        start = 0
        for name, tensor in tensors.items():
            part = slice(start, start + math.prod(tensor.shape))
            start = part.stop
            view = self.values[part].view(tensor.shape).requires_grad_()
            view.grad = self.slopes[part].view(tensor.shape)
            self.views[name] = view
