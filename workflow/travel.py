"""Run chapters as other processors would: `travel.py [notebooks/replay/harm.py ...]`, smoke sizes.

Every chapter runs on this machine's processor and on older ones that environment variables stand for, with
one thread and with two. Verdicts must be equal, numbers equal to 1e-4.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from math import isclose
from pathlib import Path
from typing import Any

from cells import ROOT, Cell, Job, chapter_names, profile_parameters, run_jobs
from counts import at_least_one
from processors import processors

STORE = Path("build/travel")
TOLERANCE = 1e-4  # relative; the largest departure that rounding was found to make is 6e-5
# Numbers that may move, each with its reason.
MAY_MOVE = {
    (
        "A.S1",
        "widths, batches and rates",
    ): "a rounding error itself, 1e-14 against a limit of 1e-8",
    (
        "B.M2",
        "the bracket outweighs flatness",
    ): "a share of 50 trained networks: training amplifies rounding, and one stood at the border",
    (
        "A.S1",
        "stochastic gradient descent from zero",
    ): "a rounding error itself, 1e-15 against a limit of 1e-6",
    (
        "A.S1",
        "geometric rate",
    ): "what rounding adds beyond bounds that are exact, 4e-7 against a limit of 1e-3",
    (
        "O.8",
        "two tasks, slopes of order h²",
    ): "how far a slope is from 4, 3e-4: the slope itself agrees to 1e-7",
    (
        "B.C3",
        "two tasks, slopes of order h²",
    ): "the same number as that of O.8",
}


def differences(reference: Iterable[Mapping[str, Any]], other: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what two runs of a chapter found differently, one line each.

    Args:
        reference: evidence, as ``asdict`` makes it.
        other: evidence of the other run.

    Returns:
        Checks that only one of them has, other verdicts, and numbers that differ by more than 1e-4.
    """
    first, second = ({(row["claim"], row["check"]): row for row in rows} for rows in (reference, other))
    lines = [f"{', '.join(key)}: only in one of the two" for key in first.keys() ^ second.keys()]
    for key in first.keys() & second.keys():
        one, two = first[key], second[key]
        if one["verdict"] != two["verdict"]:
            lines.append(f"{', '.join(key)}: {one['verdict']!r} became {two['verdict']!r}")
        for name in ("value", "limit"):
            if key not in MAY_MOVE and not isclose(one[name], two[name], rel_tol=TOLERANCE):
                lines.append(f"{', '.join(key)}: {name} {one[name]:.9g} became {two[name]:.9g}")
    return sorted(lines)


def main() -> int:
    """Run every chapter on every processor, print a row for each pair and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="all chapters of the book if none")
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--limit", type=int, default=600, help="processor seconds that a run may take")
    parser.add_argument("--jobs", type=at_least_one, default=1)
    options, snakemake_options = parser.parse_known_args()
    os.chdir(ROOT)
    names, own, known = chapter_names(options.notebooks), profile_parameters(options.profile), processors()
    if len(known) == 2:
        print("only x86 processors can stand for others; here only the number of threads changes")
    cells = {where: {name: Cell(name, own[name], known[where]) for name in names} for where in known}
    jobs = [
        Job(where.replace(", ", "-").replace(" ", "-"), tuple(row.values())) for where, row in cells.items()
    ]
    run_jobs(jobs, STORE, options.limit, options.jobs, options=snakemake_options)
    wrong = 0
    for name in names:
        reference = cells["native"][name].result(STORE)
        for where in known:
            found = cells[where][name].result(STORE)
            if found is None or reference is None:
                lines = ["did not run"]
            else:
                lines = [found["stopped"]] if found["stopped"] else []
                lines += differences(reference["evidence"], found["evidence"])
            wrong += bool(lines)
            print(f"{'!' if lines else ' '} {name:<28} {where:<18} {'; '.join(lines) or 'the same'}")
    print(f"{wrong} of {len(names) * len(known)} runs differ")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
