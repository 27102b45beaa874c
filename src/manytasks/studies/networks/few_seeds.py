"""Pairs of glyphs and of digits, with few seeds: every comparison by seed, and the least sure of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from manytasks.statistics import Interval, critical_t, z_scores
from manytasks.studies.networks.pairs import change_by_seed
from manytasks.studies.networks.private import parted


def smallest_score(units: pd.DataFrame, level: float) -> Interval:
    """Score the comparison that is least surely positive.

    Args:
        units: differences, one row per seed (at least 2), one column per comparison.
        level: error rate of all comparisons together.

    Returns:
        Smallest t, give or take what it must exceed at that level: above 0 where all are surely positive.

    Example:
        >>> units = pd.DataFrame({"sure": [1.0, 1.1, 0.9], "open": [1.0, 0.0, 0.5]})
        >>> smallest_score(units, 0.02).words(".1f")
        '1.7 (−8.2 to 11.7)'
    """
    needed = critical_t(units.shape[1], len(units) - 1, level)
    return Interval.around(z_scores(units.to_numpy(), 0.0).min(), needed)


def falls_with_dials(pairs: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return how far transfer falls from strength 0 to 1, by dial, and by data set and width.

    Args:
        pairs: one row per seed, data set, width, dial and strength.
        target: column, "one head" or "two heads".

    Returns:
        One row per seed; what is not in a column's name is averaged.
    """
    by_either = (change_by_seed(pairs, target, by) for by in ("dial", ["dataset", "width"]))
    return -pd.concat(by_either, axis=1)


def cost_of_other_names(pairs: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return what is gained where all classes of the second task have other names.

    Args:
        pairs: one row per seed, data set, width, dial and strength.
        target: column, such as "two heads".

    Returns:
        One row per seed, one column.
    """
    renamed = pairs[(pairs["dial"] == "labels") & (pairs["strength"] == 1)]
    return renamed.groupby("seed")[[target]].mean()


def wider_is_closer(layers: pd.DataFrame, narrow: int, wide: int) -> pd.DataFrame:
    """Return how much closer two copies of the first layer are in a wide network than in a narrow one.

    Args:
        layers: one row per seed, dial, width and layer, with ``cosine``.
        narrow: a width.
        wide: another.

    Returns:
        One row per seed, one column per dial.
    """
    first = layers[layers["layer"] == 0].pivot(index="seed", columns=["width", "dial"], values="cosine")
    return first[wide] - first[narrow]


def head_parts_more(layers: pd.DataFrame, dials: Sequence[str], widths: Sequence[int]) -> pd.DataFrame:
    """Return how much further the copies of the head part than those of each hidden layer, as a difference.

    Args:
        layers: one row per seed, dial, width and layer, with ``cosine``; the last layer is the head.
        dials: what sets the tasks apart.
        widths: over which a fall is averaged.

    Returns:
        One row per seed, one column per dial and hidden layer.
    """
    falls = [parted(layers, "cosine", dial, widths, share=False) for dial in dials]
    return pd.concat([each.iloc[:, -1] - each[k] for each in falls for k in each.columns[:-1]], axis=1)
