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
        architecture = self.architecture
        outputs = self._alone(x, training) if self.members == 1 else self._together(x, training)
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

    def _together(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        """Return the outputs of all heads of every member, one batched product a layer.

        Returns:
            (M, n, heads * classes).
        """
        parameters, samples, width = self.parameters, x.shape[-2], self.architecture.width
        x = x.expand(self.members, *x.shape[-2:])
        for layer in range(self.architecture.depth):
            x = torch.bmm(x, parameters[f"hidden.{layer}.weight"].transpose(1, 2))
            flat = self._normalise(x.transpose(0, 1).reshape(samples, -1), layer, training)
            x = flat.view(samples, self.members, width).transpose(0, 1).relu_()
        return torch.baddbmm(parameters["head.bias"][:, None], x, parameters["head.weight"].transpose(1, 2))

    def _alone(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        """Return the outputs of all heads of a single member, which the plain product computes faster.

        Returns:
            (1, n, heads * classes).
        """
        weights = {name: weight.squeeze(0) for name, weight in self.parameters.items()}
        x = x.view(x.shape[-2:])
        for layer in range(self.architecture.depth):
            x = self._normalise(F.linear(x, weights[f"hidden.{layer}.weight"]), layer, training).relu_()
        return F.linear(x, weights["head.weight"], weights["head.bias"]).unsqueeze(0)

    def _normalise(self, flat: torch.Tensor, layer: int, training: bool) -> torch.Tensor:
        """Normalise all units of all members as the channels of one BatchNorm: one kernel instead of six.

        Returns:
            (n, M * width), as given.
        """
        return F.batch_norm(
            flat,
            self.means[layer],
            self.variances[layer],
            self.parameters[f"norm.{layer}.weight"].view(-1),
            self.parameters[f"norm.{layer}.bias"].view(-1),
            training,
            MOMENTUM,
            EPSILON,
        )
