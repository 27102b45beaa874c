"""Files of results that are whole at every moment, even if the process is killed, and checked when read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import secrets
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from manytasks.deep.data.files import regular
from manytasks.deep.sweeps.settings import number_text

TextRow = dict[str, str]

PACKED = ".gz"


def write_table(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write a CSV table that appears complete or not at all.

    Args:
        path: file to write, packed if its name ends in ".gz"; replaced in one step once the new one is on
            the disk.
        rows: at least one; the first names the columns, and every other must have the same.

    Raises:
        ValueError: if there is no row, or a row has other columns than the first.
    """
    rows = list(rows)
    if not rows:
        raise ValueError(f"{path} would be empty: a cell must have at least one row")
    for row in rows:
        if row.keys() != rows[0].keys():
            raise ValueError(f"{path}: a row has the columns {list(row)}, the first {list(rows[0])}")
    write_whole(path, table_text(rows))


def table_text(rows: Sequence[dict[str, Any]]) -> str:
    r"""Return rows as CSV.

    Args:
        rows: any number; the columns are those that are filled in one of them, in the order of the first.

    Returns:
        Text with a header.

    Example:
        >>> table_text([{"width": 8, "note": "", "loss": 0.25}])
        'width,loss\n8,0.25\n'
    """
    text = io.StringIO()
    columns = {name for row in rows for name, value in row.items() if value != ""}
    names = [name for name in rows[0] if name in columns] if rows else []
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: number_text(value) for name, value in row.items()})
    return text.getvalue()


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file that appears complete or not at all.

    Args:
        path: file to write; replaced in one step once the new one is on the disk.
        content: what it holds.
    """
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_table(path: Path) -> list[TextRow]:
    """Read a CSV table as text.

    Args:
        path: a file that ``write_table`` made.

    Returns:
        Its rows, every value as it is written.

    Raises:
        ValueError: naming file and line, if it is no table: not text, without a header, a line cut short.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "t.csv")
        >>> write_table(path, [{"width": 8, "loss": 0.25}])
        >>> read_table(path)
        [{'width': '8', 'loss': '0.25'}]
    """
    raw = regular(path).read_bytes()
    try:
        text = (gzip.decompress(raw) if path.suffix == PACKED else raw).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a table: it is not UTF-8 text") from None
    except (OSError, EOFError, zlib.error):
        raise ValueError(f"{path} cannot be unpacked; was the file cut short?") from None
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        header, *rows = lines
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path} is not a table: {error if text else 'it is empty'}") from None
    if len(set(header)) < len(header):
        raise ValueError(f"{path} is not a table: a column is there twice in {','.join(header)[:80]!r}")
    for number, values in enumerate(rows, 2):
        if len(values) != len(header):
            shown = ",".join(values)[:80]
            raise ValueError(
                f"{path}, row {number}: {len(values)} of {len(header)} values, {shown!r}; "
                "was the file cut short, or merged by hand?"
            )
    if not text.endswith("\n"):
        raise ValueError(f"{path}: its last line has no end; was the file cut short?")
    return [dict(zip(header, values, strict=True)) for values in rows]


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds one object.

    Args:
        path: a file that ``write_json`` made.

    Returns:
        Its content.

    Raises:
        ValueError: naming the file, if it holds anything else.
    """
    raw = regular(path).read_bytes()
    try:
        content = json.loads(raw.decode("utf-8"))
    except ValueError:  # neither text nor JSON
        content = None
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged: it holds no JSON object")
    return content


def digest(rows: Iterable[TextRow]) -> str:
    """Return a short digest of rows.

    Args:
        rows: as read; columns that are empty in a row do not count, so that a table may gain a column.

    Returns:
        16 hexadecimal digits of their SHA-256.

    Example:
        >>> digest([{"a": "1"}]) == digest([{"a": "1", "b": ""}])
        True
    """
    filled = [[(name, value) for name, value in row.items() if value != ""] for row in rows]
    return hashlib.sha256(json.dumps(filled).encode()).hexdigest()[:16]


def beside_table(table: Path, ending: str = ".json") -> Path:
    """Return the file that stands beside a table.

    Args:
        table: path of a table, packed or not.
        ending: of the file's name.

    Returns:
        Path of the same name with this ending.

    Example:
        >>> beside_table(Path("depth-book.csv.gz")).name
        'depth-book.json'
    """
    return table.with_name(table.name.removesuffix(PACKED)).with_suffix(ending)


def write_whole(path: Path, text: str) -> None:
    """Write a text file that appears complete or not at all.

    Args:
        path: file to write, packed if its name ends in ".gz" (with no date in it, so that the same text is
            the same file); replaced in one step once the new one is on the disk.
        text: what it holds.
    """
    raw = text.encode()
    if path.suffix == PACKED:
        raw = gzip.compress(raw, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with work.open("xb") as file:  # "x": the umask decides the rights
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(work, path)
    except BaseException:
        work.unlink(missing_ok=True)
        raise
