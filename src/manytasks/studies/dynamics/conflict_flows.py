"""The conflict term removed, kept or reversed: where flows go, and what one step owes to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from manytasks import flow
from manytasks.flow.parameters import Loss, P
from manytasks.studies.dynamics.random_pairs import normal
from manytasks.studies.dynamics.trunk_and_heads import Parameters, TrunkPairs, losses

WEIGHTS = {"removed": 0.0, "kept": 1.0, "reversed": -1.0}  # of the conflict term
OBSERVED = ("product", "cosine", "loss")
EVERY = 10  # steps between two readings


def with_conflict(weight: float | Tensor, one: Loss[P], two: Loss[P], h: float) -> Callable[[P], Tensor]:
    """Return loss and flatness terms of two tasks learned together, plus so much of the conflict term.

    Args:
        weight: of the conflict term; 1 is the modified loss of descent.
        one: loss of task 1.
        two: loss of task 2.
        h: rate of a step.

    Returns:
        A function of the parameters.

    Example:
        >>> one, two = lambda t: t[0], lambda t: t[0] + t[1]
        >>> [float(with_conflict(w, one, two, 2.0)(torch.zeros(2))) for w in (-1, 0, 1)]
        [0.5, 1.5, 2.5]
    """
    flat, whole = (flow.modified_loss([one, two], h, together=joint) for joint in (False, True))
    return lambda theta: flat(theta) + weight * (whole(theta) - flat(theta))


def aligned_pushes(
    angles: Sequence[float], generator: torch.Generator, size: int = 6, h: float = 0.01
) -> np.ndarray:
    r"""Measure what one step owes to the conflict term of two quadratics whose gradients have a known cosine.

    The tasks are :math:`\tfrac12 \theta^\top H_i \theta + \langle g_i, \theta \rangle` with unit gradients at
    0. The step is compared with the gradient flow of the sum; what the flatness terms do is taken off.

    Args:
        angles: cosines of the gradients, in [-1, 1].
        generator: of the Hessians and of the frame in which the gradients turn.
        size: number of parameters, at least 2.
        h: rate of the step.

    Returns:
        (angles,) displacement along :math:`H_1 g_2 + H_2 g_1`, over :math:`h^2/2` times its length; theory
        says -1, up to the order h.

    Example:
        >>> aligned_pushes([0.0, 1.0], torch.Generator().manual_seed(1), h=1e-3).round(2)
        array([-1., -1.])
    """
    roots = [normal(generator, size, size) for _ in range(2)]
    first, second = (root @ root.T / size for root in roots)
    frame = torch.linalg.qr(normal(generator, size, size))[0]
    start, found = torch.zeros(size, dtype=torch.float64), []
    for cosine in angles:
        u, w = frame[:, 0], cosine * frame[:, 0] + np.sqrt(1 - cosine**2) * frame[:, 1]

        def total(q: Tensor, u: Tensor = u, w: Tensor = w) -> Tensor:
            return (q @ first @ q / 2 + u @ q) + (q @ second @ q / 2 + w @ q)

        stepped = flow.descend([total], start, h)
        plain = flow.integrate(lambda q, f=total: -grad(f)(q), start, h)  # type: ignore[misc]
        left_over = stepped - plain + h**2 / 2 * (first @ u + second @ w)
        direction = first @ w + second @ u
        found.append(float(left_over @ direction / direction.square().sum() / (h**2 / 2)))
    return np.array(found)


def follow(pairs: TrunkPairs, weights: Sequence[float], rate: float, pace: float, steps: int) -> np.ndarray:
    """Follow the flows of several weights of the conflict term, in small explicit steps.

    Args:
        pairs: where all begin.
        weights: of the conflict term.
        rate: h of the modified loss.
        pace: time of an explicit step.
        steps: number of these.

    Returns:
        (weights, readings, pairs, 3) numbers of ``OBSERVED``, every 10 steps from the start: inner product
        and cosine of the gradients in the shared parameters, and the sum of the losses.
    """

    def potential(theta: Parameters, data: dict[str, Tensor], weight: Tensor) -> Tensor:
        one, two = losses(data)
        return with_conflict(weight, one, two, rate)(theta)

    def observed(theta: Parameters, data: dict[str, Tensor]) -> Tensor:
        one, two = losses(data)
        g1, g2 = grad(one)(theta)["trunk"], grad(two)(theta)["trunk"]
        product = (g1 * g2).sum()
        return torch.stack([product, product / g1.norm() / g2.norm(), one(theta) + two(theta)])

    slope = vmap(vmap(grad(potential), (0, 0, None)), (0, None, 0))
    observe = vmap(vmap(observed), (0, None))
    theta = {name: value.expand(len(weights), *value.shape) for name, value in pairs.theta.items()}
    chosen, rows = torch.tensor([float(weight) for weight in weights]), []
    for k in range(steps + 1):
        if k % EVERY == 0:
            rows.append(observe(theta, pairs.data))
        move = slope(theta, pairs.data, chosen)
        theta = {name: theta[name] - pace * move[name] for name in theta}
    return torch.stack(rows, 1).numpy()
