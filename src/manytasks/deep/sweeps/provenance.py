"""Say where results come from: code, commit, machine, versions, dates and seconds, kept per cell."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch

from manytasks.checkout import commit

LISTED = ("commit", "code", "device", "python", "numpy", "torch")
SUMMARY = ("begun", "ended", "seconds", "cells", *LISTED)

Provenance = dict[str, Any]


def cell_provenance(device: torch.device, seconds: float, code: str = "") -> Provenance:
    """Describe the computation of one cell that has just ended.

    Args:
        device: where it ran.
        seconds: its wall time.
        code: digest of the code that it ran, of ``code_digest``.

    Returns:
        ``date`` (UTC), ``seconds``, ``commit`` (with "+" if files of the checkout had been changed; "unknown"
        without git), ``code``, ``device``, and the versions of Python, NumPy and torch.

    Example:
        >>> cell_provenance(torch.device("cpu"), 1.5)["seconds"]
        1.5
    """
    gpu = device.type == "cuda"
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "commit": commit(["src"]),  # other files, such as the tables, cannot change a result
        "code": code,
        "device": torch.cuda.get_device_name(device) if gpu else f"cpu ({platform.machine()})",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    }


def sound(made: Any) -> bool:
    """Say whether a file's content is the provenance of one call.

    Args:
        made: as read.

    Returns:
        Whether it has what every reader of it needs.

    Example:
        >>> sound({"date": "", "seconds": 0.0, "varied": {}}), sound([])
        (True, False)
    """
    return (
        isinstance(made, dict)
        and isinstance(made.get("date"), str)
        and isinstance(made.get("seconds"), int | float)
        and isinstance(made.get("varied"), dict)
    )


def summarise(cells: int, made: Iterable[Provenance], earlier: Provenance | None = None) -> Provenance:
    """Sum up what is known of the making of cells.

    Args:
        cells: that there are, whether or not it is known who made them.
        made: what ``cell_provenance`` returned for each that is known.
        earlier: a former summary of cells that are not among them.

    Returns:
        ``begun`` and ``ended`` (the first and last date), ``seconds`` (all cells together), ``cells``, and
        for every other key the sorted list of its values.

    Example:
        >>> made = cell_provenance(torch.device("cpu"), 1.5)
        >>> summarise(2, [made, made])["seconds"]
        3.0
    """
    parts, made = [earlier or {}], list(made)
    if made:
        dates = sorted(one["date"] for one in made)
        parts.append({"begun": dates[0], "ended": dates[-1], "seconds": sum(one["seconds"] for one in made)})
        parts[-1] |= {name: [one[name] for one in made if one.get(name)] for name in LISTED}
    known = {name: [part[name] for part in parts if name in part] for name in SUMMARY}
    summary: Provenance = {}
    if known["begun"]:
        summary = {"begun": min(known["begun"]), "ended": max(known["ended"])}
        summary["seconds"] = round(sum(known["seconds"]), 2)
    summary["cells"] = cells
    return summary | {
        name: sorted({value for part in known[name] for value in part}) for name in LISTED if known[name]
    }
