"""Two quadratic tasks with two shared parameters: where flows with and without the conflict term end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, jacrev

from manytasks import flow
from manytasks.studies.dynamics.conflict_flows import WEIGHTS, with_conflict

HESSIANS = (((1.0, 0.35), (0.35, 0.3)), ((0.25, -0.1), (-0.1, 1.2)))
CENTRES = ((-1.0, 0.6), (1.0, -0.5))
OFF = (-0.3, 0.32)  # of the start from the minimum of the sum
DURATION, POINTS, STEPS = 15.0, 200, 12


@dataclass(frozen=True)
class ConflictBowls:
    """Flows and descent from one start."""

    total: Callable[[Tensor], Tensor]  # the sum of both losses
    minimum: np.ndarray  # (2,) of the sum
    lines: dict[str, np.ndarray]  # (POINTS, 2) flow by what becomes of the conflict term
    steps: np.ndarray  # (STEPS + 1, 2) of descent

    @property
    def resting(self) -> dict[str, float]:
        """Distance of the end of each flow from the minimum of the sum."""
        return {name: float(np.linalg.norm(line[-1] - self.minimum)) for name, line in self.lines.items()}


def conflict_bowls(rate: float) -> ConflictBowls:
    """Follow the flows of loss and flatness terms with each of ``WEIGHTS`` of the conflict term.

    Args:
        rate: h of a step.

    Returns:
        Flows for the time ``DURATION``, each exact: a quadratic has one Hessian, its flow is an exponential.

    Example:
        >>> {name: round(apart, 2) for name, apart in conflict_bowls(0.55).resting.items()}
        {'removed': 0.04, 'kept': 0.0, 'reversed': 0.09}
    """
    sharp, centres = (torch.tensor(each, dtype=torch.float64) for each in (HESSIANS, CENTRES))

    def bowl(i: int) -> Callable[[Tensor], Tensor]:
        return lambda p: (p - centres[i]) @ sharp[i] @ (p - centres[i]) / 2

    def total(p: Tensor) -> Tensor:
        return bowl(0)(p) + bowl(1)(p)

    minimum = torch.linalg.solve(sharp.sum(0), sharp[0] @ centres[0] + sharp[1] @ centres[1])
    origin = minimum + torch.tensor(OFF, dtype=torch.float64)
    times = torch.linspace(0, DURATION, POINTS, dtype=torch.float64)[:, None, None]
    lines = {}
    for name, weight in WEIGHTS.items():
        potential = with_conflict(weight, bowl(0), bowl(1), rate)
        bend = jacrev(grad(potential))(origin)
        rest = origin - torch.linalg.solve(bend, grad(potential)(origin))
        lines[name] = (rest + torch.linalg.matrix_exp(-times * bend) @ (origin - rest)).numpy()
    steps = torch.stack([flow.descend([total], origin, rate, k) for k in range(STEPS + 1)])
    return ConflictBowls(total, minimum.numpy(), lines, steps.numpy())
