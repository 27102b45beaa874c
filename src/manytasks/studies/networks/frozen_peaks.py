"""The peak of fits on frozen features: what raises it, and how it goes away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from manytasks.deep.sweeps.random_features import minimum_norm_fit
from manytasks.streams import Seed, stream
from manytasks.studies.networks.frozen_features import FrozenDraw, frozen_draw

SPENT = 0.9  # squared error of predicting nothing: the mean square of centred one-hot labels
RIDGE = 1e-3  # of the mean squared norm
KINDS = ("real labels", "real labels, ridge", "linear labels")


def rises(rows: pd.DataFrame, by: str) -> np.ndarray:
    """Say how much the mean log error rises from the lowest to the highest level of a column.

    Args:
        rows: of the sweep ``random-features``, of the places that count.
        by: column, such as "noise".

    Returns:
        By seed.

    Example:
        >>> rows = pd.DataFrame({"seed": 0, "noise": [0.0, 0.1, 0.2], "test_loss": np.exp([1.0, 9.0, 3.0])})
        >>> rises(rows, "noise").round(6).tolist()
        [2.0]
    """
    logs = rows.assign(log_error=np.log(rows["test_loss"]))
    levels = logs.groupby(["seed", by])["log_error"].mean().unstack()
    return (levels.iloc[:, -1] - levels.iloc[:, 0]).to_numpy()


def peak_places(median: pd.Series, method: str) -> list[int]:
    """Return where the median error is largest.

    Args:
        median: by ``method``, whatever names a curve, and ``features``.
        method: one of the methods.

    Returns:
        All places of the curves' maxima, each once.

    Example:
        >>> index = pd.MultiIndex.from_product([["alone"], [0.0, 0.1], [2, 4]])
        >>> peak_places(pd.Series([1.0, 3.0, 2.0, 5.0], index), "alone")
        [4]
    """
    return [int(place) for place in median[method].unstack().idxmax(axis=1).unique()]


def three_errors(draw: FrozenDraw, *, seed: Seed) -> list[float]:
    """Fit clean labels in three ways.

    Args:
        draw: features and labels.
        seed: of a teacher, whose labels are linear in the features and as large as the real ones.

    Returns:
        Test errors of ``KINDS``: real labels, the same with a little ridge, labels of the teacher.
    """
    train, test, y, truth = draw
    N, p = train.shape
    teacher = stream(seed, "teacher", p).standard_normal((p, y.shape[1]))
    teacher *= np.sqrt(SPENT / np.square(test @ teacher).sum(1).mean())
    fitted = minimum_norm_fit(train, np.column_stack([y, train @ teacher]))
    ridge = RIDGE * np.square(train).sum() / N
    damped = train.T @ np.linalg.solve(train @ train.T + ridge * np.eye(N), y)
    misses = (
        test @ fitted[:, : y.shape[1]] - truth,
        test @ damped - truth,
        test @ (fitted[:, y.shape[1] :] - teacher),
    )
    return [float(np.square(miss).sum(1).mean()) for miss in misses]


def errors_of_equal_tasks(
    tasks: int, samples: int, widths: Sequence[int], widest: int, *, draws: int, seed: int
) -> dict[str, np.ndarray]:
    """Fit equal tasks with clean labels in three ways, at several widths.

    Args:
        tasks: number of tasks.
        samples: of each task.
        widths: numbers of features.
        widest: width of the layer whose first features these are.
        draws: of digits and layers.
        seed: of the run.

    Returns:
        By ``KINDS``, (draws, widths) test errors.
    """
    found = np.empty((draws, len(widths), len(KINDS)))
    for r in range(draws):
        draw = frozen_draw(tasks, samples, 0.0, widest, seed=(seed, "break", r))
        found[r] = [three_errors(draw.first(int(p)), seed=(seed, "break", r)) for p in widths]
    return dict(zip(KINDS, np.moveaxis(found, 2, 0), strict=True))


def bump(errors: np.ndarray, beside: np.ndarray, away: np.ndarray) -> float:
    """Compare the median error beside a threshold with that of another place.

    Args:
        errors: (draws, widths) array.
        beside: (widths,) which places lie beside it.
        away: (widths,) the other place.

    Returns:
        Ratio; 1 where there is no bump.

    Example:
        >>> bump(np.array([[1.0, 2.0, 4.0]]), np.array([False, True, True]), np.array([True, False, False]))
        3.0
    """
    middle = np.median(errors, axis=0)
    return float(middle[beside].mean() / middle[away].mean())


def transfer_by_share(rows: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """Return the error of fits to one task minus that of the pooled fit.

    Args:
        rows: of the sweep ``random-features`` and one noise.

    Returns:
        By share of permuted pixels: one row per seed, one column per number of features, mean over tasks.

    Example:
        >>> rows = pd.DataFrame({"seed": 0, "fraction": 0.5, "features": 64, "task": 0,
        ...     "method": ["single-task", "multi-task"], "test_loss": [0.5, 0.25]})
        >>> transfer_by_share(rows)[0.5].loc[0, 64]
        np.float64(0.25)
    """
    places = ["seed", "fraction", "features"]
    errors = rows.pivot_table(index=places, columns="method", values="test_loss")
    gains = (errors["single-task"] - errors["multi-task"]).unstack()
    return {float(share): gains.xs(share, level="fraction") for share in gains.index.unique("fraction")}
