"""Find the committed result of a sweep."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

CHECKOUT = Path(__file__).resolve().parents[4]


def load_results(name: str, profile: str = "book", out: str | Path | None = None) -> pd.DataFrame:
    """Read the table of a sweep.

    Args:
        name: a sweep of ``sweep_names()``.
        profile: "smoke", "book" or "paper".
        out: folder of the table; without it the ``data`` folder of the checkout.

    Returns:
        One row per cell, member, task and time; the columns name every setting.

    Raises:
        FileNotFoundError: if the sweep has not been run; the message holds the command that runs it.

    Example:
        >>> load_results("depth", "paper", out="nowhere")
        Traceback (most recent call last):
        ...
        FileNotFoundError: nowhere/depth-paper.csv is not there; make it with
        manytasks sweep depth --profile paper --out nowhere
    """
    folder = CHECKOUT / "data" if out is None else Path(out)
    table = folder / f"{name}-{profile}.csv"
    if not table.is_file():
        raise FileNotFoundError(
            f"{table} is not there; make it with manytasks sweep {name} --profile {profile} --out {folder}"
        )
    return pd.read_csv(table)
