"""A real table to try the audit on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def patients() -> pd.DataFrame:
    """Return the diabetes data of Efron et al. (2004) with a column of six groups of sex and age.

    Returns:
        A row per patient: ``group``, ``progress`` of the disease after a year, and nine measurements.

    Example:
        >>> table = patients()
        >>> table.shape, table["group"].nunique()
        ((442, 11), 6)
    """
    from sklearn.datasets import load_diabetes  # half a second that no other audit waits for

    table = load_diabetes(as_frame=True, scaled=False).frame
    sex = table["sex"].map({1.0: "sex 1", 2.0: "sex 2"})
    age = pd.cut(table["age"], [0, 43, 55, 120], labels=["to 43", "44 to 55", "from 56"]).astype(str)
    table = table.drop(columns="sex").rename(columns={"target": "progress"})
    table.insert(0, "group", sex + ", " + age)
    return table


def example(path: str | Path) -> None:
    """Write a table that `manytasks audit PATH --task group --target progress` reads.

    Args:
        path: of the .csv file to write.
    """
    patients().to_csv(path, index=False)
