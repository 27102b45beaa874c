"""Where two tasks differ inside a network: how far their copies of a layer part, against one task twice."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

CONTROL = "none"  # the dial that stands at zero: two samples of one task


def parted(
    rows: pd.DataFrame, measure: str, dial: str, widths: Sequence[int], *, share: bool = True
) -> pd.DataFrame:
    """Return how far a cosine falls below that of the same task twice, layer by layer.

    Args:
        rows: one row per seed, dial, width and private layer.
        measure: column of the cosine.
        dial: what sets the tasks apart, turned up fully.
        widths: over which the fall is averaged.
        share: whether it is 1 minus the ratio to the control of the same seed, layer and width, or the
            difference.

    Returns:
        One row per seed, one column per layer; 0 where the copies stay together as those of one task do. As
        a share, 1 where they have nothing in common.

    Raises:
        ValueError: if the control has no common part (its cosine is not positive), so that there is no share.

    Example:
        >>> rows = pd.DataFrame({"seed": 0, "width": 8, "layer": 0, "dial": ["none", "labels"]})
        >>> rows["cosine"] = [0.8, 0.2]
        >>> parted(rows, "cosine", "labels", [8]).loc[0, 0]
        np.float64(0.75)
    """
    wide = rows[rows["width"].isin(widths)].set_index(["dial", "seed", "layer", "width"])[measure]
    control, other = wide[CONTROL], wide[dial]
    if share and not (control > 0).all():
        raise ValueError(
            f"{measure}: the same task twice must have a positive cosine; got {control.min():.3g}"
        )
    fall = 1 - other / control if share else control - other
    return fall.groupby(["seed", "layer"]).mean().unstack()


def parted_both_ways(
    rows: pd.DataFrame, measure: str, dials: Sequence[str], widths: Sequence[int]
) -> pd.DataFrame:
    """Return how far a cosine falls as a share of the control and as a difference, as a tidy table.

    Args:
        rows: as for ``parted``.
        measure: column of the cosine.
        dials: what sets the tasks apart.
        widths: over which the fall is averaged.

    Returns:
        Columns "seed", "layer", "fall", "dial", and "counted": "as a share" or "as a difference".

    Example:
        >>> rows = pd.DataFrame({"seed": 0, "width": 8, "layer": 0, "dial": ["none", "labels"]})
        >>> found = parted_both_ways(rows.assign(cosine=[0.8, 0.2]), "cosine", ["labels"], [8])
        >>> found[["counted", "fall"]].round(2).to_records(index=False).tolist()
        [('as a share', 0.75), ('as a difference', 0.6)]
    """
    parts = [
        parted(rows, measure, dial, widths, share=share)
        .stack()
        .rename("fall")
        .reset_index()
        .assign(dial=dial, counted="as a share" if share else "as a difference")
        for share in (True, False)
        for dial in dials
    ]
    return pd.concat(parts, ignore_index=True)


def saved(table: pd.DataFrame, dial: str, widths: Sequence[int], measure: str = "test_loss") -> pd.DataFrame:
    """Return what it saves to give each task a layer of its own, one layer at a time.

    Args:
        table: of a sweep ``layers``, with the networks that share all layers.
        dial: what sets the tasks apart.
        widths: over which the saving is averaged.
        measure: column.

    Returns:
        One row per seed, one column per layer: of the network that shares everything minus of that in which
        this layer is private.

    Example:
        >>> table = pd.DataFrame({"seed": 0, "dial": "labels", "width": 8, "layer": [0, 0]})
        >>> table["private"], table["test_loss"] = ["no layer", "0"], [0.9, 0.4]
        >>> saved(table, "labels", [8]).loc[0, 0]
        np.float64(0.5)
    """
    once = table[(table["layer"] == 0) & (table["dial"] == dial) & table["width"].isin(widths)]
    loss = once.pivot_table(measure, index="seed", columns="private", aggfunc="mean")
    layers = sorted(set(loss.columns) & {str(layer) for layer in range(len(loss.columns))})
    return pd.DataFrame({int(layer): loss["no layer"] - loss[layer] for layer in layers})


def alone(table: pd.DataFrame) -> pd.DataFrame:
    """Choose the rows in which the layer that is measured is the only private one.

    Args:
        table: of a sweep ``layers``.

    Returns:
        Its rows.

    Example:
        >>> alone(pd.DataFrame({"private": ["no layer", "0", "every layer"], "layer": 0})).index.tolist()
        [1]
    """
    return table[table["private"] == table["layer"].astype(str)]
