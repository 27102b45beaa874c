"""What the measures of a pair of tasks order: its first step, and which measure leads in the long run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from manytasks.studies.networks.bracket_predictors import jackknife_order


class Widest(NamedTuple):
    """Networks of one width, loss and kind of head, after the long run."""

    size: float
    """Parameters per equation."""
    price: float
    """Mean over seeds of the median over the dial."""
    relative_bracket: float
    """Median."""
    spike: float
    """Largest curvature of task 1 over its mean one, median."""
    linear_spike: float
    """The same in a linear model of that size (Marchenko and Pastur)."""


def first_step_orders(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """Ask how well the curvature along the gradient of task 2 orders what one step on it costs.

    Args:
        rows: single steps of a sweep bracket-forgetting; at least 3 seeds.
        level: probability with which each interval covers.

    Returns:
        One row for each loss and scenario: ``correlation`` as ``jackknife_order`` has it, and ``squared``,
        whether the loss is, which has a minimum that training reaches.

    Example:
        >>> rows = pd.DataFrame({"seed": [0, 0, 1, 1, 2, 2], "width": 8, "fraction": [0.0, 1.0] * 3})
        >>> rows = rows.assign(loss="mse", scenario="task", curvature_train=[1, 2, 3, 4, 5, 6])
        >>> rows = rows.assign(forgotten_train_loss=rows["curvature_train"] / 2)
        >>> first_step_orders(rows, 0.95).iloc[0].to_dict()["squared"]
        True
    """
    found = [
        {
            "loss": loss,
            "scenario": scenario,
            "correlation": jackknife_order(part, "curvature_train", "forgotten_train_loss", level),
            "squared": loss == "mse",
        }
        for (loss, scenario), part in rows.groupby(["loss", "scenario"])
    ]
    return pd.DataFrame(found)


def leaders(orders: pd.DataFrame, target: str) -> pd.DataFrame:
    """Name the measure that ranks pairs of tasks best, for every loss and kind of head.

    Args:
        orders: what ``rank_measures`` returned.
        target: key of ``TARGETS``.

    Returns:
        By (loss, scenario): ``best``, the measure; ``order``, its interval; ``bracket``, that of the bracket.

    Example:
        >>> from manytasks.statistics import Interval
        >>> keys = pd.MultiIndex.from_tuples([("tasks", "long run, test", "mse", "task")])
        >>> low, high = Interval(0.1, 0.0, 0.2), Interval(0.9, 0.8, 1.0)
        >>> leaders(pd.DataFrame({"bracket": [low], "g2": [high]}, keys), "long run, test").best.item()
        'g2'
    """
    rows = orders.sort_index().loc[("tasks", target)]
    values = rows.map(lambda order: float(order.value))
    best = values.idxmax(axis=1)
    order = [rows.loc[key, name] for key, name in best.items()]
    return pd.DataFrame({"best": best, "order": order, "bracket": rows["bracket"]}, index=rows.index)


def widest(rows: pd.DataFrame, width: int) -> Widest:
    """Describe the networks of one width.

    Args:
        rows: long runs of one loss and scenario, with ``size`` and ``price``.
        width: of the networks.

    Returns:
        Their size, price and curvatures.

    Example:
        >>> rows = pd.DataFrame({"width": [8], "seed": 0, "size": 4.0, "price": 0.5})
        >>> rows = rows.assign(relative_curvature=0.25, sharpness_1=6.0, mean_curvature=2.0)
        >>> widest(rows, 8)
        Widest(size=4.0, price=0.5, relative_bracket=0.25, spike=3.0, linear_spike=2.25)
    """
    there = rows[rows["width"] == width]
    size = float(there["size"].median())
    return Widest(
        size,
        float(there.groupby("seed")["price"].median().mean()),
        float(there["relative_curvature"].median()),
        float((there["sharpness_1"] / there["mean_curvature"]).median()),
        float((1 + 1 / np.sqrt(size)) ** 2),
    )
