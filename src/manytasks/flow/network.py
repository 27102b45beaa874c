"""Small fully connected networks as functions of one flat parameter vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from manytasks import readers
from manytasks.streams import Seed, stream_number

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "softplus": torch.nn.functional.softplus,
    "relu": torch.relu,
}


@dataclass(frozen=True)
class Network:
    """Hold the shape of a fully connected network; the parameters are a vector passed to each call.

    Args:
        widths: inputs, hidden layers and outputs, at least two numbers.
        activation: "tanh" or "softplus", which are smooth, or "relu", which is not.

    Raises:
        ValueError: if the activation is unknown or a width is missing.

    Example:
        >>> network = Network((2, 3, 1))
        >>> network.size
        13
        >>> network(network.initial(seed=1), torch.ones(5, 2, dtype=torch.float64)).shape
        torch.Size([5, 1])
    """

    widths: tuple[int, ...]
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {sorted(ACTIVATIONS)}; got {self.activation!r}")
        if len(self.widths) < 2:
            raise ValueError(f"widths must name inputs and outputs at least; got {self.widths}")

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum((a + 1) * b for a, b in zip(self.widths, self.widths[1:], strict=False))

    def initial(self, seed: Seed, scale: float = 1.0) -> Tensor:
        """Draw parameters: weights of variance scale²/inputs, biases of variance (scale/10)².

        Args:
            seed: of a generator of its own; a tuple names it: ``(1, "task 2", 3)``.
            scale: standard deviation of a layer's outputs.

        Returns:
            A float64 vector of length ``size``.

        Example:
            >>> bool(torch.equal(Network((2, 1)).initial(seed=3), Network((2, 1)).initial(seed=3)))
            True
        """
        number = stream_number(seed) if isinstance(seed, tuple) else seed
        generator = torch.Generator().manual_seed(number)
        parts = []
        for a, b in zip(self.widths, self.widths[1:], strict=False):
            for count, deviation in ((a * b, scale / a**0.5), (b, scale / 10)):
                parts.append(deviation * torch.randn(count, generator=generator, dtype=torch.float64))
        return torch.cat(parts)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        """Return the outputs, (samples, outputs), for inputs x, (samples, inputs).

        Returns:
            The outputs of the last layer, without activation.
        """
        layers = list(zip(self.widths, self.widths[1:], strict=False))
        # One split, not slices: its derivative joins the parts and sums no padded vectors.
        parts = iter(torch.split(theta, [size for a, b in layers for size in (a * b, b)]))
        for i, (a, b) in enumerate(layers):
            x = x @ next(parts).reshape(a, b) + next(parts)
            if i < len(layers) - 1:
                x = ACTIVATIONS[self.activation](x)
        return x

    def squared_loss(self, x: Tensor, y: Tensor) -> Callable[[Tensor], Tensor]:
        """Return the mean over samples of half the squared error.

        Args:
            x: (samples, inputs).
            y: (samples, outputs).

        Returns:
            A scalar function of the parameters.

        Example:
            >>> one = torch.ones(1, 1)
            >>> Network((1, 1)).squared_loss(one, one)(torch.tensor([3.0, 0.0]))
            tensor(2.)
        """
        return lambda theta: (self(theta, x) - y).square().sum(-1).mean() / 2

    def cross_entropy(self, x: Tensor, labels: Tensor) -> Callable[[Tensor], Tensor]:
        """Return the mean cross-entropy.

        Args:
            x: (samples, inputs).
            labels: (samples,) class numbers, less than the number of outputs.

        Returns:
            A scalar function of the parameters.

        Example:
            >>> loss = Network((1, 2)).cross_entropy(torch.ones(1, 1), torch.tensor([0]))
            >>> loss(torch.zeros(4))
            tensor(0.6931)
        """
        return lambda theta: torch.nn.functional.cross_entropy(self(theta, x), labels)


# What only refuses stands around the class and not in it: it is no part of the code that made a table
# (manytasks.deep.sweeps.code), and tables are compared with that.


def _before(check: Callable[..., None]) -> Callable[[Any], Any]:
    """Call a check with what a method is called with, and then the method.

    Returns:
        A decorator.
    """

    def around(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def checking(self: Any, *args: Any, **options: Any) -> Any:
            check(self, *args, **options)
            return method(self, *args, **options)

        return checking

    return around


def _check_shape(network: Network) -> None:
    if not isinstance(network.activation, str):
        raise ValueError(
            f"activation must be one of {sorted(ACTIVATIONS)}; got {readers.short(network.activation)}"
        )
    if not isinstance(network.widths, list | tuple):
        raise ValueError(f"widths must name inputs and outputs at least; got {readers.short(network.widths)}")
    for width in network.widths:
        readers.count(width, "every one of widths", least=1, unit="unit")


def _check_draw(network: Network, seed: Any, scale: Any = 1.0) -> None:
    if not isinstance(seed, tuple):
        readers.count(seed, "seed", most=2**63 - 1)
    readers.real(scale, "scale", low=0)


def _check_samples(data: Any, name: str, columns: int) -> None:
    """Refuse data that broadcasting would bring into a form of its own.

    Raises:
        ValueError: naming the data and the shape.
    """
    if not isinstance(data, Tensor) or data.ndim != 2 or not len(data) or data.shape[1] != columns:
        got = tuple(data.shape) if isinstance(data, Tensor) else readers.short(data)
        raise ValueError(f"{name} must be a tensor of shape (samples, {columns}); got {got}")


def _check_targets(network: Network, x: Any, y: Any) -> None:
    _check_samples(x, "x", network.widths[0])
    _check_samples(y, "y", network.widths[-1])
    if len(x) != len(y):
        raise ValueError(f"x and y must have as many rows; got {len(x)} and {len(y)}")


def _check_labels(network: Network, x: Any, labels: Any) -> None:
    _check_samples(x, "x", network.widths[0])
    if not isinstance(labels, Tensor) or labels.is_floating_point():
        _check_samples(labels, "labels", network.widths[-1])  # shares of each class
    elif labels.dtype != torch.int64 or labels.shape != (len(x),):
        raise ValueError(f"labels must be {len(x)} numbers of int64; got {readers.short(labels)}")
    elif not _are_classes(labels, network.widths[-1]):
        raise ValueError(f"labels must be from 0 to {network.widths[-1] - 1}; got {readers.short(labels)}")


def _are_classes(labels: Tensor, classes: int) -> bool:
    try:
        return bool(((labels >= 0) & (labels < classes)).all())
    except RuntimeError:  # inside torch.vmap values cannot be seen
        return True


Network.__post_init__ = _before(_check_shape)(Network.__post_init__)  # type: ignore[method-assign]
Network.initial = _before(_check_draw)(Network.initial)  # type: ignore[method-assign]
Network.squared_loss = _before(_check_targets)(Network.squared_loss)  # type: ignore[method-assign]
Network.cross_entropy = _before(_check_labels)(Network.cross_entropy)  # type: ignore[method-assign]
