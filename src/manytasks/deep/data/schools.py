"""Real tasks: pupils in schools, one task a school. Nothing about them is synthetic."""

from __future__ import annotations

import io
import os

import pandas as pd

from manytasks.deep.data.collection import read_file
from manytasks.deep.data.official import data_folders

SCHOOLS = ("exam", "hsb82")  # data sets of the R package mlmRev, GPL-2 or later: not part of this package


def load_schools(name: str, root: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Load a table of pupils.

    Args:
        name: "exam", 4,059 pupils in 65 schools of inner London, or "hsb82", 7,185 pupils in 160 schools of
            *High School and Beyond*, 1982.
        root: a folder to search first; see ``data_folders``.

    Returns:
        One row per pupil; the column ``school`` names the task. Columns of ``exam``: ``normexam`` (the
        usual target), ``standLRT``, ``sex``, ``schavg``, ``schgend``, ``type``, ``vr``, ``intake``,
        ``student``; of ``hsb82``: ``mAch`` (the usual target), ``ses``, ``cses``, ``sx``, ``minrty``,
        ``meanses``, ``sector``.

    Raises:
        ValueError: if the name is unknown.

    Example:
        >>> load_schools("exams")
        Traceback (most recent call last):
        ...
        ValueError: no schools 'exams'; there are exam and hsb82
    """
    if name not in SCHOOLS:
        raise ValueError(f"no schools {name!r}; there are {' and '.join(SCHOOLS)}")
    return pd.read_csv(io.BytesIO(read_file(f"schools/{name}.csv", data_folders(root))))
