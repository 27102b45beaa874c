"""The ridge equivalent on features of real images: predicted and measured, and where it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from manytasks.readers import numbers
from manytasks.streams import Seed
from manytasks.studies.features.population_fits import drawn_errors
from manytasks.studies.features.populations import Population

CELL = ["data", "samples", "ridge"]


def drawn_cells(
    populations: Mapping[str, Population],
    samples: Sequence[int],
    ridges: Sequence[float],
    *,
    draws: int,
    seed: Seed,
) -> pd.DataFrame:
    """Measure the test error of one head for several tasks, beside two predictions.

    Args:
        populations: by name of the data.
        samples: numbers N of training images of all tasks.
        ridges: penalties, at least 0.
        draws: training sets of each N.
        seed: of the run.

    Returns:
        A row per training set and ridge: ``data``, ``features``, ``leverage`` of the population, ``samples``,
        ``ridge``, ``draw``, ``error``, ``predicted`` with the covariance, ``isotropic`` without.
    """
    rows = []
    for name, population in populations.items():
        facts = {
            "data": name,
            "features": len(population.eigenvalues),
            "leverage": population.leverage(),
        }
        for N in map(int, samples):
            errors = drawn_errors(population, N, ridges, draws=draws, seed=seed)
            for ridge, column in zip(ridges, errors.T, strict=True):
                guesses = {
                    "predicted": population.predicted(N, ridge),
                    "isotropic": population.isotropic(N, ridge),
                }
                cell = facts | {"samples": N, "ridge": float(ridge)} | guesses
                rows += [cell | {"draw": r, "error": error} for r, error in enumerate(column)]
    return pd.DataFrame(rows)


def cell_gaps(drawn: pd.DataFrame) -> pd.DataFrame:
    """Say by which share the mean measured error of each cell is off each prediction.

    Args:
        drawn: what ``drawn_cells`` returned.

    Returns:
        A row per cell, in the order of the draws: its facts, ``error`` (mean over training sets), ``gap`` to
        the prediction with the covariance, ``isotropic_gap`` to the one without, and ``side``: "with ridge",
        "N below p" or "N above p".

    Example:
        >>> cell = {"data": "toy", "features": 9, "leverage": 0.5, "samples": 6, "ridge": 0.0}
        >>> cell |= {"predicted": 1.0, "isotropic": 2.0}
        >>> found = cell_gaps(pd.DataFrame([cell | {"error": error} for error in (1.0, 1.2)]))
        >>> found.gap.round(2).item(), found.side.item()
        (0.1, 'N below p')
    """
    facts = ["features", "leverage", "predicted", "isotropic"]
    groups = drawn.groupby(CELL, sort=False)
    cells = groups[facts].first().assign(error=groups["error"].agg(lambda column: column.to_numpy().mean()))
    cells = cells.assign(
        gap=cells["error"] / cells["predicted"] - 1, isotropic_gap=cells["error"] / cells["isotropic"] - 1
    ).reset_index()
    beside = np.where(cells["samples"] < cells["features"], "N below p", "N above p")
    return cells.assign(side=np.where(cells["ridge"] > 0, "with ridge", beside))


def gap_sizes(cells: pd.DataFrame) -> pd.DataFrame:
    """Say how far predictions are off, data set by data set.

    Args:
        cells: with ``data`` and ``gap``.

    Returns:
        By data, in their order: ``median`` and ``largest`` size of the gaps, ``mean`` with its sign.

    Example:
        >>> gap_sizes(pd.DataFrame({"data": "toy", "gap": [-0.5, 0.25, 0.25]})).loc["toy"].tolist()
        [0.25, 0.5, 0.0]
    """
    sizes = cells.assign(size=cells["gap"].abs()).groupby("data", sort=False)
    columns = {"median": sizes["size"].median(), "largest": sizes["size"].max(), "mean": sizes["gap"].mean()}
    return pd.DataFrame(columns)


class RidgeChoice(NamedTuple):
    """The ridge that the prediction likes best, on trial."""

    curve: np.ndarray
    """Predicted error at each ridge of the fine grid."""
    chosen: float
    """The ridge of that grid with the smallest prediction."""
    errors: np.ndarray
    """(draws, ridges) measured errors on the coarse grid."""
    gaps: np.ndarray
    """Predicted over measured less 1, at each ridge of the coarse grid."""
    price: float
    """Mean error at the chosen ridge over the best of the coarse grid, less 1."""

    @property
    def best(self) -> int:
        """Place of the ridge of the coarse grid with the smallest mean error."""
        return int(self.errors.mean(axis=0).argmin())


def choose_ridge(
    population: Population,
    N: int,
    fine: ArrayLike,
    grid: ArrayLike,
    *,
    draws: int,
    seed: Seed,
) -> RidgeChoice:
    """Take the ridge with the smallest predicted error, and compare with the best one found by measuring.

    Args:
        population: all images.
        N: training images of all tasks.
        fine: ridges at which the error is predicted.
        grid: ridges at which it is measured.
        draws: training sets, the same for all ridges.
        seed: of the run.

    Returns:
        Curve, choice and its price.
    """
    fine, grid = numbers(fine, "fine"), numbers(grid, "grid")
    curve = np.array([population.predicted(N, ridge) for ridge in fine])
    chosen = float(fine[curve.argmin()])
    errors = drawn_errors(population, N, [*grid, chosen], draws=draws, seed=seed)
    mean = errors.mean(axis=0)
    told = np.array([population.predicted(N, ridge) for ridge in grid])
    return RidgeChoice(
        curve, chosen, errors[:, :-1], told / mean[:-1] - 1, float(mean[-1] / mean[:-1].min() - 1)
    )
