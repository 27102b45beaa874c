"""Describe committed tables as a Data Package: schema and provenance, made from the tables themselves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from manytasks.deep.sweeps.registry import find_sweep

KINDS = {"i": "integer", "f": "number", "b": "boolean"}


def describe_results(folder: Path) -> dict[str, Any]:
    """Describe every result table of a folder.

    Args:
        folder: holds tables that ``run_sweep`` made.

    Returns:
        A Data Package descriptor: one resource per table with its schema, size, MD5, the question it
        answers and the command that made it.

    Example:
        >>> describe_results(Path("nowhere"))["resources"]
        []
    """
    return {
        "profile": "tabular-data-package",
        "name": "manytasks-sweeps",
        "title": "Results of the sweeps of manytasks",
        "resources": [_resource(table) for table in sorted(folder.glob("*.csv"))],
    }


def write_package(folder: Path) -> Path:
    """Write ``datapackage.json`` beside the tables.

    Args:
        folder: holds tables that ``run_sweep`` made.

    Returns:
        Path of the descriptor.
    """
    path = folder / "datapackage.json"
    path.write_text(json.dumps(describe_results(folder), indent=1, ensure_ascii=False) + "\n")
    return path


def _resource(table: Path) -> dict[str, Any]:
    rows = pd.read_csv(table)
    raw = table.read_bytes()
    question, provenance = _origin(table, rows)
    return {
        "profile": "tabular-data-resource",
        "name": table.stem,
        "path": table.name,
        "description": question,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(raw),
        "hash": hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        "schema": {
            "fields": [
                {"name": name, "type": KINDS.get(kind.kind, "string")} for name, kind in rows.dtypes.items()
            ],
            "missingValues": ["nan"],
        },
        "provenance": provenance,
    }


def _origin(table: Path, rows: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Return the question that a table answers, and how it was made; only a sweep's table says so itself."""
    sidecar = table.with_suffix(".json")
    written = json.loads(sidecar.read_text(encoding="utf-8")) if sidecar.exists() else {}
    if "sweep" not in rows:
        return written.pop("question"), {"rows": len(rows)} | written
    sweep, profile, device, torch = (rows[name][0] for name in ("sweep", "profile", "device", "torch"))
    command = f"manytasks sweep {sweep} --profile {profile} --device {device}"
    return find_sweep(sweep).question, {"command": command, "torch": torch, "rows": len(rows)} | written


if __name__ == "__main__":
    write_package(Path("data"))
