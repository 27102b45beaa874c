"""What the next bytes should buy: a budget is doubled from its best division."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd


def doubling_gains(small: pd.DataFrame, large: pd.DataFrame) -> pd.DataFrame:
    """Say what twice the bytes gain, by what the new ones buy, from the best division of the smaller budget.

    Args:
        small: value of one budget: one row per seed, one column per share.
        large: the same for twice the budget. Between measured shares values are interpolated.

    Returns:
        One row per seed; columns "network", "both, in proportion", "buffer": value at the best share of the
        smaller budget minus that after the purchase.

    Example:
        >>> small = pd.DataFrame({0.0: [0.5], 0.5: [0.3], 1.0: [0.6]})
        >>> large = pd.DataFrame({0.0: [0.3], 0.5: [0.2], 1.0: [0.3]})
        >>> doubling_gains(small, large).round(2).to_dict("records")
        [{'network': 0.05, 'both, in proportion': 0.1, 'buffer': 0.05}]
    """
    held = small.mean().idxmin()
    places = {"network": held / 2, "both, in proportion": held, "buffer": (1 + held) / 2}
    shares = large.columns.to_numpy(dtype=float)
    after = {offer: [np.interp(at, shares, row) for row in large.to_numpy()] for offer, at in places.items()}
    return pd.DataFrame(after, index=large.index).rsub(small[held], axis=0)


def all_doublings(values: pd.DataFrame, stored: Sequence[str]) -> dict[tuple[str, int, int], pd.DataFrame]:
    """Return the gains of every step from a budget to the next.

    Args:
        values: of one stream: one row per way to store, budget and seed, one column per share.
        stored: ways to store, in the order of the result.

    Returns:
        Gains of ``doubling_gains`` by way to store, smaller and larger budget.

    Raises:
        ValueError: if a budget is not twice the one before.

    Example:
        >>> lines = pd.MultiIndex.from_tuples([("uint8", 64, 0), ("uint8", 128, 0)],
        ...     names=["stored", "budget", "seed"])
        >>> values = pd.DataFrame([[0.5, 0.3, 0.6], [0.3, 0.2, 0.3]], index=lines, columns=[0.0, 0.5, 1.0])
        >>> all_doublings(values, ["uint8"])["uint8", 64, 128].round(2).to_numpy()
        array([[0.05, 0.1 , 0.05]])
    """
    steps = list(pairwise(sorted(values.index.unique("budget"))))
    if odd := [step for step in steps if step[1] != 2 * step[0]]:
        raise ValueError(f"each budget must be twice the one before; got {odd[0][0]} and {odd[0][1]}")
    return {
        (how, less, more): doubling_gains(values.loc[how, less], values.loc[how, more])
        for how in stored
        for less, more in steps
    }
