"""Methods against the conflict of two tasks beside plain descent: changes of a loss, network by network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vjp, vmap

from manytasks.studies.dynamics.aggregated import aggregate
from manytasks.studies.dynamics.two_outputs import Students, task_losses

PLAIN = "plain descent"


@dataclass(frozen=True)
class Method:
    """A direction to descend.

    Args:
        rule: "sum", or a rule of ``aggregated.RULES``.
        conflict: λ of an explicit penalty λ⟨g₁, g₂⟩.
        flatness: μ of an explicit penalty μ/4 ‖g₁ + g₂‖².
        kept: whether the direction gets the length of the sum of the gradients.
    """

    rule: str = "sum"
    conflict: float = 0.0
    flatness: float = 0.0
    kept: bool = False


def methods(h: float) -> dict[str, Method]:
    """Return what is compared.

    Args:
        h: rate of a step, the unit of all penalties.

    Returns:
        Methods by name, plain descent first.
    """
    return {
        PLAIN: Method(),
        "PCGrad = UPGrad": Method("PCGrad"),
        "PCGrad, length of plain step": Method("PCGrad", kept=True),
        "CAGrad": Method("CAGrad"),
        "CAGrad, length of plain step": Method("CAGrad", kept=True),
        "conflict term removed, λ = −h/2": Method(conflict=-h / 2),
        "λ = −5h/2": Method(conflict=-5 * h / 2),
        "conflict term doubled, λ = +h/2": Method(conflict=h / 2),
        "λ = +5h/2": Method(conflict=5 * h / 2),
        "gradient norm, μ = −h": Method(flatness=-h),
        "gradient norm, μ = +5h": Method(flatness=5 * h),
    }


def direction(method: Method) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Return the direction of a method.

    Args:
        method: its rule and penalties; penalties act with the rule "sum" only.

    Returns:
        A function of parameters, inputs and targets of many networks; (networks, parameters).
    """

    def gradients(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return torch.stack([grad(lambda t, i=i: task_losses(t, x, y)[i])(theta) for i in (0, 1)])

    def slopes_and_bend(theta: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        g, pull_back = vjp(lambda t: gradients(t, x, y), theta)[:2]
        if method.conflict == method.flatness == 0:
            return g, torch.zeros_like(theta)
        total = g.sum(0).expand_as(g)
        return g, pull_back(method.conflict * (total - g) + method.flatness / 2 * total)[0]

    def move(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
        g, bend = vmap(slopes_and_bend)(theta, x, y)
        total = g.sum(1)
        if method.rule == "sum":
            return total + bend
        turned = aggregate(method.rule, g)
        return turned * (total.norm(dim=1) / turned.norm(dim=1))[:, None] if method.kept else turned

    return move


def log_changes(
    pupils: Students, compared: Mapping[str, Method], h: float, steps: int
) -> dict[str, dict[str, np.ndarray]]:
    """Train every network by every method, and compare the summed losses with those of plain descent.

    Args:
        pupils: where all begin.
        compared: methods by name, ``PLAIN`` among them.
        h: rate of a step.
        steps: number of steps, at least 10.

    Returns:
        For each other method, (networks,) logarithms of loss over loss, by "early" (the training loss after
        a tenth of the steps), "training" and "test".
    """
    read = {name: _train(pupils, method, h, steps) for name, method in compared.items()}
    base = read.pop(PLAIN)
    return {name: {key: np.log(found[key] / base[key]) for key in found} for name, found in read.items()}


def _train(pupils: Students, method: Method, h: float, steps: int) -> dict[str, np.ndarray]:
    move, theta, early = direction(method), pupils.theta, np.empty(0)
    for k in range(steps):
        theta = theta - h * move(theta, *pupils.train)
        if k + 1 == steps // 10:
            early = _summed(theta, pupils.train)
    return {"early": early, "training": _summed(theta, pupils.train), "test": _summed(theta, pupils.test)}


def _summed(theta: Tensor, data: tuple[Tensor, Tensor]) -> np.ndarray:
    each = vmap(task_losses)(theta, *data)
    return (each[:, 0] + each[:, 1]).numpy()
