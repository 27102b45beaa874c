"""The condition of a claim that does not always hold: tried on both sides, or assumed and said to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manytasks.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tested:
    """A condition, and the same statistic inside and outside of it.

    Attributes:
        words: the condition, as it stands behind "holds when".
        inside: what was found where the condition is met.
        outside: what was found where it is not.
    """

    words: str
    inside: float | Interval
    outside: float | Interval


@dataclass(frozen=True)
class Assumed:
    """A condition whose other side nothing on the page has tried; the badge says so.

    Attributes:
        words: the condition, as it stands behind "holds when".
    """

    words: str


def tested(
    cells: pd.DataFrame,
    predicate: str,
    statistic: Callable[[pd.DataFrame], float | Interval],
    words: str = "",
) -> Tested:
    """Compute one statistic where a condition is met, and where it is not.

    What the page says is what the page tested: the words of the condition are the predicate itself, or a
    reading of it.

    Args:
        cells: one row for each case that was measured, those beyond the condition included.
        predicate: a condition on the columns, as ``DataFrame.query`` reads it.
        statistic: takes rows, returns what ``record`` compares with its limit.
        words: the condition in words, if the predicate does not read as such.

    Returns:
        The condition, with the statistic on both sides.

    Raises:
        ValueError: if one of the sides has no cells.

    Example:
        >>> import pandas as pd
        >>> cells = pd.DataFrame({"ratio": [0.5, 2.0, 4.0], "error": [0.9, 0.2, 0.1]})
        >>> wide = tested(cells, "ratio > 1", lambda rows: rows.error.max())
        >>> print(wide.words, wide.inside, wide.outside)
        ratio > 1 0.2 0.9
    """
    inside = cells.query(predicate)
    outside = cells.drop(inside.index)
    if inside.empty or outside.empty:
        raise ValueError(
            f"{predicate!r} must be tested on both sides; "
            f"{len(inside)} cells lie inside, {len(outside)} outside"
        )
    return Tested(words or predicate, statistic(inside), statistic(outside))
