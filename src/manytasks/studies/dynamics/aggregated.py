"""Directions made of the gradients of two tasks, and the flows that steps along them follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.deep.networks.aggregators import cagrad_weights, pcgrad_weights, upgrad_weights
from manytasks.statistics import limit_slope
from manytasks.studies.dynamics.small_pairs import Loss

RULES = ("PCGrad", "UPGrad", "CAGrad")
REACH = 0.5  # of CAGrad: how far from the mean gradient it goes, over its length
SMALL = 1e-5  # difference with which the derivative along a field is taken


def aggregate(rule: str, gradients: Tensor) -> Tensor:
    """Combine the gradients of tasks into one direction.

    Args:
        rule: one of ``RULES``; PCGrad projects the tasks in their order.
        gradients: (..., tasks, parameters).

    Returns:
        (..., parameters) sum of the gradients with the rule's weights.

    Raises:
        ValueError: if the rule is unknown.

    Example:
        >>> aggregate("PCGrad", torch.tensor([[1.0, 0.0], [-1.0, 1.0]])).tolist()
        [0.5, 1.5]
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {RULES}; got {rule!r}")
    gram = gradients @ gradients.mT
    if rule == "CAGrad":
        weights = cagrad_weights(gram, c=REACH)
    elif rule == "UPGrad":
        weights = upgrad_weights(gram)
    else:
        weights = pcgrad_weights(gram, torch.arange(gram.shape[-1]).expand(gram.shape[:-1]))
    return (weights[..., None] * gradients).sum(-2)


def powers_of_a_step(rule: str, losses: list[Loss], theta: Tensor, rates: Sequence[float]) -> list[float]:
    r"""Measure with which power of the rate one step leaves the flows of its field.

    The fields are :math:`-F` and :math:`-F - \tfrac h2 F'F`, with F the direction of the rule.

    Args:
        rule: one of ``RULES``.
        losses: of two tasks.
        theta: (parameters,) where the step begins, away from kinks of the rule.
        rates: 3 or more with one ratio between neighbours.

    Returns:
        Exponents in the limit of small rates: for the first field, theory says 2, for the second 3.
    """
    h, here = torch.as_tensor(np.asarray(rates, dtype=float))[:, None], theta.expand(len(rates), -1)

    def direction(points: Tensor) -> Tensor:
        return aggregate(rule, vmap(lambda one: torch.stack([grad(loss)(one) for loss in losses]))(points))

    def plain(points: Tensor) -> Tensor:
        return -h * direction(points)

    def corrected(points: Tensor) -> Tensor:
        value = direction(points)
        ahead, behind = direction(points + SMALL * value), direction(points - SMALL * value)
        return -h * value - h**2 / 2 * ((ahead - behind) / (2 * SMALL))

    found = []
    fields: tuple[Callable[[Tensor], Tensor], ...] = (plain, corrected)
    for field in fields:
        off = (here - h * direction(here) - flow.integrate(field, here, 1.0)).norm(dim=1)
        found.append(float(limit_slope(rates, off.numpy())))
    return found


def cosine(losses: list[Loss], theta: Tensor) -> Tensor:
    """Return the cosine of the gradients of two losses.

    Args:
        losses: of two tasks.
        theta: (parameters,).

    Returns:
        A scalar in [-1, 1].

    Example:
        >>> cosine([lambda t: t[0], lambda t: t[0] + t[1]], torch.zeros(2))
        tensor(0.7071)
    """
    g1, g2 = (grad(loss)(theta) for loss in losses)
    return torch.nn.functional.cosine_similarity(g1, g2, dim=0)
