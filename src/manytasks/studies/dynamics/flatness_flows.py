"""Gradients at equal loss along flows of two tasks, with the flatness term and with all of order h."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.func import grad

from manytasks.studies.dynamics.flatness_fields import SETTINGS, Setting, Terms, descended, velocity
from manytasks.studies.dynamics.small_pairs import Loss, Pairs

DURATION = 4.0
HALVINGS = 16  # of a step, when the time of a loss is looked for


class Path(NamedTuple):
    """A flow of many pairs at equal steps of time."""

    theta: Tensor
    """(steps + 1, pairs, parameters)."""
    loss: Tensor
    """(steps + 1, pairs) sum of the losses that are descended."""


def runge_kutta(pairs: Pairs, setting: Setting, terms: Terms, h: float, time: Tensor) -> Tensor:
    """Follow a flow by one classical Runge–Kutta step.

    Args:
        pairs: where the step begins.
        setting: how tasks are trained.
        terms: of order h.
        h: rate.
        time: (pairs,) length of the step.

    Returns:
        (pairs, parameters) its end.
    """
    field, step = velocity(setting, terms, h), time[:, None]
    k1 = pairs.map(field)
    k2 = pairs.at(pairs.theta + step / 2 * k1).map(field)
    k3 = pairs.at(pairs.theta + step / 2 * k2).map(field)
    k4 = pairs.at(pairs.theta + step * k3).map(field)
    return pairs.theta + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def loss_of(pairs: Pairs, setting: Setting) -> Tensor:
    """Return the sum of the losses that a setting descends.

    Args:
        pairs: tasks and parameters.
        setting: how tasks are trained.

    Returns:
        (pairs,) sums.
    """
    return pairs.map(
        lambda losses, theta: torch.stack([one(theta) for one in descended(setting, losses)]).sum()
    )


def squared_gradients(pairs: Pairs, setting: Setting) -> Tensor:
    r"""Return :math:`\log\sum_i\|g_i\|^2` over the losses that a setting descends.

    Returns:
        (pairs,) logarithms.
    """

    def squares(losses: list[Loss], theta: Tensor) -> Tensor:
        return torch.stack([grad(one)(theta).square().sum() for one in descended(setting, losses)]).sum()

    return pairs.map(squares).log()


def follow(pairs: Pairs, setting: Setting, terms: Terms, h: float, steps: int) -> Path:
    """Follow a flow for ``DURATION``.

    Args:
        pairs: where the flows begin.
        setting: how tasks are trained.
        terms: of order h.
        h: rate.
        steps: of the solver, at least 1.

    Returns:
        States and losses.
    """
    states, time = [pairs.theta], torch.full((len(pairs),), DURATION / steps, dtype=pairs.theta.dtype)
    for _ in range(steps):
        states.append(runge_kutta(pairs.at(states[-1]), setting, terms, h, time))
    return Path(torch.stack(states), torch.stack([loss_of(pairs.at(theta), setting) for theta in states]))


def at_loss(pairs: Pairs, setting: Setting, terms: Terms, h: float, path: Path, levels: Tensor) -> np.ndarray:
    """Read the gradients where a flow first comes down to a loss: the time is found inside of its step.

    Nothing is interpolated: a loss that falls fast at first lies far below a line between two times.

    Args:
        pairs: where the flows begin.
        setting: how tasks are trained.
        terms: of order h.
        h: rate.
        path: what ``follow`` returned for the same arguments.
        levels: (pairs,) of the loss, below the first.

    Returns:
        (pairs,) logarithms of squared gradients, nan where the path ends above the level.
    """
    above = (path.loss > levels).cumprod(dim=0).sum(dim=0)  # how many times, from the first on
    begin = pairs.at(path.theta[above.sub(1).clamp(max=len(path.loss) - 2), torch.arange(len(pairs))])
    early = torch.zeros_like(levels)
    late = torch.full_like(levels, DURATION / (len(path.loss) - 1))
    for _ in range(HALVINGS):
        middle = (early + late) / 2
        higher = loss_of(pairs.at(runge_kutta(begin, setting, terms, h, middle)), setting) > levels
        early, late = torch.where(higher, middle, early), torch.where(higher, late, middle)
    end = pairs.at(runge_kutta(begin, setting, terms, h, late))
    return torch.where(above < len(path.loss), squared_gradients(end, setting), torch.nan).numpy()


def flatness_changes(pairs: Pairs, h: float, steps: int) -> pd.DataFrame:
    r"""Say how terms of order h change :math:`\sum_i\|g_i\|^2` where the loss has fallen half of its way.

    Args:
        pairs: where the flows begin.
        h: rate.
        steps: of the solver, at least 8 for ``DURATION``.

    Returns:
        One row a pair, columns (setting, "flatness" or "all"): change of the logarithm against the gradient
        flow; nan if a flow does not come there. Alone, the flatness term is all; in turn without the bracket
        and together without the conflict term are one flow.
    """
    found: dict[tuple[Setting, Terms], np.ndarray] = {}
    tried: dict[Setting, list[Terms]] = {"alone": ["flatness"], "together": ["flatness", "all"]}
    for setting in SETTINGS:
        if setting in tried:  # in turn, it is that of together
            plain = follow(pairs, setting, "none", h, steps)
            levels = (plain.loss[0] + plain.loss[-1]) / 2
            base = at_loss(pairs, setting, "none", h, plain, levels)
        for terms in tried.get(setting, ["all"]):
            path = follow(pairs, setting, terms, h, steps)
            found[setting, terms] = at_loss(pairs, setting, terms, h, path, levels) - base
    found["alone", "all"] = found["alone", "flatness"]
    found["in turn", "flatness"] = found["together", "flatness"]
    return pd.DataFrame(
        {(one, terms): found[one, terms] for one in SETTINGS for terms in ("flatness", "all")}
    )
