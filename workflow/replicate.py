"""Draw everything random again: `replicate.py --seeds 20` runs every chapter with seeds 1 to 20.

It writes one row per check and seed into data/replication.csv after every few seeds, and where they come
from into data/replication.json. A run that is killed goes on where it stopped. A chapter whose evidence is
the same for two seeds draws nothing and runs no further. Nor does a chapter that gives for seeds 1 and 2
what the table already says: its code was moved, not changed, and the seeds of the table still count. With
``--chapters`` only these run, and what the table holds of others stays.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose, isnan
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd
from cells import ROOT, Cell, Job, chapter_content, chapters, profile_parameters, run_jobs
from counts import at_least_one
from dependencies import data_files
from variations import stated

from manytasks import cores, replication
from manytasks.claims import registry
from manytasks.deep.sweeps.package import write_package
from manytasks.deep.sweeps.provenance import SUMMARY, summarise
from manytasks.deep.sweeps.table import write_json, write_table

FIRST = (1, 2)  # seeds that say whether a chapter draws, and whether it says what it said
ROUNDING = 1e-6  # up to which a value is the same
LIMIT = 3600  # seconds a chapter may take: far more than any needs, on a busy node too
QUESTION = "Which verdicts stay the same when everything random is drawn again?"


def planned(seeds: list[int], profile: str) -> dict[tuple[str, int], Cell]:
    """Return a cell for every chapter and every seed that the chapter takes, seed by seed."""
    own = profile_parameters(profile)
    takes = {chapter: stated(chapter)["seed"] for chapter in own}
    return {
        (chapter, seed): Cell(chapter, own[chapter] | {"seed": seed})
        for seed in seeds
        for chapter in own
        if not takes[chapter].fault(seed)
    }


def parts(seeds: int, size: int) -> Iterator[range]:
    """Yield the seeds in order, the first two alone: they say which chapters need no more."""
    yield range(FIRST[0], FIRST[-1] + 1)
    for first in range(FIRST[-1] + 1, seeds + 1, size):
        yield range(first, min(first + size, seeds + 1))


def jobs_of(cells: dict[tuple[str, int], Cell], together: bool) -> list[Job]:
    """Return a job for every cell, or one for all chapters of a seed, which then load their packages once."""
    groups: dict[str, list[Cell]] = {}
    for (chapter, seed), cell in cells.items():
        name = f"seed-{seed}" if together else f"seed-{seed}-{chapter.replace('/', '.')}"
        groups.setdefault(name, []).append(cell)
    return [Job(name, tuple(group)) for name, group in groups.items()]


def draws(chapter: str, cells: dict[tuple[str, int], Cell], store: Path) -> bool:
    """Say whether a chapter's evidence moves with its seed, after at least two."""
    runs = [cell.result(store) for (name, _), cell in cells.items() if name == chapter]
    known = [run["evidence"] for run in runs if run and not run["stopped"]]
    return len(known) < len(runs) or any(rows != known[0] for rows in known)


def rows(cells: dict[tuple[str, int], Cell], store: Path) -> Iterator[dict[str, Any]]:
    """Yield a row per check and seed; one without a claim where a chapter stopped."""
    for (chapter, seed), cell in cells.items():
        found = cell.result(store)
        if found is None or found["ended"]:
            continue
        for row in found["evidence"] if not found["stopped"] else []:
            yield {
                "claim": row["claim"],
                "chapter": chapter,
                "check": row["check"],
                "seed": seed,
                "verdict": row["verdict"],
                "value": float(row["value"]),
                "limit": float(row["limit"]),
            }
        if found["stopped"]:
            blank = {"claim": "", "chapter": chapter, "check": "", "seed": seed}
            yield blank | {"verdict": found["stopped"], "value": float("nan"), "limit": float("nan")}


def same(now: Iterable[Mapping[str, Any]], then: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether rows say the same, in any order: checks, verdicts, and numbers but for rounding.

    The table has seven digits, and what is zero but for rounding is judged against its limit.
    """
    key = itemgetter("chapter", "check", "claim", "seed", "verdict")
    left, right = (sorted(rows, key=key) for rows in (now, then))
    if [key(row) for row in left] != [key(row) for row in right]:
        return False
    number = itemgetter("value", "limit")
    return all(
        isclose(float(x), float(y), rel_tol=ROUNDING, abs_tol=ROUNDING * abs(float(new["limit"])))
        or (isnan(float(x)) and isnan(float(y)))
        for new, old in zip(left, right, strict=True)
        for x, y in zip(number(new), number(old), strict=True)
    )


@dataclass(frozen=True)
class Earlier:
    """What the table holds, and where it comes from."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    origin: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def beside(cls, out: Path, profile: str) -> Earlier:
        """Read it; there may be none yet.

        Raises:
            ValueError: if the table is of another profile.
        """
        table = out / "replication.csv"
        if not table.exists():
            return cls()
        origin = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
        if origin["profile"] != profile:
            raise ValueError(f"{table} is of the profile {origin['profile']}; got {profile}")
        return cls(pd.read_csv(table, keep_default_na=False).to_dict("records"), origin)

    def of(self, chapter: str) -> list[dict[str, Any]]:
        """Return the rows of a chapter."""
        return [row for row in self.rows if row["chapter"] == chapter]

    def seeds(self, chapter: str) -> int:
        """Return how many seeds of a chapter the table holds."""
        return len({row["seed"] for row in self.of(chapter)})

    def known(
        self, key: str, now: Mapping[str, Any], owner: Mapping[str, str], today: set[str]
    ) -> dict[str, Any]:
        """Return what is known now, and of chapters that do not say it today what was known then."""
        then = self.origin.get(key, {})
        return {name: now[name] if owner[name] in today else then.get(name, now[name]) for name in now}


@dataclass(frozen=True)
class Run:
    """Chapters that are drawn again, beside the table of an earlier time."""

    seeds: int
    store: Path
    earlier: Earlier
    cells: dict[tuple[str, int], Cell] = field(default_factory=dict)

    def now(self, chapter: str) -> list[dict[str, Any]]:
        """Return the rows of a chapter that have been drawn."""
        return list(rows({key: cell for key, cell in self.cells.items() if key[0] == chapter}, self.store))

    def confirmed(self, chapter: str) -> bool:
        """Say whether a chapter gives for the first seeds what the table says, which has seeds enough."""
        then, now = self.earlier.of(chapter), [row for row in self.now(chapter) if row["seed"] in FIRST]
        alike = same(now, [row for row in then if row["seed"] in FIRST])
        return bool(now) and alike and self.earlier.seeds(chapter) >= self.seeds

    def replaced(self, chapter: str) -> bool:
        """Say whether there are seeds enough for the place of those in the table, which never loses any."""
        drawn = len({row["seed"] for row in self.now(chapter)})
        finished = {
            seed for (name, seed), cell in self.cells.items() if name == chapter and cell.finished(self.store)
        }
        still = len(finished) >= len(FIRST) and not draws(chapter, self.cells, self.store)
        return drawn > 0 and (still or drawn >= min(self.seeds, self.earlier.seeds(chapter)))

    def table(self) -> tuple[list[dict[str, Any]], set[str]]:
        """Return all rows, and the chapters of which they are what today's code says."""
        order = {chapter: place for place, chapter in enumerate(chapters())}
        confirmed = {name for name in order if self.confirmed(name)}
        replaced = {name for name in order if name not in confirmed and self.replaced(name)}
        stay = [row for row in self.earlier.rows if row["chapter"] not in replaced]
        new = [row for name in replaced for row in self.now(name)]
        table = sorted([*new, *stay], key=lambda row: (row["seed"], order.get(row["chapter"], len(order))))
        return table, confirmed | replaced


def write(out: Path, run: Run, profile: str) -> None:
    """Write the table of what is there and its provenance; where nothing is there, nothing."""
    table, today = run.table()
    if not table:
        return
    counts = {
        chapter: sorted(
            {
                int(pd.read_csv(path)["seed"].nunique())
                for path in data_files(Path(f"notebooks/{chapter}.py"))
                if path.endswith((".csv", ".csv.gz"))
            }
        )
        for chapter in chapters()
    }
    write_json(
        out / "replication.json",
        {
            "question": QUESTION,
            "command": f"make replicate SEEDS={max(row['seed'] for row in table)} PROFILE={profile}",
            "profile": profile,
            "tables": {chapter: seeds for chapter, seeds in counts.items() if seeds},
            "verdicts": run.earlier.known(
                "verdicts",
                {claim.id: claim.verdict for claim in registry().values()},
                {claim.id: claim.chapter for claim in registry().values()},
                today,
            ),
            "content": run.earlier.known(
                "content",
                {chapter: chapter_content(chapter)[:16] for chapter in chapters()},
                {chapter: chapter for chapter in chapters()},
                today,
            ),
        }
        | made_by(run, table),
    )
    write_table(out / "replication.csv", table)
    write_package(out)


def made_by(run: Run, table: list[dict[str, Any]]) -> dict[str, Any]:
    """Sum up the provenance of the cells that ran, and of the table if anything of it stays."""
    files = [cell.file(run.store) for cell in run.cells.values()]
    made = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]
    known = {(row["chapter"], row["seed"]) for row in table}
    origin = run.earlier.origin if known - set(run.cells) else {}
    return summarise(len(known), made, {name: origin[name] for name in SUMMARY if name in origin})


def main() -> int:
    """Run seeds in order, so that a part of them is useful; write the table after each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--profile", default="book")
    parser.add_argument("--jobs", type=at_least_one, default=cores.allowed())
    parser.add_argument("--executor", default="local", help="of Snakemake: on a cluster every cell is a job")
    parser.add_argument(
        "--chapters", nargs="+", default=chapters(), help="run only these, such as replay/harm"
    )
    parser.add_argument("--out", type=Path, default=Path("data"))
    options, snakemake_options = parser.parse_known_args()
    if options.seeds < 2:
        parser.error(f"--seeds must be at least 2, for one seed replicates nothing; got {options.seeds}")
    if unknown := set(options.chapters) - set(chapters()):
        parser.error(f"--chapters must be among {', '.join(chapters())}; got {', '.join(sorted(unknown))}")
    os.chdir(ROOT)
    store = options.out / ".cells" / "replication"
    run = Run(options.seeds, store, Earlier.beside(options.out, options.profile))
    cells = planned(list(range(1, options.seeds + 1)), options.profile)
    local = options.executor == "local"
    size = max(2, options.jobs) if local else options.seeds
    moving = set(options.chapters)
    for part in parts(options.seeds, size):
        fresh = {key: cell for key, cell in cells.items() if key[1] in part and key[0] in moving}
        run.cells.update(fresh)
        try:
            code = run_jobs(
                jobs_of(fresh, local), store, LIMIT, options.jobs, options.executor, snakemake_options
            )
        finally:
            write(options.out, run, options.profile)
        if code:
            return code
        moving = {name for name in moving if draws(name, run.cells, store) and not run.confirmed(name)}
    if missing := sum(not cell.finished(store) for cell in run.cells.values()):
        print(f"{missing} of {len(run.cells)} cells have no result yet; run this again", file=sys.stderr)
        return 1
    found, _ = replication.load_replication(options.out / "replication.csv")
    print(*(f"{row.claim:<7} {row}" for row in found.values()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
