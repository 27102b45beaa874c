"""A first layer that has learned from images of other classes, and is then frozen."""

from __future__ import annotations

import numpy as np
import torch

from manytasks.streams import Seed, stream
from manytasks.studies.features.image_tasks import Images

STEPS, BATCH, RATE = 200, 128, 1e-3


def trained_layer(images: Images, width: int, *, seed: Seed, steps: int = STEPS) -> np.ndarray:
    """Train a network of one hidden layer with ReLU, by Adam on cross-entropy, and return its first layer.

    Args:
        images: rows and labels, all classes from 0 on.
        width: hidden units.
        seed: of weights and batches.
        steps: of the optimizer; 0 returns the random layer.

    Returns:
        (inputs, width) weights.

    Example:
        >>> toy = Images(np.eye(4, dtype=np.float32), np.arange(4))
        >>> trained_layer(toy, 8, seed=1, steps=1).shape
        (4, 8)
    """
    x, y = torch.from_numpy(images.rows), torch.from_numpy(images.labels)
    rng = stream(seed, "backbone")
    shapes = ((x.shape[1], width), (width, int(images.labels.max()) + 1))
    weights = [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in shapes]
    layers = [torch.tensor(each).to(x.dtype).requires_grad_() for each in weights]
    optimizer = torch.optim.Adam(layers, lr=RATE)
    for _ in range(steps):
        rows = torch.from_numpy(rng.integers(len(x), size=BATCH))
        outputs = torch.relu(x[rows] @ layers[0]) @ layers[1]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(outputs, y[rows]).backward()
        optimizer.step()
    return layers[0].detach().numpy()
