"""A loss of two parameters as a map: contour lines under walks and flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes


def landscape(
    ax: Axes,
    loss: Callable[[Any], Any],
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    points: int = 60,
    **contour: Any,
) -> None:
    """Draw contour lines of a loss.

    Args:
        ax: axes to draw on.
        loss: a scalar torch function of a vector of two parameters.
        x: least and largest value of the first.
        y: of the second.
        points: of the grid in each direction, at least 2.
        **contour: what ``Axes.contour`` takes, such as ``levels`` and ``colors``.
    """
    import torch

    across, up = np.meshgrid(np.linspace(*x, points), np.linspace(*y, points))
    grid = torch.tensor(np.stack([across, up], axis=-1).reshape(-1, 2))
    heights = torch.func.vmap(loss)(grid).numpy().reshape(across.shape)
    ax.contour(across, up, heights, **contour)
