"""Random tasks and starting points for small networks, each from a stream of its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from manytasks import flow
from manytasks.streams import Seed, stream_number

INPUTS_AND_TARGETS = ("x1", "x2", "y1", "y2")


def generator_of(seed: Seed, *names: str | int) -> torch.Generator:
    """Return torch's generator of a named stream.

    Args:
        seed: whole number >= 0, or a part of one.
        names: of the stream.

    Returns:
        A generator at its beginning.

    Example:
        >>> bool(torch.rand(1, generator=generator_of(1, "tasks")) == torch.rand(
        ...     1, generator=generator_of((1, "tasks"))
        ... ))
        True
    """
    return torch.Generator().manual_seed(stream_number(seed, *names))


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    """Draw standard normal numbers.

    Args:
        generator: goes on by as many numbers.
        shape: of the result.

    Returns:
        A float64 tensor.

    Example:
        >>> normal(generator_of(1), 2, 3).shape
        torch.Size([2, 3])
    """
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def starts(network: flow.Network, count: int, seed: Seed, *names: str | int, scale: float = 1.0) -> Tensor:
    """Draw starting points of a network, each from a stream of its own.

    Args:
        network: whose parameters are drawn.
        count: number of points, at least 1.
        seed: whole number >= 0, or a part of one.
        names: of the streams; the number of the point comes behind them.
        scale: standard deviation of a layer's outputs.

    Returns:
        (count, parameters). More points begin with the same ones.

    Example:
        >>> network = flow.Network((2, 1))
        >>> bool((starts(network, 3, 1, "start")[:2] == starts(network, 2, 1, "start")).all())
        True
    """
    return torch.stack([network.initial((seed, *names, i), scale=scale) for i in range(count)])


def random_tasks(
    network: flow.Network,
    count: int,
    samples: int,
    generator: torch.Generator,
    order: Sequence[str] = INPUTS_AND_TARGETS,
) -> dict[str, Tensor]:
    """Draw unrelated pairs of regression tasks: inputs and targets are standard normal.

    Args:
        network: that is to learn them.
        count: number of pairs, at least 1.
        samples: of a task, at least 1.
        generator: goes on by what is drawn.
        order: in which inputs ("x1", "x2") and targets ("y1", "y2") are drawn.

    Returns:
        (count, samples, inputs or outputs) tensors by name.

    Example:
        >>> tasks = random_tasks(flow.Network((3, 2)), 4, 6, generator_of(1))
        >>> {name: tuple(value.shape) for name, value in tasks.items()}["y2"]
        (4, 6, 2)
    """
    columns = {"x": network.widths[0], "y": network.widths[-1]}
    return {name: normal(generator, count, samples, columns[name[0]]) for name in order}
