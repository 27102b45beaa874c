"""Formats on disk: a table or arrays out of a file, or one sentence that says why not."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd


def called(path: Path) -> str:
    """Return the name of a file or folder, that of the folder we are in included.

    Args:
        path: of the file or folder.

    Returns:
        The last part of the path.

    Example:
        >>> called(Path("a/b.csv")), called(Path()) == Path.cwd().name
        ('b.csv', True)
    """
    return path.name if path.name not in ("", "..") else path.resolve().name or str(path)


def frame_in(path: Path, decimal: str) -> pd.DataFrame:
    """Read the table in a file.

    Args:
        path: of a .csv, .tsv (both also .gz) or .parquet file.
        decimal: sign before decimals, "." or ",". Commas, semicolons or tabs separate the columns of a .csv.

    Returns:
        All columns, names without space around them.

    Raises:
        ValueError: if it is no such table.
    """
    kind = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    if kind not in (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet"):
        raise ValueError(
            f"{path.name} must end in .csv, .tsv, .npz or .parquet (also .csv.gz), or be a folder"
        )
    path.stat()  # whoever reads it says less clearly that it is not there
    if kind == ".parquet":
        try:
            return pd.read_parquet(path)
        except ImportError:
            raise ValueError(
                f"{path.name}: reading Parquet needs pyarrow; pip install pyarrow, or save as .csv"
            ) from None
        except Exception as error:
            raise ValueError(f"{path.name} is not a readable Parquet file ({type(error).__name__})") from None
    try:
        separator = "\t" if kind.startswith(".tsv") else _separator(path)
        header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str, skipinitialspace=True)
        frame = pd.read_csv(path, sep=separator, decimal=decimal, skipinitialspace=True, low_memory=False)
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not text in UTF-8; save it again as CSV UTF-8") from None
    except (
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        EOFError,
        gzip.BadGzipFile,
        zipfile.BadZipFile,
    ) as error:
        what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ValueError(f"{path.name} is not a readable table: {what}") from None
    called = [str(each).strip() for each in header.iloc[0]]
    if twice := [each for each in called if each != "nan" and called.count(each) > 1]:
        raise ValueError(f"{path.name} has two columns called {twice[0]!r}; give each a name of its own")
    frame.columns = [str(each).strip() for each in frame.columns]
    return frame


def _separator(path: Path) -> str:
    """Tell what separates the columns.

    Returns:
        The sign that is most frequent in the first line.
    """
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        first = lines.readline()
    return max(",;\t", key=first.count)


def arrays_in(path: Path) -> dict[str, np.ndarray]:
    """Read the arrays in an .npz file, or map those of a folder of .npy files into memory.

    Args:
        path: of the file or folder.

    Returns:
        Arrays by name.

    Raises:
        ValueError: if it is no such file, or an array holds Python objects.
    """
    if path.is_dir():
        found = {each.stem: each for each in path.glob("*.npy")}
        try:
            return {key: np.load(file, mmap_mode="r", allow_pickle=False) for key, file in found.items()}
        except ValueError:
            raise ValueError(f"{path.name} holds Python objects; save plain arrays") from None
    path.stat()
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path.name} is not a readable .npz file")
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except ValueError as error:
        if "pickle" in str(error) or "Object arrays" in str(error):
            raise ValueError(f"{path.name} holds Python objects; save plain arrays") from None
        raise ValueError(f"{path.name} is not a readable .npz file") from None
    except (zipfile.BadZipFile, EOFError, KeyError):
        raise ValueError(f"{path.name} is not a readable .npz file") from None
