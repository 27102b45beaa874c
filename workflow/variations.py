"""Change one number of a chapter and run it to its end: `variations.py [notebooks/replay/harm.py ...]`.

Seeds 2 to 4, and every other parameter at half and twice its value and at both ends of the range that the
parameters cell states (an end beyond ten times the value would only cost time). A chapter may leave a verdict
open; it may not stop, refuse a value of its own range, or say that a theorem fails.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
from cells import ROOT, Cell, Job, chapter_names, profile_parameters, run_jobs
from counts import at_least_one

from manytasks import parameters
from manytasks.evidence import Evidence, registry, verdicts

FAR = 10  # times its value: an end beyond it, of a number of draws, would only cost time
STORE = Path("build/variations")


def stated(chapter: str) -> dict[str, parameters.Parameter]:
    """Return the parameters that a chapter's cell states."""
    cells = jupytext.read(Path(f"notebooks/{chapter}.py")).cells
    (cell,) = (cell for cell in cells if "parameters" in cell.metadata.get("tags", []))
    return parameters.read(cell.source)


def moved(parameter: parameters.Parameter, value: Any) -> list[Any]:
    """Return the other values at which a parameter is tried.

    Args:
        parameter: with its range.
        value: what the profile sets.

    Returns:
        Other choices; or half, twice and both ends of the range; of a tuple, every choice alone, or half and
        twice of all members.
    """
    several = isinstance(value, list | tuple)
    if several and not all(isinstance(part, int | float | str) for part in value):
        return []  # a list of lists has no range to move in
    if parameter.choices:
        other = [[choice] for choice in parameter.choices] if several else list(parameter.choices)
        return [choice for choice in other if choice != value]
    if several:
        rows = [[inside(parameter, factor * part, type(part)) for part in value] for factor in (0.5, 2)]
        return [row for row in rows if row != list(value)]
    if isinstance(value, bool):
        return [not value]
    return [] if isinstance(value, str) else moved_number(parameter, value)


def moved_number(parameter: parameters.Parameter, value: float) -> list[float]:
    """Return half and twice a number (1 for 0) and the ends of its range, none of them outside or itself."""
    ends = [end for end in (parameter.low, parameter.high) if abs(end) <= FAR * max(abs(value), 1)]
    wanted = [inside(parameter, x, type(value)) for x in (value / 2, 2 * value or 1, *ends)]
    return [x for x in dict.fromkeys(wanted) if x != value]


def inside(parameter: parameters.Parameter, value: float, kind: type) -> Any:
    """Return a number, whole where the parameter is, moved into the range."""
    return kind(min(max(kind(value), parameter.low), parameter.high))


def variations(chapter: str, profile: str, seeds: list[int], only: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield name and value of everything that is tried on a chapter; none of it is the profile's own."""
    own = profile_parameters(profile)[chapter]
    for name, parameter in stated(chapter).items():
        value = own.get(name, parameter.default)
        if name == "profile" or (only and name not in only):
            continue
        values = seeds if name == "seed" else moved(parameter, value)
        yield from ((name, x) for x in values if x != value and not parameter.fault(x))


def outcome(found: dict[str, Any] | None, reference: dict[str, Any] | None) -> tuple[bool, str]:
    """Return whether a chapter may do this, and what it did, in words."""
    if found is None:
        return False, "did not run"
    if found["stopped"]:
        return found["ended"] and "no end" in found["stopped"], found["stopped"]  # time is no fault
    claims, rows = registry(), [Evidence(**row) for row in found["evidence"]]
    before = verdicts(Evidence(**row) for row in (reference or {"evidence": []})["evidence"])
    changed = {c: v for c, v in verdicts(rows).items() if v != before.get(c) and v != "open"}
    wrong = [c for c, v in changed.items() if v == "fails" and claims[c].kind == "theorem"]
    said = "; ".join(f"{claim} {verdict}" for claim, verdict in changed.items())
    return not wrong, f"other verdict: {said}" if said else "same verdicts"


def main() -> int:
    """Run what has not run yet, print a row for every variation, and name those that may not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="all chapters of the book if none")
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--seeds", type=int, nargs="*", default=[2, 3, 4])
    parser.add_argument("--only", nargs="*", default=[], help="parameters to change (seed is one)")
    parser.add_argument("--limit", type=int, default=120, help="processor seconds that a run may take")
    parser.add_argument("--jobs", type=at_least_one, default=1)
    options, snakemake_options = parser.parse_known_args()
    os.chdir(ROOT)
    tried: dict[str, list[tuple[str, Any, Cell]]] = {}
    for chapter in chapter_names(options.notebooks):
        own = profile_parameters(options.profile)[chapter]
        changes = variations(chapter, options.profile, options.seeds, options.only)
        tried[chapter] = [("", "", Cell(chapter, own))]
        tried[chapter] += [(name, x, Cell(chapter, own | {name: x})) for name, x in changes]
    jobs = [Job(name.replace("/", "."), tuple(cell for *_, cell in rows)) for name, rows in tried.items()]
    run_jobs(jobs, STORE, options.limit, options.jobs, options=snakemake_options)
    wrong = 0
    for chapter, rows in tried.items():
        reference = rows[0][2].result(STORE)
        for name, value, cell in rows:
            found = cell.result(STORE)
            fine, words = outcome(found, reference)
            wrong += not fine
            seconds = f"{found['seconds']:.1f} s" if found else ""
            print(f"{' ' if fine else '!'} {chapter:<28} {name:>14} = {value!s:<10} {seconds:>8}  {words}")
    print(f"{wrong} of {sum(map(len, tried.values()))} runs stop or contradict a theorem")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
