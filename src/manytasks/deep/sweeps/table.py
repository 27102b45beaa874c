"""Files of results that are whole at every moment, even if the process is killed."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write_table(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write a CSV table that appears complete or not at all.

    Args:
        path: file to write; replaced in one step once the new one is on the disk.
        rows: at least one; the first names the columns, and every other must have the same.

    Raises:
        ValueError: if there is no row, or a row has other columns than the first.
    """
    rows = list(rows)
    if not rows:
        raise ValueError(f"{path} would be empty: a cell must have at least one row")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row.keys() != rows[0].keys():
            raise ValueError(f"{path}: a row has the columns {list(row)}, the first {list(rows[0])}")
        writer.writerow({name: _number(value) for name, value in row.items()})
    _write_whole(path, text.getvalue())


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file that appears complete or not at all.

    Args:
        path: file to write; replaced in one step once the new one is on the disk.
        content: what it holds.
    """
    _write_whole(path, json.dumps(content, indent=1) + "\n")


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a CSV table as text.

    Args:
        path: a file that ``write_table`` made.

    Returns:
        Its rows, every value as it is written.
    """
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _number(value: Any) -> Any:
    """Seven digits hold a float32; more would only store noise.

    Returns:
        The value as it is written.
    """
    return f"{value:.7g}" if isinstance(value, float) else value


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, work = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(work, 0o644)
        os.replace(work, path)
    except BaseException:
        os.unlink(work)
        raise
