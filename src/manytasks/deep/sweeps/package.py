"""Describe committed tables as a Data Package: schema and provenance, made from the tables themselves."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from manytasks.deep.data.files import regular
from manytasks.deep.sweeps.provenance import SUMMARY
from manytasks.deep.sweeps.registry import SWEEPS
from manytasks.deep.sweeps.store import Store
from manytasks.deep.sweeps.table import PACKED, beside_table, read_json, write_json

KINDS = {"i": "integer", "f": "number", "b": "boolean"}


def describe_results(folder: Path) -> dict[str, Any]:
    """Describe every result table of a folder.

    Args:
        folder: holds tables that ``run_sweep`` made, and perhaps others.

    Returns:
        A Data Package descriptor: one resource per table with its schema, size, MD5, the question it
        answers and the commands that made it.

    Raises:
        ValueError: naming the file, if one is no table.

    Example:
        >>> describe_results(Path("nowhere"))["resources"]
        []
    """
    return {
        "profile": "tabular-data-package",
        "name": "manytasks-sweeps",
        "title": "Results of the sweeps of manytasks",
        "resources": [
            _resource(table) for table in sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])
        ],
    }


def write_package(folder: Path) -> Path:
    """Write ``datapackage.json`` beside the tables.

    Args:
        folder: holds tables that ``run_sweep`` made.

    Returns:
        Path of the descriptor.
    """
    path = folder / "datapackage.json"
    write_json(path, describe_results(folder))
    return path


def _resource(table: Path) -> dict[str, Any]:
    raw = regular(table).read_bytes()
    try:
        rows = pd.read_csv(table) if raw.strip() else pd.DataFrame()
    except ValueError as error:
        raise ValueError(f"{table} is not a table: {str(error).splitlines()[0]}") from None
    question, provenance = _origin(table, len(rows))
    blank = any(rows[name].isna().any() and (_texts(table, name) == "").any() for name in rows)
    return {
        "profile": "tabular-data-resource",
        "name": beside_table(table, "").name,
        "path": table.name,
        "description": question,
        "format": "csv",
        **({"compression": "gz"} if table.suffix == PACKED else {}),
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(raw),
        "hash": hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        "schema": {
            "fields": [
                {"name": name, "type": KINDS.get(kind.kind, "string")} for name, kind in rows.dtypes.items()
            ],
            "missingValues": ["", "nan"] if blank else ["nan"],
        },
        "provenance": provenance,
    }


def _texts(table: Path, column: str) -> pd.Series:
    return pd.read_csv(table, usecols=[column], dtype=str, keep_default_na=False)[column]


def _origin(table: Path, rows: int) -> tuple[str, dict[str, Any]]:
    """Return the question that a table answers, and how it was made; what is no sweep's says so beside it."""
    sidecar = beside_table(table)
    written = read_json(sidecar) if sidecar.exists() else {}
    stores = (Store(sweep, profile, table.parent) for sweep in SWEEPS.values() for profile in sweep.profiles)
    store = next((store for store in stores if store.table == table), None)
    if store is None or not table.stat().st_size:
        question = written.pop("question", "A table that no sweep of the package made")
        return question, {"rows": rows} | written
    blocks, layout = store.blocks(), store.layout
    command = f"manytasks sweep {store.sweep.name} --profile {store.profile}"
    devices, versions = (sorted({key[place] for key in blocks}) for place in (0, 1))
    grid = {layout.cell_key(cell, "", "")[2:] for cell in store.sweep.cells(store.profile)}
    others = sum(key[2:] not in grid for key in blocks)
    missing = len(grid - {key[2:] for key in blocks})
    return store.sweep.question, {
        "command": " && ".join(f"{command} --device {device}" for device in devices) or command,
        "torch": versions[0] if len(versions) == 1 else versions,
        "rows": rows,
        **({"cells of other settings": others} if others else {}),
        **({"cells still to be made": missing} if missing else {}),
        **{name: written[name] for name in SUMMARY if name in written},
    }


if __name__ == "__main__":
    write_package(Path("data"))
