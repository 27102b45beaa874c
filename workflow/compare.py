"""Does it come out the same here? Compare a build's evidence with the committed reference: `compare.py`.

``--reference`` writes ``data/reference/<profile>.json`` after it has printed the difference; ``--json`` is
for programs. Status 1: a verdict is another one, or a row of the reference is missing; 2: no comparison.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import environment
from machine import instructions, processor

from manytasks import cores
from manytasks.checkout import commit
from manytasks.claims import registry
from manytasks.evidence import Evidence

FOLDER = Path("data/reference")
PACKAGES = ("numpy", "scipy", "sympy", "torch", "pandas", "scikit-learn")
HALF = 0.5  # of the distance between number and limit: a larger difference is another number
KINDS = ("same", "another number", "another verdict", "only here", "only there")
WRONG = KINDS[2], KINDS[4]


@dataclass(frozen=True)
class Compared:
    """One check, here and in the reference.

    Attributes:
        here: what this build found; None if it has no such check.
        there: what the reference found; None likewise.
    """

    here: Evidence | None
    there: Evidence | None

    @property
    def row(self) -> Evidence:
        """The check, wherever there is one."""
        return next(row for row in (self.here, self.there) if row is not None)

    @property
    def eaten(self) -> float:
        """Share of the margin that the difference takes: 0 for equal numbers, 1 could turn the verdict."""
        return 0.0 if self.here is None or self.there is None else eaten(self.here, self.there)

    @property
    def kind(self) -> str:
        """One of ``KINDS``."""
        if self.here is None or self.there is None:
            return "only there" if self.here is None else "only here"
        if self.here.verdict != self.there.verdict:
            return "another verdict"
        return "same" if self.eaten <= HALF else "another number"


@dataclass(frozen=True)
class Comparison:
    """A build beside the reference: the machines, and every check."""

    profile: str
    here: dict[str, Any]
    there: dict[str, Any]
    rows: list[Compared]

    @property
    def about(self) -> list[str]:
        """What is known of one of the two machines."""
        return list(dict.fromkeys([*self.here, *self.there]))

    @property
    def counts(self) -> dict[str, int]:
        """Number of checks of each kind, kinds without any included."""
        found = Counter(each.kind for each in self.rows)
        return {kind: found[kind] for kind in KINDS}

    @property
    def differ(self) -> list[Compared]:
        """All that is not the same, the worst first."""
        order = (*WRONG, "another number", "only here")
        differ = [each for each in self.rows if each.kind != "same"]
        return sorted(differ, key=lambda each: (order.index(each.kind), -each.eaten))

    @property
    def status(self) -> int:
        """Exit code: 1 for another verdict or a missing row."""
        return int(any(self.counts[kind] for kind in WRONG))


def eaten(here: Evidence, there: Evidence) -> float:
    """Return the difference of two runs of a check over the distance of the reference from its limit.

    What is compared with ``==`` is exact: equal or infinitely far away. An interval's nearest end counts.
    """
    apart = max(_apart(a, b) for a, b in zip(_numbers(here), _numbers(there), strict=True))
    if apart == 0:
        return 0.0
    if there.sign == "==":
        return math.inf
    borders = [there.limit + shift for shift in (0, there.margin or 0, -(there.margin or 0))]
    ends = [end for end in (there.low, there.high) if end is not None] or [there.value]
    distance = min(abs(end - border) for end in ends for border in borders)
    return apart / distance if distance > 0 and math.isfinite(apart) else math.inf


def _numbers(row: Evidence) -> list[float]:
    return [math.nan if x is None else x for x in (row.value, row.low, row.high, row.limit)]


def _apart(a: float, b: float) -> float:
    """Return the distance; 0 for two that are equal, both infinite or both no number."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    return abs(a - b) if math.isfinite(a - b) else math.inf


def beside(here: list[Evidence], there: list[Evidence]) -> list[Compared]:
    """Put the checks of two builds side by side, in the order of this one; what is missing comes last."""
    reference = {_name(row): row for row in there}
    rows = [Compared(row, reference.pop(_name(row), None)) for row in here]
    return rows + [Compared(None, row) for row in reference.values()]


def _name(row: Evidence) -> tuple[str, str, str]:
    return row.notebook, row.claim, row.check


def machine() -> dict[str, Any]:
    """Describe what computes here: processor, what libraries were told of it, cores, system, versions."""
    return {
        "processor": processor(),
        "instructions": instructions(),
        "cores": cores.allowed(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def ran_on(profile: str) -> dict[str, str]:
    """Return what the notebooks of a build say of the machines they ran on; empty for those that say nothing.

    A build may take notebooks from a cache that another machine has filled.
    """
    folder = Path("build") / profile / "notebooks"
    found = [_recorded(path) for path in sorted(folder.rglob("*.ipynb"))]
    said = {}
    for key in ("processor", "instructions"):
        values = Counter(each[key] for each in found if key in each)
        if len(values) == 1:
            (said[key],) = values
        elif values:
            said[key] = "; ".join(f"{value} ({n} of {len(found)})" for value, n in values.items())
    return said


def _recorded(notebook: Path) -> dict[str, str]:
    try:
        made = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["manytasks"]
        return dict(made.get("machine", {}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # the next build makes it again
        return {}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def read_reference(profile: str) -> tuple[dict[str, Any], list[Evidence]]:
    """Return what a reference says of its machine, and its rows.

    Raises:
        ValueError: if there is none, it is damaged, or of another profile or registry; in one line.
    """
    path = FOLDER / f"{profile}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = [Evidence(**row) for row in content.pop("rows")]
        of = content.pop("profile")
    except FileNotFoundError:
        raise ValueError(f"there is no reference {path}; `make reference` writes it") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is damaged ({type(error).__name__}: {error})") from None
    if of != profile:
        raise ValueError(f"{path} is of the profile {of!r}")
    if unknown := sorted({row.claim for row in rows} - set(registry())):
        raise ValueError(f"{path} is of another registry: it judges {', '.join(unknown)}")
    return content, rows


def read_build(profile: str) -> list[Evidence]:
    """Return the evidence of the last build.

    Raises:
        ValueError: if there is none, or it is damaged; in one line.
    """
    path = Path("build") / profile / "evidence.json"
    try:
        return [Evidence(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        raise ValueError(f"there is no {path}; run `make book` first") from None
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged ({type(error).__name__}); run `make book` again") from None


def compared(profile: str, here: list[Evidence]) -> Comparison:
    """Compare the evidence of a build with the reference of its profile.

    Raises:
        ValueError: as ``read_reference``.
    """
    there, rows = read_reference(profile)
    return Comparison(profile, machine() | ran_on(profile), there, beside(here, rows))


def told(found: Comparison) -> str:
    """Return the comparison as a table for a terminal."""
    lines = [f"profile {found.profile}, here and in the reference:", ""]
    for key in found.about:
        mine, theirs = (str(side.get(key, "")) for side in (found.here, found.there))
        lines.append(f"  {key:<14}{mine or '-':<44}  {'the same' if mine == theirs else theirs}".rstrip())
    lines += ["", *(f"  {kind:<18}{number:>4}" for kind, number in found.counts.items())]
    for each in found.differ:
        sides = [side.numbers if side else "missing" for side in (each.here, each.there)]
        share = f"; {each.eaten:.0%} of its margin" if 0 < each.eaten < math.inf else ""
        lines += ["", f"{each.kind}: {each.row.claim}, {each.row.check} ({each.row.notebook}){share}"]
        lines += [f"  here   {sides[0]}", f"  there  {sides[1]}"]
    return "\n".join(lines)


def as_json(found: Comparison) -> str:
    """Return the comparison for programs."""
    rows = [
        {"kind": each.kind, "eaten": each.eaten if math.isfinite(each.eaten) else None}
        | {side: row and asdict(row) for side, row in (("here", each.here), ("there", each.there))}
        for each in found.differ
    ]
    sides = {"here": found.here, "there": found.there}
    return json.dumps(
        {"profile": found.profile, "counts": found.counts, **sides, "differ": rows},
        indent=1,
        ensure_ascii=False,
    )


def write_reference(profile: str, rows: list[Evidence]) -> Path:
    """Write the evidence of a build as the reference, a row a line."""
    made = {"profile": profile, "date": datetime.now(UTC).date().isoformat(), "commit": commit()}
    short = [{key: value for key, value in asdict(row).items() if value not in (None, "")} for row in rows]
    head = json.dumps(made | machine() | ran_on(profile), indent=1, ensure_ascii=False).removesuffix("\n}")
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in short)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{profile}.json"
    path.write_text(f'{head},\n "rows": [\n{body}\n]}}\n', encoding="utf-8")
    return path


def of_these_sources(profile: str) -> None:
    """Refuse to make a reference of a build that failed, or that other sources have made.

    Raises:
        ValueError: if it did.
    """
    from plan import finished, plan

    path = Path("build") / profile / "faults.json"
    if not finished(path, plan(profile)["verdicts"]):
        raise ValueError(f"build/{profile} was not made of these sources; run `make book` first")
    faults = json.loads(path.read_text(encoding="utf-8"))
    if faults["failures"] or faults["changed"]:
        raise ValueError(f"build/{profile} has failures or verdicts that changed; it is no reference")


def main(profile: str, reference: bool, for_programs: bool) -> int:
    """Compare and print; with ``reference`` write what was found afterwards."""
    try:
        rows = read_build(profile)
        if reference:
            of_these_sources(profile)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        found = compared(profile, rows)
        print(as_json(found) if for_programs else told(found))
    except ValueError as error:
        print(error, file=sys.stderr)
        if not reference:
            return 2
    if reference:
        print(f"wrote {write_reference(profile, rows)}")
        return 0
    return found.status


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--profile", default="book")
    parser.add_argument("--json", action="store_true", help="print it for programs")
    parser.add_argument("--reference", action="store_true", help="then make this build the reference")
    options = parser.parse_args()
    os.chdir(environment.ROOT)
    sys.exit(main(options.profile, options.reference, options.json))
