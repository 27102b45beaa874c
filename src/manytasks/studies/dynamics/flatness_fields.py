"""Fields of two tasks trained alone, together or in turn, with the flatness term or all of order h."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from manytasks import flow
from manytasks.studies.dynamics.small_pairs import Loss

Setting: TypeAlias = Literal["alone", "together", "in turn"]  # task 1 only; the sum; one after the other
Terms: TypeAlias = Literal["none", "flatness", "all"]  # of order h

SETTINGS: tuple[Setting, ...] = ("alone", "together", "in turn")


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
        return -torch.func.grad(flow.modified_loss(own, strength, together=joint))(theta)

    return field
