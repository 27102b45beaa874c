"""Small networks that learn tasks in many orders: digits whose pixels are permuted, some more, some less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.deep.data.digits import load_digits
from manytasks.flow.least_forgetting import forgetting_steps, order_forgetting
from manytasks.streams import stream


class Streams(NamedTuple):
    """Networks at their start, and the tasks of each."""

    network: flow.Network
    """One shape for all."""
    start: Tensor
    """(networks, parameters)."""
    x: Tensor
    """(networks, T, samples, 64) pixels."""
    y: Tensor
    """(networks, T, samples) digits."""


def permuted_digits(networks: int, T: int, samples: int, hidden: int, seed: int) -> Streams:
    """Draw tasks that share one head: task t sees the digits with a share t/(T-1) of the pixels permuted.

    Args:
        networks: number of independent networks, each with images, permutations and a start of its own.
        T: number of tasks, at least 2.
        samples: images of each task.
        hidden: width of the one hidden layer.
        seed: of everything that is drawn.

    Returns:
        Networks and tasks.

    Example:
        >>> permuted_digits(networks=2, T=3, samples=5, hidden=4, seed=1).x.shape
        torch.Size([2, 3, 5, 64])
    """
    digits, network = load_digits(), flow.Network((64, hidden, 10))
    pixels = digits.train_images.reshape(-1, 64) / 255
    x, y = np.empty((networks, T, samples, 64)), np.empty((networks, T, samples), dtype=np.int64)
    for i in range(networks):
        rng = stream(seed, "permuted digits", i)
        for t in range(T):
            chosen = rng.choice(len(pixels), samples, replace=False)
            places = rng.permutation(64)[: 64 * t // (T - 1)]
            order = np.arange(64)
            order[np.sort(places)] = places
            x[i, t], y[i, t] = pixels[chosen][:, order], digits.train_labels[chosen]
    start = torch.stack([network.initial((seed, "permuted digits", i)) for i in range(networks)])
    return Streams(network, start, torch.as_tensor(x), torch.as_tensor(y))


def predictions(streams: Streams) -> tuple[np.ndarray, np.ndarray]:
    """Return what order costs and forgets by the tournament's tables, at the start.

    Args:
        streams: networks and tasks.

    Returns:
        ``flow.order_costs``, (networks, T, T), and ``flow.forgetting_products``, (networks, T, T, T).

    Example:
        >>> [each.shape for each in predictions(permuted_digits(2, 3, 5, 4, seed=1))]
        [(2, 3, 3), (2, 3, 3, 3)]
    """

    def tables(theta: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        losses = [streams.network.cross_entropy(x[t], y[t]) for t in range(x.shape[0])]
        return flow.order_costs(losses, theta), flow.forgetting_products(losses, theta)

    costs, products = vmap(tables)(streams.start, streams.x, streams.y)
    return costs.numpy(), products.numpy()


def trained_in_orders(
    streams: Streams, orders: Sequence[Sequence[int]], rate: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Take some full-batch steps on every task in turn, in every order.

    Args:
        streams: networks and tasks.
        orders: permutations of the T tasks.
        rate: of a step.
        steps: on each task before the next comes.

    Returns:
        (networks, orders) mean training loss of the tasks at the end; and forgetting of the same shape: loss
        at the end minus loss after its own steps, summed over the tasks.

    Example:
        >>> streams = permuted_digits(2, 3, 5, 4, seed=1)
        >>> loss, forgotten = trained_in_orders(streams, [(0, 1, 2), (2, 1, 0)], rate=0.1, steps=1)
        >>> loss.shape, forgotten.shape
        ((2, 2), (2, 2))
    """
    count, T = streams.x.shape[:2]
    who = torch.arange(count).repeat_interleave(len(orders))
    tasks = torch.as_tensor(np.tile(np.array(orders), (count, 1)))

    def loss(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return streams.network.cross_entropy(x, y)(theta)

    slope, look = vmap(grad(loss)), vmap(loss)
    theta = streams.start[who]
    own = []
    for place in range(T):
        data = streams.x[who, tasks[:, place]], streams.y[who, tasks[:, place]]
        for _ in range(steps):
            theta = theta - rate * slope(theta, *data)
        own.append(look(theta, *data))
    end = torch.stack([look(theta, streams.x[who, t], streams.y[who, t]) for t in range(T)])
    forgotten = end.sum(0) - torch.stack(own).sum(0)
    return (
        end.mean(0).reshape(count, -1).numpy(),
        forgotten.reshape(count, -1).numpy(),
    )


def tabled(
    costs: np.ndarray, products: np.ndarray, orders: Sequence[Sequence[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Read the tables of ``predictions`` for every order.

    Args:
        costs: (networks, T, T).
        products: (networks, T, T, T).
        orders: permutations of the T tasks.

    Returns:
        (networks, orders) for the loss, and for forgetting, both over h².

    Example:
        >>> loss, forgotten = tabled(*predictions(permuted_digits(2, 3, 5, 4, seed=1)), [(0, 1, 2)])
        >>> loss.shape, forgotten.shape
        ((2, 1), (2, 1))
    """
    loss = [[flow.order_cost(each, order) for order in orders] for each in costs]
    steps = map(forgetting_steps, products)
    return np.array(loss), np.array([[order_forgetting(each, order) for order in orders] for each in steps])
