"""Two quadratic bowls whose axes do not agree: one step on each, in both orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from manytasks import flow

ANGLES, CURVATURES = (0.1, 0.95), (1.0, 0.05)
CENTRES = ((-0.5, 1.3), (0.9, -1.2))
START = (0.9, 1.3)


@dataclass(frozen=True)
class Parallelogram:
    """Two steps in either order from one start."""

    bowls: list[Callable[[Tensor], Tensor]]
    walks: dict[tuple[int, int], np.ndarray]  # by order of the bowls, (3, 2): start, corner, end
    gap: np.ndarray  # (2,) h² times the bracket at the start: from the formula, not from the walks


def parallelogram(step: float) -> Parallelogram:
    """Walk along the first field and then the second, and the other way round.

    Args:
        step: rate h of both steps.

    Returns:
        The walks; for these quadratics the gap is exactly the end of the first less that of the second.

    Example:
        >>> found = parallelogram(0.9)
        >>> found.walks[0, 1][-1] - found.walks[1, 0][-1] - found.gap < 1e-12
        array([ True,  True])
    """
    centres, start = (torch.tensor(points, dtype=torch.float64) for points in (CENTRES, START))
    bowls = [_bowl(torch.tensor(_bent(a)), centre) for a, centre in zip(ANGLES, centres, strict=True)]
    walks = {}
    for i, j in ((0, 1), (1, 0)):
        corner = flow.descend([bowls[i]], start, step)
        walks[i, j] = torch.stack([start, corner, flow.descend([bowls[j]], corner, step)]).numpy()
    gap = step**2 * flow.lie_bracket(bowls[0], bowls[1], start)
    return Parallelogram(bowls, walks, gap.numpy())


def _bent(angle: float) -> np.ndarray:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(turn @ np.diag(CURVATURES) @ turn.T)


def _bowl(hessian: Tensor, centre: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda t: (t - centre) @ hessian @ (t - centre) / 2
