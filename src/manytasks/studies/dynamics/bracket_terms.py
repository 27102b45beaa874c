"""The bracket beside the other terms of the modified equation: how long it is, and whom it works against."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.func import grad

from manytasks import flow
from manytasks.studies.dynamics.small_pairs import Loss, Pairs

TERMS = ("order 0", "bracket", "flatness", "order 2")


def term_lengths(pairs: Pairs) -> pd.DataFrame:
    """Measure the terms of the modified field of two tasks at rate 1.

    Args:
        pairs: at the parameters where the terms are taken.

    Returns:
        A row a pair; the lengths of the field of order 0, of half of the bracket, of the other terms of order
        h, and of those of order h². They grow with h to the power 0, 1, 1 and 2.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> term_lengths(Pairs(lambda d: [one, two], torch.ones(1, 2), {}))["bracket"].tolist()
        [0.707...]
    """

    def lengths(losses: list[Loss], theta: Tensor) -> Tensor:
        zero, one, two = (flow.modified_field(losses, 1.0, k)(theta) for k in (0, 1, 2))
        half_bracket = flow.lie_bracket(losses[0], losses[1], theta) / 2
        terms = (zero, half_bracket, one - zero - half_bracket, two - one)
        return torch.stack([term.norm() for term in terms])

    return pd.DataFrame(pairs.map(lengths).numpy(), columns=list(TERMS))


def _flatness_slope(losses: list[Loss], theta: Tensor) -> Tensor:
    """Return the gradient of the squared gradients of two losses."""
    a, b = losses
    return grad(lambda s: grad(a)(s).square().sum() + grad(b)(s).square().sum())(theta)


def push_against_flatness(pairs: Pairs) -> np.ndarray:
    r"""Measure how fast the bracket raises what the flatness term lowers, :math:`F = \|g_1\|^2 + \|g_2\|^2`.

    The bracket moves F at the rate :math:`\tfrac h2 \langle \nabla F, [g_1, g_2] \rangle`, the flatness term
    at the rate :math:`-\tfrac h4 \|\nabla F\|^2`.

    Args:
        pairs: at the parameters where both are taken.

    Returns:
        (pairs,) the first rate over the size of the second: above 0 the bracket works against flatness,
        above 1 it outweighs the flatness term.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> push_against_flatness(Pairs(lambda d: [one, two], torch.ones(1, 2), {})).round(3)
        array([-0.024], dtype=float32)
    """

    def ratio(losses: list[Loss], theta: Tensor) -> Tensor:
        slope = _flatness_slope(losses, theta)
        return 2 * slope @ flow.lie_bracket(losses[0], losses[1], theta) / slope.square().sum()

    return pairs.map(ratio).numpy()


def pushed_alike(pairs: Pairs) -> int:
    """Count the pairs in which both orders of the tasks work against flatness, or neither does.

    Args:
        pairs: at the parameters where the brackets are taken.

    Returns:
        A number that theory says is 0, for the bracket of the tasks turned around has the opposite sign.

    Example:
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> pushed_alike(Pairs(lambda d: [one, two], torch.ones(1, 2), {}))
        0
    """

    def rate(turn: int, losses: list[Loss], theta: Tensor) -> Tensor:
        a, b = losses[::turn]
        return _flatness_slope([a, b], theta) @ flow.lie_bracket(a, b, theta)

    rates = [pairs.map(partial(rate, turn)) for turn in (1, -1)]
    return int((torch.sign(rates[0]) == torch.sign(rates[1])).sum())


def trained_together(pairs: Pairs, steps: int, rate: float) -> Pairs:
    """Descend the sum of the two losses.

    Args:
        pairs: where descent begins.
        steps: number of steps, at least 0.
        rate: of a step.

    Returns:
        The same tasks at the ends.

    Example:
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: (t**2).sum() / 2
        >>> trained_together(Pairs(lambda d: [one, two], torch.ones(1, 1), {}), 2, 0.25).theta
        tensor([[0.2500]])
    """
    return pairs.at(
        pairs.map(
            lambda losses, theta: flow.descend([lambda s: losses[0](s) + losses[1](s)], theta, rate, steps)
        )
    )
