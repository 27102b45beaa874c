"""How what is forgotten moves with the width: its slope over doublings, and where most is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from manytasks.studies.networks.transfer import slope_by_seed


def slope_per_doubling(values: pd.Series, widths: Sequence[int]) -> pd.Series:
    """Fit a straight line over the logarithm of the width to every learner.

    Args:
        values: indexed by ``width`` and whatever else names a learner.
        widths: that count, at least two.

    Returns:
        What a doubling of the width adds, for all that is left of the index.

    Example:
        >>> index = pd.MultiIndex.from_product([[8, 16, 64], [0]], names=["width", "seed"])
        >>> slope_per_doubling(pd.Series([3.0, 2.5, 1.5], index), [8, 16, 64]).round(2).to_dict()
        {0: -0.5}
    """
    wide = values.unstack("width")[list(widths)]
    return slope_by_seed(wide.set_axis(np.log2(wide.columns.to_numpy(dtype=float)), axis=1))


def summits(learners: pd.DataFrame, case: str) -> pd.DataFrame:
    """Find the width at which most is forgotten.

    Args:
        learners: of ``by_learner``, indexed by the case, ``width`` and whatever else names a learner.
        case: level of the index, such as "noise".

    Returns:
        By case and measure, the width with the largest mean.

    Example:
        >>> index = pd.MultiIndex.from_product([[0.0, 0.2], [8, 256], [0]], names=["noise", "width", "seed"])
        >>> summits(pd.DataFrame({"loss": [1.0, 0.5, 1.0, 2.0]}, index), "noise")["loss"].to_dict()
        {0.0: 8, 0.2: 256}
    """
    curves = learners.groupby([case, "width"]).mean().unstack("width")
    return pd.DataFrame({measure: curves[measure].idxmax(axis=1) for measure in learners})
