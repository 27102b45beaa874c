"""What the bracket tells of forgetting while weight decay or replay act as well."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manytasks.studies.dynamics.small_pairs import Pairs
from manytasks.studies.dynamics.turned_bracket import explained

MECHANISMS = {
    "none": (0.0, 0.0),
    "weight decay 0.1": (0.1, 0.0),
    "weight decay 1": (1.0, 0.0),
    "weight decay 10": (10.0, 0.0),
    "replay, weight 1": (0.0, 1.0),
    "replay, weight 10": (0.0, 10.0),
}  # strengths of weight decay and of replay by name


def explained_by_bracket(pairs: Pairs, along: np.ndarray, rate: float, steps: int) -> pd.DataFrame:
    """Say how much of forgetting the bracket of the data losses predicts under each of ``MECHANISMS``.

    Args:
        pairs: where task 1 has been learned.
        along: (pairs,) minus the bracket along the gradient of task 2.
        rate: of a step on task 2.
        steps: on task 2, at least 1.

    Returns:
        One row per mechanism, by name: strengths "decay" and "replay"; "median" and quartiles "low", "high"
        over the pairs of what is predicted over what is forgotten.

    Example:
        >>> import torch
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: t.sum()
        >>> pairs = Pairs(lambda d: [one, two], torch.zeros(1, 1), {})
        >>> explained_by_bracket(pairs, np.array([1.0]), 0.5, 1)["median"].round(2).tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    rows = {
        name: (*acting, *np.quantile(explained(pairs, along, rate, steps, *acting), [0.5, 0.25, 0.75]))
        for name, acting in MECHANISMS.items()
    }
    columns = ["decay", "replay", "median", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
