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
from manytasks.streams import Seed, stream


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


def permuted_digits(networks: int, T: int, samples: int, hidden: int, seed: Seed) -> Streams:
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


def rehearsal_costs(streams: Streams, kept: int) -> np.ndarray:
    """Return what order costs at first order in the rate if each step rehearses all earlier tasks.

    Task s is rehearsed once for every task after it: each time its buffer's gradient moves the mean loss by
    minus the rate times their inner product.

    Args:
        streams: networks and tasks.
        kept: how many of its first images each task leaves in the buffer, at least 1.

    Returns:
        (networks, T, T), row s before column t, over h; equal along a row.

    Example:
        >>> costs = rehearsal_costs(permuted_digits(2, 3, 5, 4, seed=1), kept=2)
        >>> bool((costs[:, :, 0] == costs[:, :, 2]).all())
        True
    """

    def table(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
        def slopes(k: int) -> Tensor:
            losses = [streams.network.cross_entropy(x[t, :k], y[t, :k]) for t in range(len(x))]
            return torch.stack([grad(loss)(theta) for loss in losses])

        agreement = slopes(kept) @ slopes(x.shape[1]).mean(dim=0)
        return -agreement[:, None].expand(-1, len(x))

    return vmap(table)(streams.start, streams.x, streams.y).numpy()


def trained_in_orders(
    streams: Streams, orders: Sequence[Sequence[int]], rate: float, steps: int, kept: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Take some full-batch steps on every task in turn, in every order.

    Args:
        streams: networks and tasks.
        orders: permutations of the T tasks.
        rate: of a step.
        steps: on each task before the next comes.
        kept: how many of its first images each task leaves in a buffer; the mean loss on them, task by task,
            is added to that of every later task.

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
        rehearsed = tasks[:, :place].T if kept else ()
        for _ in range(steps):
            moves = slope(theta, *data)
            for task in rehearsed:
                moves = moves + slope(theta, streams.x[who, task, :kept], streams.y[who, task, :kept])
            theta = theta - rate * moves
        own.append(look(theta, *data))
    end = torch.stack([look(theta, streams.x[who, t], streams.y[who, t]) for t in range(T)])
    forgotten = end.sum(0) - torch.stack(own).sum(0)
    return (
        end.mean(0).reshape(count, -1).numpy(),
        forgotten.reshape(count, -1).numpy(),
    )


def left_by_rehearsal(
    streams: Streams, orders: Sequence[Sequence[int]], rates: Sequence[float], kept: int
) -> np.ndarray:
    """Return how much of the order of one pass with a buffer ``rehearsal_costs`` leave unexplained.

    Args:
        streams: networks and tasks.
        orders: permutations of the T tasks, at least 2.
        rates: of the steps.
        kept: images in the buffer of each task.

    Returns:
        (rates, networks) standard deviation over the orders of the mean loss at the end, less the rate times
        its cost: of second order in the rate, while the loss itself is of first.

    Example:
        >>> streams = permuted_digits(2, 3, 5, 4, seed=1)
        >>> left = left_by_rehearsal(streams, [(0, 1, 2), (2, 1, 0), (1, 2, 0)], [0.02, 0.01], kept=2)
        >>> bool((left[0] > 3 * left[1]).all())
        True
    """
    costs = priced(rehearsal_costs(streams, kept), orders)
    ends = [trained_in_orders(streams, orders, h, 1, kept)[0] - h * costs for h in rates]
    return np.array(ends).std(axis=-1)


def priced(costs: np.ndarray, orders: Sequence[Sequence[int]]) -> np.ndarray:
    """Return what every order costs by the pairs of every network.

    Args:
        costs: (networks, T, T), row before column.
        orders: permutations of the T tasks.

    Returns:
        (networks, orders) sums of ``flow.order_cost``.

    Example:
        >>> priced(np.array([[[0.0, 1.0], [5.0, 0.0]]]), [(0, 1), (1, 0)])
        array([[1., 5.]])
    """
    return np.array([[flow.order_cost(each, order) for order in orders] for each in costs])


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
    steps = map(forgetting_steps, products)
    return priced(costs, orders), np.array(
        [[order_forgetting(each, order) for order in orders] for each in steps]
    )
