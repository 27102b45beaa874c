"""The registry of claims: what the two papers and this book say, with the verdict we committed to."""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

UNTESTED = "untested"
KINDS = (
    "theorem",
    "mechanism",
    "assumption",
    "break condition",
    "figure",
    "first experiment",
    "open question",
    "next check",
    "result",
)


@dataclass(frozen=True)
class Claim:
    """One row of the registry.

    ``verdict`` is what we committed to, "untested" while nothing tests it. ``instead`` says in a few words
    what is true in the place of a statement that fails, ``short`` what the statement says, for tables.
    """

    id: str
    statement: str
    kind: str
    source: str
    chapter: str
    how: str
    verdict: str = UNTESTED
    instead: str = ""
    short: str = ""


def registry() -> dict[str, Claim]:
    """Read every claim of the two papers and ours, in the order of the claims page.

    Returns:
        Claims by id.

    Raises:
        ValueError: if ``claims.yml`` is not a list of claims; it names the row and the key.

    Example:
        >>> registry()["A.T1"].kind
        'theorem'
    """
    return dict(_claims(files("manytasks").joinpath("claims.yml").read_text("utf-8")))


def judged_in(chapter: str, code: str) -> list[str]:
    """Name the claims that a chapter judges, without running it.

    Args:
        chapter: its name, such as "multitask/one-task".
        code: its source.

    Returns:
        Ids of the claims that the registry gives to this chapter or that the code names in quotes.

    Example:
        >>> judged_in("somewhere/else", 'evidence.record("A.T2", "simulation", …)')
        ['A.T2']
    """
    quoted = set(re.findall(r"""["']([ABO]\.\w+)(?:, [^"']*)?["']""", code))
    return [claim.id for claim in registry().values() if claim.chapter == chapter or claim.id in quoted]


@cache
def _claims(text: str) -> dict[str, Claim]:
    from manytasks import strict_yaml

    rows = strict_yaml.load(text, "claims.yml")
    if not isinstance(rows, list):
        raise ValueError(f"claims.yml must be a list of claims; got {type(rows).__name__}")
    claims: dict[str, Claim] = {}
    for number, row in enumerate(rows, 1):
        claim = _claim(number, row)
        if claim.id in claims:
            raise ValueError(f"claims.yml uses the id {claim.id!r} twice")
        claims[claim.id] = claim
    return claims


def _claim(number: int, row: Any) -> Claim:
    """Take one row of the registry, or say which one cannot be taken and why.

    Returns:
        The claim.

    Raises:
        ValueError: naming the row and the key.
    """
    if not isinstance(row, dict):
        raise ValueError(f"claims.yml, row {number}: a claim must be a mapping of keys; got {row!r}")
    name = f"claims.yml, row {number} ({row.get('id', 'without an id')})"
    keys = {field.name: field.default is MISSING for field in fields(Claim)}
    if unknown := [key for key in row if key not in keys]:
        raise ValueError(f"{name}: unknown key {unknown[0]!r}; the keys are {', '.join(keys)}")
    if missing := [key for key, needed in keys.items() if needed and key not in row]:
        raise ValueError(f"{name}: the key {missing[0]!r} is missing")
    for key, value in row.items():
        # A line that ends would end the page's block of HTML, and what follows would be read as Markdown.
        if not isinstance(value, str) or not value.strip() or "\n" in value.strip():
            raise ValueError(f"{name}: {key} must be one line of text; got {value!r}")
    claim = Claim(**{key: value.strip() for key, value in row.items()})
    allowed = {
        "id": (r"[ABO]\.\w+", "be A, B or O, a dot and a short name"),
        "kind": ("|".join(KINDS), f"be one of {', '.join(KINDS)}"),
        "source": (r"(Paper A|Paper B|Ours)\b.*", "begin with Paper A, Paper B or Ours"),
        "verdict": (
            r"holds|holds when .+|fails|open|untested",
            "be holds, holds when …, fails, open or untested",
        ),
    }
    for key, (pattern, words) in allowed.items():
        if not re.fullmatch(pattern, value := getattr(claim, key)):
            raise ValueError(f"{name}: {key} must {words}; got {value!r}")
    return claim
