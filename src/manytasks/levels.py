"""The book's family-wise error rate, 1 %, and the share of it that every statistical record spends."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files

BOOK = 0.01  # probability that a correct book shows a false verdict anywhere
UNIT = 1e-5  # levels.yml counts in it
_asked: set[str] = set()


def level(claim: str, check: str) -> float:
    """Return the error rate of one record, its share of the book's 1 %.

    Whatever decides the record spends at most this: a simulation's critical value, a confidence limit, a
    corrected p-value. Comparisons inside the record split it (Bonferroni). ``levels.yml`` holds the shares.

    Args:
        claim: id of the claim.
        check: name of the check, as ``evidence.record`` gets it.

    Returns:
        A probability; all records of the book and the reserve add up to 0.01.

    Raises:
        ValueError: if the record has no share; the message names the nearest that has.

    Example:
        >>> level("A.T1", "simulation")
        8e-05
    """
    wanted = f"{claim}, {check}"
    for records in levels().values():
        if wanted in records:
            _asked.add(wanted)
            return records[wanted]
    every = [name for records in levels().values() for name in records]
    near = "; ".join(difflib.get_close_matches(wanted, every, n=2, cutoff=0.3))
    raise ValueError(f"levels.yml has no share for {wanted!r}; the nearest are {near}")


def spent(claim: str, check: str) -> float | None:
    """Return the level of a record that asked for it.

    Args:
        claim: id of the claim.
        check: name of the check.

    Returns:
        What ``level`` returned in this process; None if it was not asked.

    Example:
        >>> spent("O.2", "the curve continues above")
        >>> level("O.2", "the curve continues above") == spent("O.2", "the curve continues above")
        True
    """
    return level(claim, check) if f"{claim}, {check}" in _asked else None


@cache
def levels() -> dict[str, dict[str, float]]:
    """Read the shares of all records.

    Returns:
        By chapter, error rates by "claim, check"; what no record has taken yet under "reserve".

    Example:
        >>> levels()["multitask/gradient-descent"]
        {'A.B1, simulation from three starts': 8e-05}
    """
    import yaml

    table = yaml.safe_load(files("manytasks").joinpath("levels.yml").read_text(encoding="utf-8"))
    return {
        chapter: {record: round(share * UNIT, 10) for record, share in records.items()}
        for chapter, records in table.items()
    }
