"""Say where a table comes from: commit, machine, versions, dates and seconds, kept per cell."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

SOURCE = Path(__file__).resolve().parent


def cell_provenance(device: torch.device, seconds: float) -> dict[str, Any]:
    """Describe the computation of one cell that has just ended.

    Args:
        device: where it ran.
        seconds: its wall time.

    Returns:
        ``date`` (UTC), ``seconds``, ``commit`` (with "+" if files of the checkout had been changed; "unknown"
        without git), ``device``, and the versions of Python, NumPy and torch.

    Example:
        >>> cell_provenance(torch.device("cpu"), 1.5)["seconds"]
        1.5
    """
    gpu = device.type == "cuda"
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "commit": _commit(),
        "device": torch.cuda.get_device_name(device) if gpu else f"cpu ({platform.machine()})",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    }


def table_provenance(cells: Iterable[Path]) -> dict[str, Any]:
    """Sum up the provenance of the cells of a table.

    Args:
        cells: files that hold what ``cell_provenance`` returned; missing ones are counted.

    Returns:
        ``begun`` and ``ended`` (the first and last date), ``seconds`` (all cells together), ``cells``, and
        for every other key the sorted list of its values.
    """
    rows = [json.loads(cell.read_text(encoding="utf-8")) for cell in cells if cell.exists()]
    if not rows:
        return {}
    dates = sorted(row["date"] for row in rows)
    return {
        "begun": dates[0],
        "ended": dates[-1],
        "seconds": round(sum(row["seconds"] for row in rows), 2),
        "cells": len(rows),
    } | {key: sorted({row[key] for row in rows}) for key in ("commit", "device", "python", "numpy", "torch")}


def _commit() -> str:
    def git(*words: str) -> str:
        command = ["git", "-C", str(SOURCE), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        # Other files, such as the tables themselves, cannot change a result.
        changed = git("status", "--porcelain", "--", str(SOURCE.parents[1]))
        return git("rev-parse", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
