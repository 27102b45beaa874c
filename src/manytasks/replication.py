"""How often a verdict is the same when everything random is drawn again: ``data/replication.csv``.

`make replicate` writes one row per check and seed. A chapter whose numbers do not move with its seed draws
nothing: it runs twice, to show that, and its verdicts rest on formulas or on committed tables.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from manytasks.evidence import Evidence, registry, verdicts
from manytasks.statistics import share_interval

TABLE = Path(__file__).resolve().parents[2] / "data" / "replication.csv"
SHOWN = ("claim", "check", "verdict", "value")  # what moves with the seed where something is drawn
NOT_JUDGED = "not judged"
ENOUGH = 0.95  # of the seeds: 19 of 20


def least_probability(same: int, seeds: int) -> float:
    """Return the lower 95 % limit (Clopper and Pearson) of the probability that a seed gives a verdict.

    Args:
        same: seeds that gave it.
        seeds: seeds in all, at least 1.

    Returns:
        A probability; a claim with a lower one would do as well in at most 5 % of all replications.

    Example:
        >>> print(f"{least_probability(20, 20):.3f} {least_probability(19, 20):.3f}")
        0.861 0.784
    """
    return float(share_interval(same, seeds, level=0.9).low)


@dataclass(frozen=True)
class Replicated:
    """The verdicts of one claim, seed by seed, beside the one that we had committed to."""

    claim: str
    committed: str  # when everything was drawn again
    verdicts: Mapping[int, str]  # by seed; empty where nothing is drawn
    tables: tuple[int, ...]  # seeds of the committed tables that its chapters read
    changed: bool = False  # whether we have committed to another verdict since

    @property
    def same(self) -> int:
        """Number of seeds with the committed verdict."""
        return sum(verdict == self.committed for verdict in self.verdicts.values())

    @property
    def kind(self) -> str:
        """``always``, ``mostly`` (in 95 % of the seeds, 19 of 20), ``fewer``, or ``no draw``."""
        if not self.verdicts:
            return "no draw"
        if self.same == len(self.verdicts):
            return "always"
        return "mostly" if self.same >= ceil(ENOUGH * len(self.verdicts)) else "fewer"

    @property
    def probability(self) -> float:
        """What the seeds bound: ``least_probability`` of the committed verdict.

        Raises:
            ValueError: if nothing is drawn.
        """
        return least_probability(self.same, len(self.verdicts))

    def __str__(self) -> str:
        tables = " and ".join(map(str, self.tables))
        tables = (
            tables and f"tables of {tables} seeds" if len(self.tables) > 1 else f"a table of {tables} seeds"
        )
        if not self.verdicts:
            return f"rests on {tables}" if self.tables else "nothing is drawn"
        before = f'before the verdict changed from "{self.committed}": ' if self.changed else ""
        text = before + f"the same in {self.same} of {len(self.verdicts)} seeds"
        text += f" (probability at least {self.probability:.3f})"
        if others := [f"seed {s}: {v}" for s, v in self.verdicts.items() if v != self.committed]:
            text += f"; {', '.join(others)}"
        return text + (f"; beside {tables}" if self.tables else "")


def load_replication(table: Path = TABLE) -> tuple[dict[str, Replicated], dict[str, Any]]:
    """Read how every claim replicated, as far as the seeds have been run.

    Args:
        table: written by ``workflow/replicate.py``.

    Returns:
        By claim, and the provenance: commit, profile, dates, versions; both empty if there is no table.

    Raises:
        ValueError: if the table or its provenance cannot be read.

    Example:
        >>> load_replication(Path("nowhere.csv"))
        ({}, {})
    """
    if not table.is_file():
        return {}, {}
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        provenance = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
        return replicated(rows, provenance["tables"], provenance["verdicts"]), provenance
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{table} is not a readable table of replications ({type(error).__name__}: {error}); "
            "`make replicate` writes it again"
        ) from error


def summary(found: Mapping[str, Replicated]) -> str:
    """Say in a sentence how many claims replicate.

    Args:
        found: what ``load_replication`` returned.

    Returns:
        How many claims replicate always, how many in 95 % of the seeds, how many in fewer.

    Example:
        >>> row = Replicated("A.T1", "holds", dict.fromkeys(range(1, 21), "holds"), ())
        >>> print(summary({"A.T1": row}))
        20 seeds: 1 claims come out as committed for every seed, 0 more for at least 95 % of them,
        0 for fewer; behind 0 nothing is drawn.
    """
    count = Counter(row.kind for row in found.values())
    seeds = max((len(row.verdicts) for row in found.values()), default=0)
    return (
        f"{seeds} seeds: {count['always']} claims come out as committed for every seed, "
        f"{count['mostly']} more for at least {100 * ENOUGH:g} % of them, {count['fewer']} for fewer; "
        f"behind {count['no draw']} nothing is drawn."
    )


def replicated(
    rows: Iterable[Mapping[str, str]], tables: Mapping[str, list[int]], committed: Mapping[str, str]
) -> dict[str, Replicated]:
    """Combine checks to verdicts of claims, seed by seed.

    Args:
        rows: ``claim``, ``chapter``, ``check``, ``seed``, ``verdict``, ``value``; a chapter that stopped has
            one row without a claim.
        tables: by chapter, how many seeds the committed tables hold that it reads.
        committed: by claim, the verdict that we had committed to; a claim that is newer is left out.

    Returns:
        By claim, in the order of the registry.
    """
    chapters: dict[str, dict[int, list[Mapping[str, str]]]] = {}
    for row in rows:
        chapters.setdefault(row["chapter"], {}).setdefault(int(row["seed"]), []).append(row)
    found = {}
    for claim in registry().values():
        judging = {
            name: seeds
            for name, seeds in sorted(chapters.items())
            if any(row["claim"] == claim.id for run in seeds.values() for row in run)
            or (name == claim.chapter and _stopped_always(seeds))
        }
        if not judging or claim.id not in committed:
            continue
        drawn = [name for name, seeds in judging.items() if _draws(seeds)]
        common = set.intersection(*(set(judging[name]) for name in drawn)) if drawn else set()
        found[claim.id] = Replicated(
            claim.id,
            committed[claim.id],
            {seed: _verdict(claim.id, judging, seed) for seed in sorted(common)},
            tuple(sorted({count for name in judging for count in tables.get(name, [])})),
            committed[claim.id] != claim.verdict,
        )
    return found


def _verdict(claim: str, judging: Mapping[str, Mapping[int, list[Mapping[str, str]]]], seed: int) -> str:
    """Return what all chapters that judge a claim say together; those that draw nothing say it once."""
    runs = [seeds.get(seed) or next(iter(seeds.values())) for seeds in judging.values()]
    if any(not row["claim"] for run in runs for row in run):
        return NOT_JUDGED
    checks = [
        Evidence(claim, row["check"], "", 0, "<", 0, "", row["verdict"])
        for run in runs
        for row in run
        if row["claim"] == claim
    ]
    return verdicts(checks).get(claim, NOT_JUDGED)


def _draws(seeds: Mapping[int, list[Mapping[str, str]]]) -> bool:
    # With one seed there is no telling, and a chapter that stopped has not shown that it draws nothing.
    runs = [[tuple(row[name] for name in SHOWN) for row in run] for run in seeds.values()]
    stopped = any(not row["claim"] for run in seeds.values() for row in run)
    return len(runs) < 2 or stopped or any(run != runs[0] for run in runs)


def _stopped_always(seeds: Mapping[int, list[Mapping[str, str]]]) -> bool:
    return all(not row["claim"] for run in seeds.values() for row in run)
