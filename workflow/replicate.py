"""Draw everything random again: `replicate.py --seeds 20` runs every chapter with seeds 1 to 20.

It writes one row per check and seed into data/replication.csv after every few seeds, and where they come
from into data/replication.json. A run that is killed goes on where it stopped. A chapter whose evidence is
the same for two seeds draws nothing and runs no further. With ``--chapters`` only these run, and what the
table holds of others stays.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from cells import ROOT, Cell, Job, chapter_content, chapters, profile_parameters, run_jobs
from dependencies import data_files
from variations import stated

from manytasks import cores, replication
from manytasks.claims import registry
from manytasks.deep.sweeps.package import write_package
from manytasks.deep.sweeps.provenance import SUMMARY, summarise
from manytasks.deep.sweeps.table import write_json, write_table

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
    yield range(1, 3)
    for first in range(3, seeds + 1, size):
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


@dataclass(frozen=True)
class Earlier:
    """What the table holds of chapters that do not run again, and where it comes from."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    origin: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def beside(cls, chosen: Sequence[str], out: Path, profile: str) -> Earlier:
        """Read it.

        Raises:
            ValueError: if the table is of another profile.
        """
        table = out / "replication.csv"
        if not table.exists() or set(chosen) >= set(chapters()):
            return cls()
        origin = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
        if origin["profile"] != profile:
            raise ValueError(f"{table} is of the profile {origin['profile']}; got {profile}")
        frame = pd.read_csv(table, keep_default_na=False)
        return cls(frame[~frame.chapter.isin(chosen)].to_dict("records"), origin)

    def of(self, key: str, now: Mapping[str, Any], owner: Mapping[str, str]) -> dict[str, Any]:
        """Return what is known now, and of chapters that did not run what was known then."""
        stay = {row["chapter"] for row in self.rows}
        then = self.origin.get(key, {})
        return {name: then.get(name, now[name]) if owner[name] in stay else now[name] for name in now}


def write(out: Path, cells: dict[tuple[str, int], Cell], store: Path, profile: str, earlier: Earlier) -> None:
    """Write the table of what is there and its provenance; where nothing is there, nothing."""
    order = {chapter: place for place, chapter in enumerate(chapters())}
    table = [*rows(cells, store), *earlier.rows]
    table.sort(key=lambda row: (row["seed"], order.get(row["chapter"], len(order))))
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
            "verdicts": earlier.of(
                "verdicts",
                {claim.id: claim.verdict for claim in registry().values()},
                {claim.id: claim.chapter for claim in registry().values()},
            ),
            "content": earlier.of(
                "content",
                {chapter: chapter_content(chapter)[:16] for chapter in chapters()},
                {chapter: chapter for chapter in chapters()},
            ),
        }
        | made_by(cells, store, earlier),
    )
    write_table(out / "replication.csv", table)
    write_package(out)


def made_by(cells: dict[tuple[str, int], Cell], store: Path, earlier: Earlier) -> dict[str, Any]:
    """Sum up the provenance of the cells that ran, and of the table they were added to."""
    files = [cell.file(store) for cell in cells.values()]
    made = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]
    count = len(made) + earlier.origin.get("cells", 0)
    return summarise(count, made, {name: earlier.origin[name] for name in SUMMARY if name in earlier.origin})


def main() -> int:
    """Run seeds in order, so that a part of them is useful; write the table after each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--profile", default="book")
    parser.add_argument("--jobs", type=int, default=cores.allowed())
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
    earlier = Earlier.beside(options.chapters, options.out, options.profile)
    store = options.out / ".cells" / "replication"
    cells = planned(list(range(1, options.seeds + 1)), options.profile)
    cells = {key: cell for key, cell in cells.items() if key[0] in options.chapters}
    local = options.executor == "local"
    size = max(2, options.jobs) if local else options.seeds
    run: dict[tuple[str, int], Cell] = {}
    for part in parts(options.seeds, size):
        moving = {chapter for chapter in chapters() if part[0] == 1 or draws(chapter, run, store)}
        fresh = {key: cell for key, cell in cells.items() if key[1] in part and key[0] in moving}
        run |= fresh
        try:
            code = run_jobs(
                jobs_of(fresh, local), store, LIMIT, options.jobs, options.executor, snakemake_options
            )
        finally:
            write(options.out, run, store, options.profile, earlier)
        if code:
            return code
    if missing := sum(not cell.finished(store) for cell in run.values()):
        print(f"{missing} of {len(run)} cells have no result yet; run this again", file=sys.stderr)
        return 1
    found, _ = replication.load_replication(options.out / "replication.csv")
    print(*(f"{row.claim:<7} {row}" for row in found.values()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
