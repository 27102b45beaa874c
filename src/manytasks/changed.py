"""What claims were judged to be before the papers' own data, and why some are judged otherwise now.

Nothing that a chapter imports may import this: a reason in other words runs no chapter again.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from importlib.resources import files

from manytasks import strict_yaml


@dataclass(frozen=True)
class Earlier:
    """How a claim was judged on glyphs and digits.

    ``before`` is that verdict, "untested" if there was none. ``because`` names the setting that, put back,
    restores it; it is empty while the verdict is the same.
    """

    id: str
    before: str
    because: str = ""


def earlier() -> dict[str, Earlier]:
    """Read the earlier verdicts of all claims that ``declarations.yml`` decides.

    Returns:
        By id of the claim, in the order of the claims page.

    Raises:
        ValueError: if a row of ``changed.yml`` has other keys or is there twice; it names the row.

    Example:
        >>> earlier()["A.N2"].before
        'holds'
    """
    rows = strict_yaml.load(files("manytasks").joinpath("changed.yml").read_text("utf-8"), "changed.yml")
    needed = {field.name: field.default is MISSING for field in fields(Earlier)}
    found: dict[str, Earlier] = {}
    for number, row in enumerate(rows, 1):
        missing = [key for key, wanted in needed.items() if wanted and key not in row]
        if missing or set(row) - set(needed):
            there = ", ".join(row)
            raise ValueError(
                f"changed.yml, row {number}: the keys are id, before and perhaps because; got {there}"
            )
        if row["id"] in found:
            raise ValueError(f"changed.yml, row {number}: {row['id']} has a row already")
        found[row["id"]] = Earlier(**row)
    return found
