"""The network of the sweeps as a function of its weights, which gradients and brackets need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch

EPSILON = 1e-5  # of BatchNorm, torch's default
Statistics = Sequence[tuple[torch.Tensor, torch.Tensor]]


def forward(
    theta: Mapping[str, torch.Tensor],
    x: torch.Tensor,
    statistics: Statistics | None = None,
    shared: Collection[int] = (),
) -> tuple[torch.Tensor, torch.Tensor, Statistics]:
    """Return features, outputs and BatchNorm statistics of a network with one head.

    Computes what ``MLP`` does, without any state, so that it can be differentiated as often as needed.
    Weights and inputs may have leading axes, which broadcast: seeds, and then tasks.

    Args:
        theta: weights under the names of ``Architecture.shapes``.
        x: (..., n, inputs) samples.
        statistics: mean and variance of every hidden layer; without them those of the samples are used, as
            in training.
        shared: hidden layers that are normalised over all tasks together, the last leading axis.

    Returns:
        (..., n, width) last hidden features, (..., n, outputs) outputs, and the statistics used, which
        broadcast against (..., n, width).

    Example:
        >>> from manytasks.deep.networks import Architecture, draw_weights
        >>> import numpy as np
        >>> weights = draw_weights(Architecture(4, 3, 2, 1, 5), np.random.default_rng(1))
        >>> theta = {name: torch.from_numpy(value) for name, value in weights.items()}
        >>> features, outputs, statistics = forward(theta, torch.ones(7, 4, dtype=torch.float64))
        >>> features.shape, outputs.shape, len(statistics)
        (torch.Size([7, 3]), torch.Size([7, 5]), 2)
    """
    used = []
    for layer in range(sum(name.startswith("hidden") for name in theta)):
        x = x @ theta[f"hidden.{layer}.weight"].mT
        if statistics is None:
            axes = (-3, -2) if layer in shared else (-2,)
            mean = x.mean(axes, keepdim=True)
            variance = (x - mean).square().mean(axes, keepdim=True)
        else:
            mean, variance = statistics[layer]
        used.append((mean, variance))
        x = (x - mean) * (variance + EPSILON).rsqrt()
        x = torch.relu(
            x * theta[f"norm.{layer}.weight"].unsqueeze(-2) + theta[f"norm.{layer}.bias"].unsqueeze(-2)
        )
    return x, x @ theta["head.weight"].mT + theta["head.bias"].unsqueeze(-2), used
