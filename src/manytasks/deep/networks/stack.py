"""Many networks of one shape, trained as one: every weight gets a leading axis of members."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.networks.architecture import Architecture
from manytasks.deep.networks.flat import FlatParameters
from manytasks.deep.networks.gradient import EPSILON, MOMENTUM, fill_gradient
from manytasks.deep.networks.training import losses

# Above this width a lone network is as fast with a recorded graph: BatchNorm then reads samples first, which
# torch has a faster kernel for, and the fixed cost of the graph no longer counts.
WRITTEN = 256


class Stack:
    """Hold M networks of one shape; member m computes exactly what ``MLP`` with its weights would.

    Args:
        architecture: shape of every member.
        weights: initial weights of each member, as ``draw_weights`` makes them.
        dtype: type of the weights.
        device: where they live.

    Example:
        >>> from manytasks.deep.networks.architecture import draw_weights
        >>> shape = Architecture(inputs=4, width=8, depth=2, heads=3, classes=2)
        >>> stack = Stack(shape, [draw_weights(shape, np.random.default_rng(i)) for i in range(6)])
        >>> stack.forward(torch.zeros(6, 5, 4), torch.zeros(6, 5, dtype=torch.long)).shape
        torch.Size([6, 5, 2])
    """

    def __init__(
        self,
        architecture: Architecture,
        weights: Sequence[dict[str, np.ndarray]],
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        self.architecture = architecture
        self.members = len(weights)
        self.flat = FlatParameters(
            {
                name: torch.from_numpy(np.stack([member[name] for member in weights])).to(device, dtype)
                for name in architecture.shapes()
            }
        )
        self.parameters = self.flat.views
        shape = (self.members * architecture.width,)
        self.means = [torch.zeros(shape, dtype=dtype, device=device) for _ in range(architecture.depth)]
        self.variances = [torch.ones(shape, dtype=dtype, device=device) for _ in range(architecture.depth)]

    def forward(self, x: torch.Tensor, heads: torch.Tensor, training: bool = False) -> torch.Tensor:
        """Return the outputs of each sample's own head, for every member.

        Args:
            x: (M, n, inputs) features, or (n, inputs) that all members share.
            heads: (M, n) head of each sample.
            training: normalise by the batch and update the running statistics, or by those statistics.

        Returns:
            (M, n, classes) outputs.
        """
        architecture, parameters = self.architecture, self.parameters
        x = x.expand(self.members, *x.shape[-2:])
        for layer in range(architecture.depth):
            x = _linear(x, parameters[f"hidden.{layer}.weight"], None)
            x = self._normalise(x, layer, training).relu_()
        outputs = _linear(x, parameters["head.weight"], parameters["head.bias"])
        if architecture.heads == 1:
            return outputs
        outputs = outputs.unflatten(-1, (architecture.heads, architecture.classes))
        index = heads[..., None, None].expand(*heads.shape, 1, architecture.classes)
        return outputs.gather(-2, index).squeeze(-2)

    def fill_gradient(self, x: torch.Tensor, heads: torch.Tensor, labels: torch.Tensor, loss: str) -> None:
        """Compute the gradient of every member's mean loss.

        Args:
            x: (M, n, inputs) features.
            heads: (M, n) head of each sample.
            labels: (M, n) label of each sample.
            loss: "cross-entropy" or "mse".
        """
        if self.members == 1 and self.architecture.width > WRITTEN:
            self.flat.slopes.zero_()
            losses(self.forward(x, heads, training=True), labels, loss).mean().backward()
        else:
            fill_gradient(self, x, heads, labels, loss)

    def _normalise(self, x: torch.Tensor, layer: int, training: bool) -> torch.Tensor:
        """Normalise all units of all members as the channels of one BatchNorm: one kernel instead of six.

        Returns:
            (M, n, width), a view whose samples come first in memory.
        """
        members, samples, width = x.shape
        flat = F.batch_norm(
            x.transpose(0, 1).reshape(samples, members * width),
            self.means[layer],
            self.variances[layer],
            self.parameters[f"norm.{layer}.weight"].view(-1),
            self.parameters[f"norm.{layer}.bias"].view(-1),
            training,
            MOMENTUM,
            EPSILON,
        )
        return flat.view(samples, members, width).transpose(0, 1)


def _linear(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """Multiply; a single member goes through the plain matrix product, which is faster than a batch of one.

    Returns:
        (M, n, out).
    """
    if len(weight) == 1:
        return F.linear(x[0], weight[0], None if bias is None else bias[0])[None]
    if bias is None:
        return torch.bmm(x, weight.transpose(1, 2))
    return torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))
