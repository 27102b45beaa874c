"""ResNet-18 with k channels in its first stage, trained from scratch on small images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from manytasks.deep.networks.flat import FlatParameters
from manytasks.deep.networks.training import losses

STAGES = ((1, 1), (2, 2), (4, 2), (8, 2))  # channels as multiples of k, stride; two blocks each
CHUNK = 512  # images that are tested at a time; all at once would need gigabytes for a wide network


@dataclass(frozen=True)
class ResNetShape:
    """Describe a width-scaled ResNet-18 for small images (the CIFAR variant: no first pooling).

    Args:
        side: height and width of the square images, at least 8 (three stages halve it).
        channels: colours of an image, at least 1.
        width: channels k of the first stage, at least 1; the stages have k, 2k, 4k and 8k. The usual
            ResNet-18 has k = 64.
        heads: number of heads; a sample is read from its own head only.
        classes: outputs of each head, at least 1.

    Raises:
        ValueError: if a number is below its least value.

    Example:
        >>> ResNetShape(side=32, channels=3, width=64, heads=1, classes=10).parameters
        11173962
    """

    side: int
    channels: int
    width: int
    heads: int
    classes: int

    def __post_init__(self) -> None:
        for name, least in (("side", 8), ("channels", 1), ("width", 1), ("heads", 1), ("classes", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}; got {getattr(self, name)}")

    @property
    def inputs(self) -> int:
        """Numbers of an image."""
        return self.side**2 * self.channels

    @property
    def features(self) -> int:
        """Numbers that the trunk makes of an image."""
        return STAGES[-1][0] * self.width

    @property
    def parameters(self) -> int:
        """Number of trained numbers."""
        with torch.device("meta"):
            return sum(p.numel() for p in Trunk(self).parameters()) + self._head

    @property
    def _head(self) -> int:
        return self.heads * self.classes * (self.features + 1)

    def flops(self, samples: int) -> int:
        """Return the floating-point operations of one training step.

        Args:
            samples: batch size.

        Returns:
            6 per multiplication of the forward pass: with its addition, and twice as many backward.

        Example:
            >>> ResNetShape(side=32, channels=3, width=64, heads=1, classes=10).flops(samples=1) / 6e6
            555.42...
        """
        side, before, products = self.side, self.channels, self.side**2 * 9 * self.channels * self.width
        before = self.width
        for multiple, stride in STAGES:
            side, after = -(-side // stride), multiple * self.width
            shortcut = before if before != after else 0
            products += side**2 * after * (9 * before + 27 * after + shortcut)
            before = after
        return 6 * samples * (products + self.features * self.heads * self.classes)


class Trunk(nn.Module):
    """Everything of a ResNet-18 but its heads.

    Args:
        shape: its shape.

    Example:
        >>> Trunk(ResNetShape(side=8, channels=1, width=2, heads=1, classes=3))(torch.zeros(5, 1, 8, 8)).shape
        torch.Size([5, 16])
    """

    def __init__(self, shape: ResNetShape) -> None:
        super().__init__()
        self.first = nn.Conv2d(shape.channels, shape.width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(shape.width)
        blocks, before = [], shape.width
        for multiple, stride in STAGES:
            after = multiple * shape.width
            blocks += [Block(before, after, stride), Block(after, after, 1)]
            before = after
        self.blocks = nn.Sequential(*blocks)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the mean activations of the last stage.

        Args:
            images: (n, channels, side, side).

        Returns:
            (n, 8k) features.
        """
        return self.blocks(torch.relu(self.norm(self.first(images)))).mean((2, 3))


class Block(nn.Module):
    """Two convolutions beside a shortcut, which is a convolution of its own where the shape changes.

    Args:
        before: channels that come in.
        after: channels that go out.
        stride: of the first convolution.

    Example:
        >>> Block(2, 4, stride=2)(torch.zeros(1, 2, 8, 8)).shape
        torch.Size([1, 4, 4, 4])
    """

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(after)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        self.shortcut = nn.Sequential()
        if before != after or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's activations.

        Args:
            x: (n, before, side, side).

        Returns:
            (n, after, side / stride, side / stride).
        """
        inner = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(self.second_norm(self.second(inner)) + self.shortcut(x))


class ResNet:
    """One ResNet-18 with its heads, trained and tested like a stack of one member.

    One after the other is the rule here: on a CPU a stack of eight through ``torch.func`` was measured faster
    at k = 1 and 2 only and slower from k = 4 on, where a sweep spends nearly all of its time.

    Args:
        shape: its shape.
        generator: the member's own stream, from which the initial weights are drawn as in ``draw_weights``.
        dtype: type of the weights.
        device: where they live.

    Example:
        >>> shape = ResNetShape(side=8, channels=1, width=2, heads=3, classes=4)
        >>> network = ResNet(shape, np.random.default_rng(1))
        >>> network.forward(torch.zeros(5, 64), torch.zeros(1, 5, dtype=torch.long)).shape
        torch.Size([1, 5, 4])
    """

    members = 1

    def __init__(
        self,
        shape: ResNetShape,
        generator: np.random.Generator,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        self.shape = shape
        trunk, head = Trunk(shape), nn.Linear(shape.features, shape.heads * shape.classes)
        self.module = nn.ModuleDict({"trunk": trunk, "head": head}).to(device, dtype)
        self.flat = FlatParameters(dict(self.module.named_parameters()))
        with torch.no_grad():
            for name, parameter in self.module.named_parameters():
                view = self.flat.views[name]
                if parameter.ndim > 1 or name.startswith("head"):
                    fan_in = parameter[0].numel() if parameter.ndim > 1 else shape.features
                    drawn = generator.uniform(-1, 1, parameter.shape) / np.sqrt(fan_in)
                    view.copy_(torch.from_numpy(drawn))
                parameter.data, parameter.grad = view.data, view.grad

    def forward(self, x: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
        """Return the outputs of each sample's own head, with the running BatchNorm statistics.

        Args:
            x: (n, inputs) pixels or (1, n, inputs), an image a row, as ``pixels`` lays it out.
            heads: (1, n) head of each sample.

        Returns:
            (1, n, classes) outputs.
        """
        self.module.eval()
        parts = zip(x.reshape(-1, x.shape[-1]).split(CHUNK), heads.view(-1).split(CHUNK), strict=True)
        return torch.cat([self._outputs(*part) for part in parts], 1)

    def fill_gradient(self, x: torch.Tensor, heads: torch.Tensor, labels: torch.Tensor, loss: str) -> None:
        """Compute the gradient of the mean loss, and update the running BatchNorm statistics.

        Args:
            x: (1, n, inputs) pixels.
            heads: (1, n) head of each sample.
            labels: (1, n) label of each sample.
            loss: "cross-entropy" or "mse".
        """
        self.module.train()
        self.flat.slopes.zero_()
        losses(self._outputs(x, heads), labels, loss).mean().backward()

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the trunk makes of each image, with the running BatchNorm statistics.

        Args:
            x: (n, inputs) pixels.

        Returns:
            (n, 8k) features.
        """
        self.module.eval()
        return torch.cat([self.module["trunk"](self._images(part)) for part in x.split(CHUNK)])

    def _images(self, x: torch.Tensor) -> torch.Tensor:
        images = x.reshape(-1, self.shape.side, self.shape.side, self.shape.channels).permute(0, 3, 1, 2)
        # Copied channel by channel: oneDNN's backward pass of a strided 1 × 1 convolution writes past its
        # workspace when pixels come first and channels are fewer than a vector (uxlfoundation/oneDNN#6035).
        return images.clone(memory_format=torch.contiguous_format)

    def _outputs(self, x: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
        outputs = self.module["head"](self.module["trunk"](self._images(x)))
        outputs = outputs.unflatten(1, (self.shape.heads, self.shape.classes))
        return outputs[torch.arange(len(outputs), device=x.device), heads.view(-1)][None]
