"""How committed verdicts changed, and why.

Nothing that a chapter imports may import this: a reason in other words runs no chapter again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib.resources import files

from manytasks import strict_yaml


@dataclass(frozen=True)
class Change:
    """One change of the verdict of a claim, committed on a day."""

    id: str
    date: str
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        return f"{self.date}: {self.before} → {self.after}. {self.why}"


def history() -> dict[str, list[Change]]:
    """Read how verdicts changed since all of them were examined anew.

    Returns:
        By id of the claim, its changes in order; claims whose verdict never changed are missing.

    Raises:
        ValueError: if a row of ``history.yml`` has other keys, or does not go on where the one before ended.

    Example:
        >>> [change.date for change in history()["B.S2"]]
        ['2026-11-28', '2026-11-28']
    """
    rows = strict_yaml.load(files("manytasks").joinpath("history.yml").read_text("utf-8"), "history.yml")
    keys = [field.name for field in fields(Change)]
    found: dict[str, list[Change]] = {}
    for number, row in enumerate(rows, 1):
        if list(row) != keys:
            raise ValueError(
                f"history.yml, row {number}: keys must be {', '.join(keys)}; got {', '.join(row)}"
            )
        change = Change(**{key: str(value) for key, value in row.items()})
        earlier = found.setdefault(change.id, [])
        if earlier and (earlier[-1].after != change.before or earlier[-1].date > change.date):
            raise ValueError(f"history.yml, row {number}: {change.id} does not go on where it was")
        earlier.append(change)
    return found
