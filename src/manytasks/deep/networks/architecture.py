"""The shape of a network, and the initial weights that a stream draws for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from manytasks.deep.witness import INITIAL, drawn_by, passing


@dataclass(frozen=True)
class Architecture:
    """Describe a fully connected network: BatchNorm and ReLU after every hidden layer, one or more heads.

    Args:
        inputs: features of a sample, at least 1.
        width: units of every hidden layer, at least 1.
        depth: hidden layers, at least 0 (then a linear network).
        heads: number of heads; a sample is read from its own head only.
        classes: outputs of each head, at least 1.

    Raises:
        ValueError: if a number is below its least value.

    Example:
        >>> Architecture(inputs=64, width=8, depth=3, heads=10, classes=10).parameters
        1588
    """

    inputs: int
    width: int
    depth: int
    heads: int
    classes: int

    def __post_init__(self) -> None:
        for name in ("inputs", "width", "heads", "classes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}")
        if self.depth < 0:
            raise ValueError(f"depth must be at least 0; got {self.depth}")

    @property
    def fan_ins(self) -> tuple[int, ...]:
        """Inputs of each weight matrix, the head's last."""
        return (self.inputs, *[self.width] * self.depth)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of every trained tensor, under the names that ``MLP`` gives them.

        Returns:
            Name to shape, in the order in which a stream fills them.

        Example:
            >>> list(Architecture(inputs=2, width=3, depth=1, heads=1, classes=2).shapes())
            ['hidden.0.weight', 'norm.0.weight', 'norm.0.bias', 'head.weight', 'head.bias']
        """
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in range(self.depth):
            shapes[f"hidden.{layer}.weight"] = (self.width, self.fan_ins[layer])
            shapes[f"norm.{layer}.weight"] = (self.width,)
            shapes[f"norm.{layer}.bias"] = (self.width,)
        outputs = self.heads * self.classes
        return shapes | {"head.weight": (outputs, self.fan_ins[-1]), "head.bias": (outputs,)}

    @property
    def parameters(self) -> int:
        """Number of trained numbers."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def flops(self, samples: int) -> int:
        """Return the floating-point operations of one training step.

        Args:
            samples: batch size.

        Returns:
            6 per weight and sample: a multiplication and an addition, forward and twice backward.

        Example:
            >>> Architecture(inputs=2, width=3, depth=1, heads=1, classes=2).flops(samples=10)
            720
        """
        matrices = (math.prod(shape) for shape in self.shapes().values() if len(shape) == 2)
        return 6 * samples * sum(matrices)


def draw_weights(architecture: Architecture, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw initial weights, torch's defaults: uniform within one over the square root of the fan-in.

    Args:
        architecture: which tensors to draw.
        generator: the member's own stream.

    Returns:
        float64 arrays by name; BatchNorm starts at weight 1, bias 0.

    Example:
        >>> small = Architecture(inputs=4, width=2, depth=1, heads=1, classes=2)
        >>> draw_weights(small, np.random.default_rng(1))["hidden.0.weight"].round(2)
        array([[ 0.01,  0.45, -0.36,  0.45],
               [-0.19, -0.08,  0.33, -0.09]])
    """
    weights = {}
    for name, shape in architecture.shapes().items():
        if name.startswith("norm"):
            weights[name] = np.full(shape, 1.0 if name.endswith("weight") else 0.0)
        else:
            bound = 1 / math.sqrt(shape[1] if len(shape) == 2 else architecture.fan_ins[-1])
            weights[name] = generator.uniform(-bound, bound, shape)
    return passing(drawn_by(generator), INITIAL, weights)
