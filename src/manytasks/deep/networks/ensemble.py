"""Train any number of members of one shape, in stacks of the size that is fastest for the shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from manytasks.deep.networks.architecture import Architecture
from manytasks.deep.networks.stack import Stack
from manytasks.deep.networks.training import Pool, Recipe, train

# Largest width and members per stack, measured with benchmarks/deep.py on one CPU core. Narrow members take a
# tenth to a fifth of their plain loop's time. Wider ones still gain by a factor of 3 to 1.2, but only in
# small stacks whose activations stay in the cache. Above width 256 one large matrix product is as fast.
CPU_STACKS = ((32, 30), (256, 4))
CUDA_NUMBERS = 1 << 30  # activations of one layer that a GPU stack may hold, 4 GB; chosen, not measured


def members_per_stack(architecture: Architecture, batch: int, device_type: str) -> int:
    """Return how many members of a shape to train as one stack.

    Ours, a measured rule. A stack saves the fixed cost of every operation, which matters while a member's
    layers are small; on a CPU large ones run fastest alone, through one matrix product each. A GPU takes
    what fits; that branch has not been measured.

    Args:
        architecture: shape of the members.
        batch: samples per step.
        device_type: "cpu" or "cuda".

    Returns:
        At least 1; 1 is the plain loop.

    Example:
        >>> shapes = [Architecture(64, width, depth=3, heads=1, classes=10) for width in (4, 128, 512)]
        >>> [members_per_stack(shape, 250, "cpu") for shape in shapes]
        [30, 4, 1]
    """
    if device_type == "cuda":
        outputs = architecture.heads * architecture.classes
        return max(1, CUDA_NUMBERS // (batch * max(architecture.inputs, architecture.width, outputs)))
    return next((members for width, members in CPU_STACKS if architecture.width <= width), 1)


def train_members(
    architecture: Architecture,
    weights: Sequence[dict[str, np.ndarray]],
    features: torch.Tensor,
    pools: Sequence[Pool],
    recipe: Recipe,
    generators: Sequence[np.random.Generator],
    size: int | None = None,
) -> list[Stack]:
    """Train members of one shape in stacks; the result does not depend on how they are stacked.

    Args:
        architecture: shape of every member.
        weights: initial weights of each member.
        features: (rows, inputs) table; its dtype and device are those of the training.
        pools: training samples of each member.
        recipe: steps, batch size, rate.
        generators: stream of the batch order of each member.
        size: members per stack; without it ``members_per_stack`` decides.

    Returns:
        Trained stacks that hold the members in order.
    """
    size = size or members_per_stack(architecture, recipe.batch, features.device.type)
    stacks = []
    for start in range(0, len(weights), size):
        part = slice(start, start + size)
        stack = Stack(architecture, weights[part], features.dtype, features.device)
        train(stack, features, pools[part], recipe, generators[part])
        stacks.append(stack)
    return stacks
