"""Brackets of random pairs of bowls at random places, as the package finds them from the losses alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from manytasks import flow
from manytasks.streams import Seed, stream

REACH = 2.0  # places lie in [-2, 2]²
LEAST, MOST = (0.0, 1.0, 0.0), (1.5, 8.0, 2.0)  # angle of the axes, stiffness, distance of the minima


@dataclass(frozen=True)
class PlacedBrackets:
    """What was drawn and found; a row a place."""

    places: np.ndarray  # (points, 2)
    bowls: np.ndarray  # (points, 3) angle, stiffness and distance
    found: np.ndarray  # (points, 2) brackets

    def off(self, exact: Callable[..., Any]) -> float:
        """Return the largest difference from a formula.

        Args:
            exact: bracket of the two coordinates of a place, and of angle, stiffness and distance.

        Returns:
            Largest size over places and coordinates.
        """
        drawn = zip(self.places, self.bowls, self.found, strict=True)
        gaps = [found - np.ravel(exact(*place, *bowl)) for place, bowl, found in drawn]
        return float(np.abs(gaps).max())


def placed_brackets(losses: Sequence[Callable[..., Any]], points: int, seed: Seed) -> PlacedBrackets:
    """Take ``flow.lie_bracket`` of two losses at random places.

    Args:
        losses: of two tasks, functions of torch's (2,) place and of angle, stiffness and distance.
        points: number of places, at least 1.
        seed: whole number >= 0, or a part of one.

    Returns:
        Places, bowls and brackets.

    Example:
        >>> losses = [lambda t, a, k, d: k * t[0] ** 2 / 2, lambda t, a, k, d: (t[0] + t[1] - d) ** 2 / 2]
        >>> brackets = placed_brackets(losses, 5, seed=1)
        >>> brackets.off(lambda x, y, a, k, d: [k * x - k * (x + y - d), k * x]) < 1e-12
        True
    """
    rng, places, bowls, found = stream(seed, "places and bowls"), [], [], []
    for _ in range(points):
        places.append(rng.uniform(-REACH, REACH, 2))
        bowls.append(rng.uniform(LEAST, MOST))
        pair = [partial(_of, loss, torch.tensor(bowls[-1])) for loss in losses]
        found.append(flow.lie_bracket(pair[0], pair[1], torch.tensor(places[-1])).numpy())
    return PlacedBrackets(np.array(places), np.array(bowls), np.array(found))


def _of(loss: Callable[..., Any], bowl: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(loss(place, *bowl))
