"""Gradient descent that is stopped: its error after a number of steps, and the steps that arriving takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from manytasks.simulate.direct import excess_risk
from manytasks.studies.linear.descent import PooledData, curvatures


def stopped_errors(data: PooledData, stops: Sequence[int], widths: Sequence[int], trials: int) -> np.ndarray:
    """Stop descent from zero at rate 1/λ₁ after so many steps; the same data sets serve all stops.

    After k steps a share 1 - (1 - λ/λ₁)^k of each coordinate of the limit is there.

    Args:
        data: the tasks.
        stops: numbers of steps.
        widths: numbers of parameters.
        trials: data sets per width.

    Returns:
        (stops, trials, widths) excess risk, mean over tasks.

    Example:
        >>> stopped_errors(PooledData(np.eye(2), np.array([2, 2]), 0.1, 1), [0], [5], 2).tolist()
        [[[1.0], [1.0]]]
    """
    errors = np.empty((len(stops), trials, len(widths)))
    for column, p in enumerate(widths):
        X, y = data.draw(p, trials, "early stopping")
        U, s, Vt = np.linalg.svd(X, full_matrices=False)
        curvature = s**2 / data.N
        along = (Vt @ y[..., None])[..., 0] / s  # coordinates of the limit
        for row, k in enumerate(stops):
            share = 1 - (1 - curvature / curvature[:, :1]) ** k
            w = (U @ (share * along)[..., None])[..., 0]
            errors[row, :, column] = excess_risk(w, data.vectors).mean(axis=1)
    return errors


def steps_to_arrive(data: PooledData, widths: Sequence[int], trials: int, tolerance: float) -> np.ndarray:
    """Draw the numbers of steps that the best rate needs.

    Args:
        data: the tasks.
        widths: numbers of parameters.
        trials: data sets per width.
        tolerance: wanted relative distance to the limit, in (0, 1).

    Returns:
        (trials, widths) steps, not rounded.

    Example:
        >>> steps_to_arrive(PooledData(np.eye(2), np.array([2, 2]), 0.1, 1), [5, 400], 9, 1e-8).shape
        (9, 2)
    """
    needed = np.empty((trials, len(widths)))
    for column, p in enumerate(widths):
        top, bottom = curvatures(data.draw(p, trials, "steps").X)
        needed[:, column] = np.log(tolerance) / np.log(1 - 2 * bottom / (top + bottom))
    return needed


def foretold_steps(N: int, p: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the steps that the spectrum of Marchenko and Pastur foretells for large N.

    The condition number tends to ((√p + √N)/(√p - √N))².

    Args:
        N: number of samples.
        p: numbers of parameters, all above N.
        tolerance: wanted relative distance to the limit, in (0, 1).

    Returns:
        Array with the shape of p.

    Example:
        >>> foretold_steps(100, np.array([400, 10_000]), 1e-8).round(1)
        array([82.6, 11.4])
    """
    condition = ((np.sqrt(p) + np.sqrt(N)) / (np.sqrt(p) - np.sqrt(N))) ** 2
    return np.log(tolerance) / np.log((condition - 1) / (condition + 1))
