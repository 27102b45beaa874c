"""Can a conflict term longer than the gradient keep the loss from falling? States along a training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.func import grad, jacrev

from manytasks import flow
from manytasks.studies.dynamics.second_task import Data, descend_pairs
from manytasks.studies.dynamics.small_pairs import Loss, Pairs, stacked

SPEEDS = ("kept", "removed", "alone")  # the conflict term in the flow


def opposed_pairs(network: flow.Network, theta: Tensor, x: Tensor, y1: Tensor, y2: Tensor) -> Pairs:
    """Pair tasks with the same inputs and all parameters shared: they cannot both be learned.

    Args:
        network: that learns.
        theta: (pairs, parameters).
        x: (pairs, samples, inputs).
        y1: (pairs, samples, outputs) targets of task 1.
        y2: targets of task 2.

    Returns:
        The pairs.
    """

    def losses(data: Data) -> list[Loss]:
        return [network.squared_loss(data["x"], data[name]) for name in ("y1", "y2")]

    return Pairs(losses, theta, {"x": x, "y1": y1, "y2": y2})


def states(pairs: Pairs, rate: float, moments: Sequence[int]) -> Pairs:
    """Train on the sum of the losses and stop at several moments.

    Args:
        pairs: where training begins.
        rate: of a step.
        moments: numbers of steps, at least 0.

    Returns:
        The pairs at the first moment, then at the second, …

    Example:
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: (t**2).sum() / 2
        >>> pairs = Pairs(lambda d: [one, two], torch.ones(1, 1), {})
        >>> states(pairs, 0.25, [0, 1, 2]).theta.flatten().tolist()
        [1.0, 0.5, 0.25]
    """

    def total(theta: Tensor, data: Data) -> Tensor:
        one, two = pairs.losses(data)
        return one(theta) + two(theta)

    kept = descend_pairs(pairs.theta, pairs.data, total, rate, moments)
    return stacked([pairs.at(kept[k]) for k in moments])


def speeds(pairs: Pairs, rate: float) -> pd.DataFrame:
    r"""Measure how fast the sum of the losses falls along flows with and without the conflict term.

    Args:
        pairs: at the parameters where speeds are taken.
        rate: h of the modified loss :math:`L + F + K`.

    Returns:
        A row a pair. "dominance": length of :math:`\nabla K` over that of the gradient g of L. "kept",
        "removed", "alone": :math:`-dL/dt / \|g\|^2` along the flows of L + F + K, L + F and L + K.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: t[0] ** 2 / 2
        >>> speeds(Pairs(lambda d: [one, two], torch.ones(1, 1), {}), 1.0).round(2).iloc[0].tolist()
        [0.5, 2.0, 1.5, 1.5]
    """

    def measured(losses: list[Loss], theta: Tensor) -> Tensor:
        g = sum((grad(loss)(theta) for loss in losses), torch.zeros_like(theta))
        flat, both = (
            grad(flow.modified_loss(losses, rate, together=joint))(theta) - g for joint in (False, True)
        )
        term = both - flat
        along = [1 + g @ push / (g @ g) for push in (both, flat, term)]
        return torch.stack([term.norm() / g.norm(), *along])

    return pd.DataFrame(pairs.map(measured).numpy(), columns=["dominance", *SPEEDS])


def bends(pairs: Pairs) -> np.ndarray:
    """Measure how the sum of the losses bends along its own gradient.

    Args:
        pairs: at the parameters where curvatures are taken.

    Returns:
        (pairs, 2): the curvature along the gradient, and the largest in size.

    Example:
        >>> one, two = lambda t: t[0] ** 2, lambda t: -(t[1] ** 2) / 2
        >>> bends(Pairs(lambda d: [one, two], torch.tensor([[0.0, 1.0]]), {})).tolist()
        [[-1.0, 2.0]]
    """

    def measured(losses: list[Loss], theta: Tensor) -> Tensor:
        def total(t: Tensor) -> Tensor:
            return losses[0](t) + losses[1](t)

        g, H = grad(total)(theta), jacrev(grad(total))(theta)
        return torch.stack([g @ H @ g / (g @ g), torch.linalg.eigvalsh(H).abs().max()])

    return pairs.map(measured).numpy()


def rising(found: pd.DataFrame, bent: np.ndarray, rate: float, products: Sequence[float]) -> list[int]:
    r"""Count the states in which the conflict term is longer than the gradient and the loss rises.

    Along the flow of the modified loss the speed is :math:`1 + \tfrac h2\, g^\top H g / \|g\|^2`, and the
    conflict term grows in proportion to the rate.

    Args:
        found: what ``speeds`` returned.
        bent: what ``bends`` returned.
        rate: at which the speeds were taken.
        products: of a rate and the largest curvature.

    Returns:
        Number of states, by product.

    Example:
        >>> rising(pd.DataFrame({"dominance": [2.0]}), np.array([[-1.0, 2.0]]), 1.0, [1.0, 3.0, 5.0])
        [0, 0, 1]
    """
    along, largest = bent.T
    return [
        int(((1 + product / 2 * along / largest < 0) & (found["dominance"] * product / largest > rate)).sum())
        for product in products
    ]
