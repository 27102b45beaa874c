"""Train a stack of networks, each on its own samples in its own order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.networks.flat import FlatParameters
from manytasks.deep.witness import drawn_by, passing


@dataclass(frozen=True)
class Recipe:
    """Say how long and how fast to train.

    Args:
        steps: optimiser steps, at least 1.
        batch: samples per step, at least 2 (BatchNorm needs a variance).
        rate: largest learning rate, positive.
        momentum: Nesterov momentum, in [0, 1); 0 is plain gradient descent.
        schedule: "cosine" decays the rate from ``rate`` to 0, "constant" keeps it.
        loss: "cross-entropy", or "mse" against one-hot targets, summed over the classes.

    Raises:
        ValueError: if a number is outside its range or the loss is unknown.
    """

    steps: int
    batch: int
    rate: float
    momentum: float = 0.95
    schedule: Literal["cosine", "constant"] = "cosine"
    loss: Literal["cross-entropy", "mse"] = "cross-entropy"

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 2:
            raise ValueError(
                f"steps must be at least 1 and batch at least 2; got {self.steps} and {self.batch}"
            )
        if not (self.rate > 0 and 0 <= self.momentum < 1):
            raise ValueError(
                f"rate must be positive and momentum in [0, 1); got {self.rate} and {self.momentum}"
            )

        _check_loss(self.loss)

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step.

        Args:
            step: 0 to ``steps - 1``.

        Returns:
            The rate; under "cosine" it starts at ``rate`` and would reach 0 at ``steps``.

        Example:
            >>> Recipe(steps=10, batch=2, rate=0.2).rate_at(5)
            0.1
        """
        if self.schedule == "constant":
            return self.rate
        return self.rate * (1 + round(math.cos(math.pi * step / self.steps), 15)) / 2


@dataclass(frozen=True, eq=False)
class Pool:
    """Hold the training samples of one member, as positions in a shared table of features.

    Args:
        rows: (n,) rows of the table.
        labels: (n,) labels within the head.
        heads: (n,) head of each sample.
    """

    rows: np.ndarray
    labels: np.ndarray
    heads: np.ndarray

    @classmethod
    def join(cls, pools: Sequence[Pool]) -> Pool:
        """Pool several pools.

        Args:
            pools: at least one.

        Returns:
            All their samples, in order.
        """
        return cls(
            *(np.concatenate([getattr(p, name) for p in pools]) for name in ("rows", "labels", "heads"))
        )


def batch_order(samples: int, steps: int, batch: int, generator: np.random.Generator) -> np.ndarray:
    """Draw the batches of a run: shuffle all samples, use them up, shuffle again.

    A batch may cross two shuffles, so that every batch is full and the number of steps does not depend on
    the number of samples.

    Args:
        samples: size of the pool, at least 1.
        steps: number of batches.
        batch: samples per batch.
        generator: the member's own stream.

    Returns:
        (steps, batch) positions in the pool.

    Example:
        >>> batch_order(3, steps=2, batch=3, generator=np.random.default_rng(1)).tolist()
        [[0, 1, 2], [2, 0, 1]]
    """
    epochs = -(-steps * batch // samples)
    order = np.tile(np.arange(samples), (epochs, 1))
    drawn = generator.permuted(order, axis=1).reshape(-1)[: steps * batch].reshape(steps, batch)
    return passing(drawn_by(generator), "order of the batches", drawn)


def losses(outputs: torch.Tensor, labels: torch.Tensor, loss: str) -> torch.Tensor:
    """Return the loss of every sample.

    Args:
        outputs: (..., classes).
        labels: (...) whole numbers.
        loss: "cross-entropy" or "mse".

    Returns:
        (...) losses.

    Example:
        >>> losses(torch.tensor([[0.0, 1.0]]), torch.tensor([0]), "mse")
        tensor([2.])
    """
    _check_loss(loss)
    if loss == "cross-entropy":
        flat = F.cross_entropy(outputs.flatten(0, -2), labels.flatten(), reduction="none")
        return flat.view(labels.shape)
    return (outputs - F.one_hot(labels, outputs.shape[-1])).square().sum(-1)


class Network(Protocol):
    """What ``train`` and ``evaluate`` need of a stack of networks."""

    members: int
    flat: FlatParameters

    def forward(self, x: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
        """Return (M, n, classes) outputs of (n, inputs) or (M, n, inputs) features, for testing."""

    def fill_gradient(self, x: torch.Tensor, heads: torch.Tensor, labels: torch.Tensor, loss: str) -> None:
        """Put the gradient of every member's mean loss into ``flat.slopes``."""


def train(
    network: Network,
    features: torch.Tensor,
    pools: Sequence[Pool],
    recipe: Recipe,
    generators: Sequence[np.random.Generator],
) -> None:
    """Train every member in place.

    The sum of the members' mean losses is differentiated, so that no member sees another; one that diverges
    turns NaN alone.

    Args:
        network: networks to train; their momentum starts at zero.
        features: (rows, inputs) table on the networks' device.
        pools: training samples of each member; sizes may differ.
        recipe: steps, batch size, rate.
        generators: stream of the batch order of each member.
    """
    device = features.device
    orders = torch.empty((recipe.steps, len(pools), recipe.batch), dtype=torch.int32, device=device)
    for member, (pool, generator) in enumerate(zip(pools, generators, strict=True)):
        batches = batch_order(len(pool.rows), recipe.steps, recipe.batch, generator)
        orders[:, member] = torch.from_numpy(batches).to(device)
    rows, labels, heads = _tables(pools, device)
    optimiser = torch.optim.SGD(
        [network.flat.values],
        lr=recipe.rate,
        momentum=recipe.momentum,
        nesterov=recipe.momentum > 0,
        fused=True,
    )
    for step in range(recipe.steps):
        order = orders[step].long()
        x = features.index_select(0, rows.gather(1, order).view(-1)).view(*order.shape, -1)
        network.fill_gradient(x, heads.gather(1, order), labels.gather(1, order), recipe.loss)
        optimiser.param_groups[0]["lr"] = recipe.rate_at(step)
        optimiser.step()


@torch.no_grad()
def evaluate(
    network: Network, features: torch.Tensor, pools: Sequence[Pool], loss: str = "cross-entropy"
) -> tuple[np.ndarray, np.ndarray]:
    """Measure mean loss and share of wrong answers of every member.

    Args:
        network: trained networks; BatchNorm uses its running statistics.
        features: (rows, inputs) table on the networks' device.
        pools: samples of each member; sizes may differ.
        loss: "cross-entropy" or "mse".

    Returns:
        (M,) losses and (M,) error rates; both NaN where a member's outputs are not finite.
    """
    device = features.device
    sizes = torch.tensor([len(pool.rows) for pool in pools], device=device)
    rows, labels, heads = _tables(pools, device)
    outputs = network.forward(features[rows], heads)
    weight = (torch.arange(rows.shape[1], device=device) < sizes[:, None]) / sizes[:, None].to(outputs.dtype)
    loss_values = (losses(outputs, labels, loss) * weight).sum(1)
    wrong = ((outputs.argmax(-1) != labels) * weight).sum(1)
    finite = outputs.isfinite().flatten(1).all(1)
    nan = torch.full_like(wrong, torch.nan)
    return (
        torch.where(finite, loss_values, nan).cpu().numpy(),
        torch.where(finite, wrong, nan).cpu().numpy(),
    )


def _check_loss(loss: str) -> None:
    if loss not in ("cross-entropy", "mse"):
        raise ValueError(f"loss must be 'cross-entropy' or 'mse'; got {loss!r}")


def _tables(pools: Sequence[Pool], device: torch.device) -> list[torch.Tensor]:
    """Put the pools side by side, shorter ones filled up with copies that no one may count.

    Returns:
        Rows, labels and heads, each (M, largest pool).
    """
    longest = max(len(pool.rows) for pool in pools)
    names = ("rows", "labels", "heads")
    tables = (np.stack([np.resize(getattr(pool, name), longest) for pool in pools]) for name in names)
    return [torch.from_numpy(table.astype(np.int64)).to(device) for table in tables]
