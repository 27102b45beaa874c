"""One network as a plain torch module: the reference that every stack must agree with."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from manytasks.deep.networks.architecture import Architecture


class MLP(nn.Module):
    """Fully connected network with BatchNorm, ReLU and one or more heads.

    Args:
        architecture: its shape.
        weights: initial weights by name, as ``draw_weights`` makes them.
        dtype: type of the weights.

    Example:
        >>> from manytasks.deep.networks.architecture import draw_weights
        >>> shape = Architecture(inputs=4, width=8, depth=2, heads=3, classes=2)
        >>> network = MLP(shape, draw_weights(shape, np.random.default_rng(1)))
        >>> network(torch.zeros(5, 4), torch.tensor([0, 1, 2, 0, 1])).shape
        torch.Size([5, 2])
    """

    def __init__(
        self,
        architecture: Architecture,
        weights: dict[str, np.ndarray],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        hidden = architecture.fan_ins[:-1]
        self.hidden = nn.ModuleList(nn.Linear(n, architecture.width, bias=False, dtype=dtype) for n in hidden)
        self.norm = nn.ModuleList(nn.BatchNorm1d(architecture.width, dtype=dtype) for _ in hidden)
        outputs = architecture.heads * architecture.classes
        self.head = nn.Linear(architecture.fan_ins[-1], outputs, dtype=dtype)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(torch.from_numpy(weights[name]))

    def forward(self, x: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
        """Return the outputs of each sample's own head.

        Args:
            x: (n, inputs) features.
            heads: (n,) head of each sample.

        Returns:
            (n, classes) outputs.
        """
        for linear, norm in zip(self.hidden, self.norm, strict=True):
            x = torch.relu(norm(linear(x)))
        outputs = self.head(x).unflatten(1, (self.architecture.heads, self.architecture.classes))
        return outputs[torch.arange(len(x), device=x.device), heads]
