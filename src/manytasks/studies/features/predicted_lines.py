"""Curves of a figure of predictions: what is predicted at many sample sizes, what was measured at a few."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from manytasks.studies.features.populations import Population
from manytasks.studies.features.predicted_cells import curves


class Line(NamedTuple):
    """One curve over sample sizes, predicted and measured."""

    predicted: pd.Series
    """Test errors by N."""
    measured: pd.DataFrame
    """Test errors, a row a training set, a column an N."""
    threshold: float
    """N at which the prediction breaks; infinite if nowhere."""


def table_lines(table: pd.DataFrame, ridges: Sequence[float], threshold: float) -> dict[float, Line]:
    """Read the curves of several ridges off a table of measured and predicted errors.

    Args:
        table: of the sweep ``ridge-equivalent-cifar100``, one grouping.
        ridges: penalties, at least 0.
        threshold: number of features, at which a fit without ridge breaks.

    Returns:
        By ridge; predictions are means over seeds.

    Example:
        >>> row = {"samples": 30, "ridge": 0.0, "together_predicted": 0.5}
        >>> table = pd.DataFrame([row | {"seed": s, "together_loss": e} for s, e in ((0, 0.4), (1, 0.6))])
        >>> line = table_lines(table, [0.0], 48)[0.0]
        >>> line.predicted.to_dict(), line.measured[30].tolist(), line.threshold
        ({30: 0.5}, [0.4, 0.6], 48)
    """
    found = curves(table, "ridge", ridges, "samples", "together_loss", "together_predicted")
    return {
        ridge: Line(said, drawn, math.inf if ridge else threshold) for ridge, (drawn, said) in found.items()
    }


def population_lines(
    population: Population, drawn: pd.DataFrame, samples: np.ndarray, ridges: Sequence[float]
) -> dict[float, Line]:
    """Predict the errors of one population at many sample sizes, beside those measured at a few.

    Args:
        population: all images.
        drawn: rows of ``drawn_cells`` for it.
        samples: numbers N of training images; those within 3 % of the number of features are left out.
        ridges: penalties, at least 0.

    Returns:
        By ridge.
    """
    width = len(population.eigenvalues)
    apart = samples[np.abs(samples / width - 1) > 0.03]
    lines = {}
    for ridge in ridges:
        predicted = pd.Series({m: population.predicted(m, ridge) for m in apart})
        rows = drawn[drawn["ridge"] == ridge]
        measured = rows.pivot(index="draw", columns="samples", values="error")
        lines[ridge] = Line(predicted, measured, width)
    return lines


def isotropic_lines(populations: Mapping[str, Population], samples: np.ndarray) -> dict[str, pd.Series]:
    """Predict the errors without ridge as if features were i.i.d., told the same signal and noise.

    Args:
        populations: by name.
        samples: numbers N of training images; those within 8 of the number of features are left out.

    Returns:
        By name, test errors by N.
    """
    lines = {}
    for name, population in populations.items():
        apart = samples[np.abs(samples - len(population.eigenvalues)) > 8]
        lines[name] = pd.Series([population.isotropic(m) for m in apart], index=apart)
    return lines
