"""Random pairs of tasks of many kinds of networks, scaled so that a rate of 1 means the same for all."""

from __future__ import annotations

import torch
from torch import Tensor

from manytasks import flow
from manytasks.streams import Seed
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts
from manytasks.studies.dynamics.small_pairs import Data, Loss, Losses, Pairs, sharpness

WIDTHS, SAMPLES, SCALE = (3, 4, 2), 6, 1.5
CRITERIA = ("squared", "cross-entropy")


def scaled_losses(network: flow.Network, criterion: str) -> Losses:
    """Return how the two losses of a pair follow from its data, each divided by its ``sharpness``.

    Args:
        network: that learns.
        criterion: "squared", or "cross-entropy" against the softmax of three times the targets.

    Returns:
        A function of the data of one pair, for ``Pairs``.

    Raises:
        ValueError: if the criterion is neither.
    """
    if criterion not in CRITERIA:
        raise ValueError(f"criterion must be one of {CRITERIA}; got {criterion!r}")

    def loss(x: Tensor, y: Tensor, unit: Tensor) -> Loss:
        if criterion == "squared":
            raw = network.squared_loss(x, y)
        else:
            raw = network.cross_entropy(x, torch.softmax(3 * y, -1))
        return lambda theta: raw(theta) / unit

    def losses(data: Data) -> list[Loss]:
        return [loss(data[f"x{i}"], data[f"y{i}"], data["sharpness"]) for i in (1, 2)]

    return losses


def scaled_pairs(activation: str, criterion: str, count: int, seed: Seed) -> Pairs:
    """Draw random pairs of tasks and starting points; at these the largest curvature of a pair is 1.

    Args:
        activation: of the network, as in ``flow.Network``.
        criterion: "squared" or "cross-entropy".
        count: number of pairs, at least 1.
        seed: whole number >= 0, or a part of one. Activation and criterion have streams of their own.

    Returns:
        The pairs at their starting points. With another criterion or activation they are others.

    Raises:
        ValueError: if activation or criterion is unknown.

    Example:
        >>> pairs = scaled_pairs("tanh", "squared", 3, seed=1)
        >>> pairs.map(lambda losses, theta: sharpness(losses, theta)).round(decimals=9).tolist()
        [1.0, 1.0, 1.0]
    """
    part = (seed, activation, criterion)
    network = flow.Network(WIDTHS, activation)
    raw = random_tasks(network, count, SAMPLES, generator_of(part, "tasks"))
    raw["sharpness"] = torch.ones(count, dtype=torch.float64)
    theta = starts(network, count, part, "start", scale=SCALE)
    pairs = Pairs(scaled_losses(network, criterion), theta, raw)
    return Pairs(pairs.losses, theta, {**raw, "sharpness": pairs.map(sharpness)})
