"""Parameters as one flat vector: what all of the calculus works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import torch
from torch import Tensor

from manytasks.flow.arguments import check_functions
from manytasks.readers import matrix, short

Parameters: TypeAlias = Tensor | dict[str, Tensor]
P = TypeVar("P", Tensor, dict[str, Tensor])
Loss: TypeAlias = Callable[[P], Tensor]
VectorField: TypeAlias = Callable[[Tensor], Tensor]


def pack(theta: P) -> tuple[Tensor, Callable[[Tensor], P]]:
    """Flatten parameters.

    Args:
        theta: a tensor of any shape, or a dictionary of tensors of one floating dtype and device.

    Returns:
        The vector of all entries, and the function that gives such a vector the form of ``theta`` again.

    Raises:
        ValueError: if there are no parameters, or they are not all of one floating dtype and device.

    Example:
        >>> vector, unpack = pack({"w": torch.ones(2, 2), "b": torch.zeros(1)})
        >>> vector
        tensor([1., 1., 1., 1., 0.])
        >>> unpack(vector)["b"]
        tensor([0.])
    """
    if isinstance(theta, Tensor):
        _check([theta])
        shape = theta.shape
        return theta.reshape(-1), lambda vector: vector.reshape(shape)
    _check(list(theta.values()))
    shapes = {name: value.shape for name, value in theta.items()}
    sizes = [value.numel() for value in theta.values()]

    def unpack(vector: Tensor) -> dict[str, Tensor]:
        parts = torch.split(vector, sizes)
        return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    return torch.cat([value.reshape(-1) for value in theta.values()]), unpack


def descent_field(loss: Loss[P], unpack: Callable[[Tensor], P], rate: float = 1.0) -> VectorField:
    r"""Return :math:`f = -a \nabla L` on flat vectors.

    Args:
        loss: L, a scalar torch function of the parameters.
        unpack: what :func:`pack` returned.
        rate: a, the rate of this loss relative to h.

    Returns:
        The field, differentiable as often as the loss allows.

    Example:
        >>> theta, unpack = pack(torch.tensor([3.0, 4.0]))
        >>> descent_field(lambda t: (t**2).sum() / 2, unpack)(theta)
        tensor([-3., -4.])
    """
    gradient = torch.func.grad(lambda vector: loss(unpack(vector)))
    return lambda vector: -rate * gradient(vector)


def check_rates(rates: Sequence[float] | None, losses: Sequence[Loss[P]]) -> list[float]:
    """Return one rate for each loss.

    Args:
        rates: rates relative to h, or None for all 1.
        losses: the losses.

    Returns:
        The rates as a list.

    Raises:
        ValueError: if there is no loss, a rate is no finite number or the lengths differ.

    Example:
        >>> check_rates(None, [torch.sum, torch.sum])
        [1.0, 1.0]
    """
    if not isinstance(losses, list | tuple):
        raise ValueError(f"losses must be a list of functions; got {short(losses)}")
    check_functions(losses, "losses")
    if rates is None:
        return [1.0] * len(losses)
    if isinstance(rates, Tensor) or (isinstance(rates, list | tuple) and any(map(torch.is_tensor, rates))):
        read: Any = list(rates)  # perhaps rates that torch.vmap maps
    else:
        read = matrix(rates, "rates", ("rate",)).tolist()
    if len(read) != len(losses):
        raise ValueError(f"rates must have one entry for each of {len(losses)} losses; got {len(read)}")
    return read


def _check(tensors: list[Tensor]) -> None:
    kinds = {(value.dtype, value.device) for value in tensors}
    if len(kinds) != 1 or not next(iter(kinds))[0].is_floating_point:
        names = sorted(f"{dtype} on {device}" for dtype, device in kinds)
        raise ValueError(f"parameters must share one floating dtype and device; got {names}")
