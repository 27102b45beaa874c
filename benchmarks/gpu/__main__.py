"""What one GPU says in a quarter of an hour: facts, checks, rates, then cells of the paper's size by value.

Every stage writes its file at once, so that a cut loses one cell at most. A check that fails stops the cells,
not the rates. ``benchmarks/gpu.sh`` starts this. The record that the book shows, ``data/gpu.json``, is a
``benchmarks.json``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import checks
import facts
import paper_cells
import rates
import torch

from manytasks.checkout import commit
from manytasks.deep.sweeps.run import seconds

RESERVE = 20  # seconds for packing and for a cell that takes longer than expected
LIMITS = {"checks": 90, "rates": 180}


def made_now() -> dict[str, str]:
    """Return day and commit, as the record of the book has them."""
    return {"date": datetime.now(UTC).date().isoformat(), "commit": commit(["src", "benchmarks"])}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", default="14m", help="stop after this long, such as 14m (default)")
    parser.add_argument("--out", type=Path, default=Path("build/gpu"), help="folder of the results")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument(
        "--scale", choices=("full", "tiny"), default="full", help="tiny rehearses in a minute"
    )
    parser.add_argument("--started", type=float, default=time.time(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    end = options.started + (seconds(options.budget) or 0) - RESERVE
    options.out.mkdir(parents=True, exist_ok=True)

    def write(name: str, content: object) -> None:
        (options.out / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    machine = facts.facts(options.device)
    write("machine", machine)
    if options.device == "cuda" and not torch.cuda.is_available():
        print("no CUDA device here: nothing was measured (--device cpu --scale tiny rehearses)")
        return 0
    tiny = options.scale == "tiny"
    print(f"{machine['device']}, torch {machine['torch']}: results go to {options.out}", flush=True)

    checked = []
    for check in checks.checks(options.device, min(end, time.time() + LIMITS["checks"])):
        checked.append(check)
        write("checks", checked)
        print(f"check: {check['name']}: {check['says']}", flush=True)
    measured: list[dict] = []
    for rate in rates.rates(options.device, tiny, min(end, time.time() + LIMITS["rates"])):
        measured.append(rate)
        write("rates", measured)
        print(f"rate: {rates.line(rate)}", flush=True)
    made: list[dict] = []
    if all(check["holds"] is not False for check in checked):
        for cell in paper_cells.cells(options.device, tiny, measured, options.out / "tables", end):
            made.append(cell)
            write("cells", made)
            print(f"cell: {paper_cells.line(cell)}", flush=True)
    else:
        print("a check failed: no cell was begun", flush=True)

    shutil.rmtree(options.out / "tables" / ".cells", ignore_errors=True)  # the tables hold them
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    took = time.time() - options.started
    stages = {"machine": machine, "checks": checked, "rates": measured, "cells": made}
    write("benchmarks", made_now() | stages | {"seconds": round(took, 1)})
    done = sum("rows" in cell for cell in made)
    print(f"{len(measured)} rates, {done} cells, {size / 1e6:.1f} MB in {took:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
