"""Redrawn readings of the error matrix against the theorem, point by point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from manytasks.statistics import noticed, z_scores
from manytasks.studies.linear.replay_draws import Point


def score_points(points: Sequence[Point], critical: float) -> tuple[np.ndarray, float]:
    """Compare both readings of every point with the theorem.

    Args:
        points: what ``redrawn`` returned, each with its own draws.
        critical: size of a score that counts as a departure.

    Returns:
        The scores, error and forgetting by turns, and the departure that would be noticed in any of them,
        as a share of the error.

    Example:
        >>> from manytasks import Tasks
        >>> from manytasks.studies.linear.replay_draws import redrawn
        >>> points = redrawn({"pair": Tasks.equiangular(2, 0.5)}, 5, [0], [30], 0.1, trials=60, seed=1)
        >>> scores, seen = score_points(points, 4.0)
        >>> scores.shape, 0 < seen < 1
        ((4,), True)
    """
    scores, seen = [], []
    for point in points:
        for drawn, exact in zip(point.drawn, point.exact, strict=True):
            scores.append(z_scores(drawn, exact))
            seen.append(noticed(drawn, point.exact.error, critical))
    return np.array(scores), max(seen)
