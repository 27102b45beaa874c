"""How well Taylor's formula foretells what the first steps on task 2 cost networks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from manytasks.statistics import Interval
from manytasks.studies.networks.two_tasks import with_first_steps


def spreads(rows: pd.DataFrame, widths: Sequence[int]) -> pd.DataFrame:
    """Hold the measured forgetting of short runs against the formula, width by width.

    Args:
        rows: short runs of a sweep bracket-forgetting, as ``with_first_steps`` takes them.
        widths: that are compared.

    Returns:
        By loss, run and width: ``ratio``, the median of measured over foretold with its 10 and 90 % quantiles
        over pairs; ``first_order``, the median part of the first term.

    Example:
        >>> row = {"loss": "mse", "run": "short", "width": 4, "duration": 1.0, "rate": 4.0, "inner": -1.0}
        >>> row |= {"curvature_train": 6.0, "along": 5.0, "forgotten_train_loss": 2.0}
        >>> found = spreads(pd.DataFrame([row, row | {"forgotten_train_loss": 4.0}]), [4]).iloc[0]
        >>> found.ratio.words(".2f"), float(found.first_order)
        ('0.75 (0.55 to 0.95)', 0.25)
    """
    known = with_first_steps(rows[rows["width"].isin(widths)])
    found = {
        key: {
            "ratio": Interval(*part["ratio"].quantile([0.5, 0.1, 0.9])),
            "first_order": part["first_order"].median(),
        }
        for key, part in known.groupby(["loss", "run", "width"], sort=False)
    }
    return pd.DataFrame.from_dict(found, orient="index").rename_axis(["loss", "run", "width"])
