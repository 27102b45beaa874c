"""One function, other weights: hidden units of a network that change places."""

from __future__ import annotations

from collections.abc import Mapping

import torch


def exchange_units(theta: Mapping[str, torch.Tensor], order: torch.Tensor) -> dict[str, torch.Tensor]:
    """Put the hidden units of the first layer in another order.

    Args:
        theta: weights as ``draw_weights`` names them, of a network with two hidden layers or more.
        order: (width,) which unit stands at each place.

    Returns:
        Weights of a network with the same function.

    Example:
        >>> enter, leave = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0, 4.0]])
        >>> exchange_units({"hidden.0.weight": enter, "hidden.1.weight": leave}, torch.tensor([1, 0]))
        {'hidden.0.weight': tensor([[2.],
                [1.]]), 'hidden.1.weight': tensor([[4., 3.]])}
    """
    enter, leave = ("hidden.0.weight", "norm.0.weight", "norm.0.bias"), "hidden.1.weight"
    return dict(theta) | {
        name: value[order] if name in enter else value[:, order]
        for name, value in theta.items()
        if name in (*enter, leave)
    }
