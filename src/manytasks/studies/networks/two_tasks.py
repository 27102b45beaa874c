"""What learning a second task costs the first, against width: numbers by seed, over a dial of similarity."""

from __future__ import annotations

import numpy as np
import pandas as pd


def with_price(rows: pd.DataFrame, classes: int) -> pd.DataFrame:
    """Add what is compared between data sets: size and price.

    Args:
        rows: of the sweep bracket-forgetting, on any data set; a task has ten times ``per_class`` samples.
        classes: outputs of a network, so many equations a sample.

    Returns:
        The same with ``size``, parameters per equation; ``price``, the forgotten training loss over what
        there was to learn, the loss of task 2 before it; ``inner``, the inner product of the gradients.

    Example:
        >>> rows = pd.DataFrame({
        ...     "parameters": [2000], "per_class": 10, "forgotten_train_loss": 0.5, "loss_2": 2.0,
        ...     "cosine": 0.5, "g1": 2.0, "g2": 3.0,
        ... })
        >>> with_price(rows, 10)[["size", "price", "inner"]].iloc[0].to_dict()
        {'size': 2.0, 'price': 0.25, 'inner': 3.0}
    """
    return rows.assign(
        size=rows["parameters"] / (10 * rows["per_class"] * classes),
        price=rows["forgotten_train_loss"] / rows["loss_2"],
        inner=rows["cosine"] * rows["g1"] * rows["g2"],
    )


def with_one_step(rows: pd.DataFrame) -> pd.DataFrame:
    r"""Add what one step on task 2 would cost, as long as a look at its curvature suggests.

    Args:
        rows: long runs of a sweep bracket-forgetting.

    Returns:
        The same with ``one_step``, :math:`\frac{\tau^2}2 g_2^\top H_1 g_2` for
        :math:`\tau = \|g_2\|^2 / g_2^\top H_2 g_2`, and ``long_over_step``: the long run over that.

    Example:
        >>> rows = pd.DataFrame({
        ...     "g2": [2.0], "curvature_2": 8.0, "curvature_train": 4.0, "forgotten_train_loss": 1.5
        ... })
        >>> with_one_step(rows)[["one_step", "long_over_step"]].iloc[0].to_dict()
        {'one_step': 0.5, 'long_over_step': 3.0}
    """
    tau = rows["g2"] ** 2 / rows["curvature_2"]
    one_step = tau**2 / 2 * rows["curvature_train"]
    return rows.assign(one_step=one_step, long_over_step=rows["forgotten_train_loss"] / one_step)


def with_first_steps(rows: pd.DataFrame) -> pd.DataFrame:
    r"""Add what Taylor's formula says that the first steps on task 2 cost.

    With :math:`t = kh` for k steps of rate h,
    :math:`-t\langle g_1, g_2\rangle + \frac{t^2}2 g_2^\top H_1 g_2 + \frac{t(t-h)}2 g_1^\top H_2 g_2`.

    Args:
        rows: short runs of a sweep bracket-forgetting, with the columns that ``with_price`` adds.

    Returns:
        The same with ``ratio``, measured forgetting over predicted, and ``first_order``, the share of the
        first term in the sizes of both orders, in [0, 1].

    Example:
        >>> rows = pd.DataFrame({
        ...     "duration": [1.0], "rate": 4.0, "width": 4, "inner": -1.0, "curvature_train": 6.0,
        ...     "along": 5.0, "forgotten_train_loss": 2.0,
        ... })
        >>> with_first_steps(rows)[["ratio", "first_order"]].iloc[0].to_dict()
        {'ratio': 0.5, 'first_order': 0.25}
    """
    t, h = rows["duration"], rows["rate"] / rows["width"]
    first = -t * rows["inner"]
    second = t**2 / 2 * rows["curvature_train"]
    second += t * (t - h) / 2 * (rows["curvature_train"] - rows["along"])
    return rows.assign(
        ratio=rows["forgotten_train_loss"] / (first + second),
        first_order=first.abs() / (first.abs() + second.abs()),
    )


def by_seed(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Take the median over the dial: networks of one seed share their first task and count once.

    Args:
        rows: of one loss and scenario; one row per seed, width and ``fraction``.
        column: what is measured.

    Returns:
        One row per seed, one column per width.

    Example:
        >>> dial, prices = [0.0, 0.5, 1.0], [1.0, 2.0, 9.0]
        >>> rows = pd.DataFrame({"seed": 0, "width": 8, "fraction": dial, "price": prices})
        >>> by_seed(rows, "price").loc[0, 8]
        np.float64(2.0)
    """
    return rows.groupby(["seed", "width"])[column].median().unstack("width")


def log_fall(rows: pd.DataFrame, column: str, start: int, end: int) -> pd.Series:
    """Return the logarithm of the factor by which a measure falls from one width to another.

    Args:
        rows: of one loss and scenario; one row per seed, width and ``fraction``.
        column: what is measured.
        start: the narrower width.
        end: the wider one.

    Returns:
        By seed, median over the dial; pairs of tasks whose measure has no sign in common are left out.

    Example:
        >>> rows = pd.DataFrame({"seed": 0, "width": [8, 16], "fraction": 0.5, "price": [4.0, 1.0]})
        >>> float(np.exp(log_fall(rows, "price", 8, 16)[0]))
        4.0
    """
    narrow, wide = (
        rows[rows["width"] == width].set_index(["seed", "fraction"])[column] for width in (start, end)
    )
    ratio = np.log((narrow / wide).where(narrow * wide > 0))
    return ratio.groupby("seed").median()
