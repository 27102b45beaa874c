"""How large the conflict term can be: of two copies of one task, and of different tasks."""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.func import grad

from manytasks import flow
from manytasks.studies.dynamics.trunk_and_heads import Parameters, TrunkLoss, TrunkPairs, inner


def conflict_of_copies(pairs: TrunkPairs) -> np.ndarray:
    """Compare the conflict term of two copies of one task with their flatness terms.

    Args:
        pairs: of which task 1 is taken twice.

    Returns:
        (pairs,) ratios, which theory says are 1.
    """

    def ratio(both: list[TrunkLoss], theta: Parameters) -> Tensor:
        twice = [both[0], both[0]]
        flat, whole = (
            flow.modified_loss(twice, 1.0, together=joint)(theta) - 2 * both[0](theta)
            for joint in (False, True)
        )
        return (whole - flat) / flat

    return pairs.map(ratio).numpy()


def cosines(pairs: TrunkPairs) -> np.ndarray:
    """Return the cosines of the gradients of both tasks over all parameters.

    Args:
        pairs: at the parameters where gradients are taken.

    Returns:
        (pairs,) numbers in [-1, 1].
    """

    def cosine(both: list[TrunkLoss], theta: Parameters) -> Tensor:
        g1, g2 = (grad(loss)(theta) for loss in both)
        return inner(g1, g2) / (inner(g1, g1) * inner(g2, g2)).sqrt()

    return pairs.map(cosine).numpy()
