"""Gradients at equal loss along flows of two tasks, with the flatness term and with all of order h."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.func import grad

from manytasks import flow
from manytasks.studies.small_pairs import Loss, Pairs

Setting: TypeAlias = Literal["alone", "together", "in turn"]  # task 1 only; the sum; one after the other
Terms: TypeAlias = Literal["none", "flatness", "all"]  # of order h

SETTINGS: tuple[Setting, ...] = ("alone", "together", "in turn")
DURATION = 4.0


def descended(setting: Setting, losses: list[Loss]) -> list[Loss]:
    """Return the losses whose sum a setting descends.

    Args:
        setting: which.
        losses: of both tasks.

    Returns:
        The first, or both.
    """
    return losses[:1] if setting == "alone" else losses


def velocity(setting: Setting, terms: Terms, h: float) -> Callable[[list[Loss], Tensor], Tensor]:
    r"""Return the field of the gradient flow, with the flatness term, or with everything of order h.

    The flatness term is :math:`-\frac h4\sum_i\nabla\|g_i\|^2`. All of order h has the conflict term besides
    if tasks are trained together, and the bracket if they are trained in turn.

    Args:
        setting: how tasks are trained.
        terms: of order h.
        h: rate.

    Returns:
        A function of both losses and the parameters.

    Example:
        >>> one, two = (lambda t: (t**2).sum() / 2), (lambda t: -t.sum())
        >>> together = (velocity("together", terms, 0.2) for terms in ("none", "flatness", "all"))
        >>> [round(float(field([one, two], torch.tensor([2.0]))), 3) for field in together]
        [-1.0, -1.2, -1.1]
    """

    def field(losses: list[Loss], theta: Tensor) -> Tensor:
        own = descended(setting, losses)
        if (setting, terms) == ("in turn", "all"):
            return flow.modified_field(own, h, 1)(theta)
        strength = 0.0 if terms == "none" else h
        joint = (setting, terms) == ("together", "all")
        return -grad(flow.modified_loss(own, strength, together=joint))(theta)

    return field


def readings(pairs: Pairs, setting: Setting, terms: Terms, h: float, steps: int) -> np.ndarray:
    """Follow a flow by classical Runge–Kutta steps, and read loss and gradients.

    Args:
        pairs: where the flows begin.
        setting: how tasks are trained.
        terms: of order h.
        h: rate.
        steps: of the solver, for ``DURATION``.

    Returns:
        (steps + 1, pairs, 2): sum of the losses, logarithm of the sum of their squared gradients.
    """
    field, step = velocity(setting, terms, h), DURATION / steps

    def read(losses: list[Loss], theta: Tensor) -> Tensor:
        own = descended(setting, losses)
        squares = torch.stack([grad(one)(theta).square().sum() for one in own]).sum()
        return torch.stack([torch.stack([one(theta) for one in own]).sum(), squares.log()])

    theta, rows = pairs.theta, []
    for _ in range(steps + 1):
        rows.append(pairs.at(theta).map(read))
        k1 = pairs.at(theta).map(field)
        k2 = pairs.at(theta + step / 2 * k1).map(field)
        k3 = pairs.at(theta + step / 2 * k2).map(field)
        k4 = pairs.at(theta + step * k3).map(field)
        theta = theta + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return torch.stack(rows).numpy()


def at_loss(path: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Read the gradients where each flow has come down to a level of its loss.

    Args:
        path: (times, pairs, 2) what ``readings`` returned; losses fall.
        levels: (pairs,) of the loss.

    Returns:
        (pairs,) logarithms of squared gradients, interpolated in the loss.

    Example:
        >>> at_loss(np.array([[[4.0, 1.0]], [[2.0, 0.0]]]), np.array([3.0]))
        array([0.5])
    """
    pairs = enumerate(levels)
    return np.array([np.interp(-level, -path[:, i, 0], path[:, i, 1]) for i, level in pairs])


def flatness_changes(pairs: Pairs, h: float, steps: int) -> pd.DataFrame:
    r"""Say how terms of order h change :math:`\sum_i\|g_i\|^2` where the loss has fallen half of its way.

    Args:
        pairs: where the flows begin.
        h: rate.
        steps: of the solver, at least 8 for ``DURATION``.

    Returns:
        One row a pair, columns (setting, "flatness" or "all"): change of the logarithm against the gradient
        flow at the same loss. Alone, the flatness term is all. In turn without the bracket and together
        without the conflict term are one flow.
    """
    paths = {("alone", terms): readings(pairs, "alone", terms, h, steps) for terms in ("none", "flatness")}
    for terms in ("none", "flatness", "all"):
        paths["together", terms] = readings(pairs, "together", terms, h, steps)
    paths |= {("in turn", terms): paths["together", terms] for terms in ("none", "flatness")}
    paths["in turn", "all"] = readings(pairs, "in turn", "all", h, steps)
    paths["alone", "all"] = paths["alone", "flatness"]
    changes = {}
    for setting in SETTINGS:
        plain = paths[setting, "none"]
        levels = (plain[0, :, 0] + plain[-1, :, 0]) / 2
        for terms in ("flatness", "all"):
            changes[setting, terms] = at_loss(paths[setting, terms], levels) - at_loss(plain, levels)
    return pd.DataFrame(changes)
