"""What the sweeps on the papers' own data are to decide, declared before their tables were made."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from manytasks.levels import level
from manytasks.statistics import Interval, difference_interval, mean_interval

if TYPE_CHECKING:
    import pandas as pd

# A statistic by seed; or two, whose means are compared.
Unit: TypeAlias = "pd.Series | tuple[pd.Series, pd.Series]"
APART = "<>"
SIGNS = (">", "<", APART)  # above the limit, below it, on either side of it
MEASURES = ("loss", "error", "cosine")


@dataclass(frozen=True)
class Declaration:
    """Say how one record will be decided.

    Args:
        claim: id of the claim.
        check: name of the record.
        sweep: the sweep whose table of the book profile decides.
        rows: values of columns that are used; all values of any other.
        measure: "loss", "error", or "cosine" of weights.
        statistic: the number or numbers that decide; ``declarations.yml`` explains the words.
        sign: on which side of the limit the claim has it.
        limit: what the ends of the interval are compared with.
        level: error rate of the record, its share in ``levels.yml``.
        choose: seeds on which places are chosen; none if the places are fixed here.
        judge: seeds that decide, others than those.
        holds: when the claim holds.
        fails: when it fails; for ``<>`` these words name the margin, as in "within .05 of 0".
        otherwise: what is said if neither is so.
        beside: a second sweep, compared with the first.

    Raises:
        ValueError: if a value cannot be meant so.
    """

    claim: str
    check: str
    sweep: str
    rows: dict[str, list[Any]]
    measure: str
    statistic: str
    sign: str
    limit: float
    level: float
    choose: tuple[int, ...]
    judge: tuple[int, ...]
    holds: str
    fails: str
    otherwise: str
    beside: str | None = None

    def __post_init__(self) -> None:
        if self.sign not in SIGNS or self.measure not in MEASURES:
            raise ValueError(
                f"{self}: sign must be one of {' '.join(SIGNS)}, measure one of {' '.join(MEASURES)}; "
                f"got {self.sign} and {self.measure}"
            )
        if not 0 < self.level < 0.01:
            raise ValueError(f"{self}: level must be a part of the book's 0.01; got {self.level}")
        if len(self.judge) < 2 or set(self.choose) & set(self.judge):
            raise ValueError(
                f"{self}: at least 2 seeds must judge, and none that chose; "
                f"got {list(self.judge)} beside {list(self.choose)}"
            )
        if self.sign == APART and self.margin is None:
            raise ValueError(f"{self}: fails must name a margin, as in 'within .05 of 0'; got {self.fails!r}")

    def __str__(self) -> str:
        return f"{self.claim}, {self.check}"

    @property
    def margin(self) -> float | None:
        """How near to the limit is no difference, read off the words of ``fails``; for ``<>`` only."""
        found = re.search(r"\bwithin (\d*\.?\d+)", self.fails) if self.sign == APART else None
        return float(found[1]) if found else None

    def interval(self, *units: Unit, among: int = 0) -> Interval:
        """Return the number that decides: its mean over the judging seeds, at this record's level.

        Args:
            *units: the statistic by seed; seeds that chose may be among them and do not count. Several share
                the level, and all of them must hold; for ``<>`` each is compared by itself, and one is
                enough. Two series in the place of one are independent samples, and their means are compared.
            among: how many the declaration has, if these are a part of them.

        Returns:
            Mean with the interval of Student's t, or Welch's for two samples. Of several, the ends that are
            worst for the claim: one comparison with the limit is then a comparison of all. For ``<>`` the
            interval that leaves out the limit by most; if none does, the one that reaches farthest from it.

        Raises:
            ValueError: if a judging seed is missing or comes twice.

        Example:
            >>> import pandas as pd
            >>> declared = declarations()["O.23, CIFAR-100 features, error of the prediction"]
            >>> low, high = (pd.Series(size, index=range(20)) for size in (0.02, 0.03))
            >>> declared.interval(low, high).words(".2f")
            '0.03 (0.03 to 0.03)'
        """
        found = self._intervals(units, among)
        if self.sign == APART:
            return max(found, key=lambda each: (max(self._left_out(each), 0), self._reach(each)))
        worst = min if self.sign == ">" else max
        low, middle, high = (worst(getattr(each, end) for each in found) for end in ("low", "value", "high"))
        return Interval(middle, low, high)

    def apart(self, *units: Unit, among: int = 0) -> list[str]:
        """Name the units whose interval leaves out the limit, each compared by itself.

        Args:
            *units: as for ``interval``; of two samples the first has the name.
            among: how many the declaration has, if these are a part of them.

        Returns:
            Names of their series; empty for any sign but ``<>``.

        Example:
            >>> import pandas as pd
            >>> declared = declarations()["A.K7, best share, CIFAR-100 against permuted MNIST"]
            >>> same, more = pd.Series([0.4, 0.5] * 10), pd.Series([0.6, 0.7] * 10, name="128 kB")
            >>> declared.apart((more, same), (same, same))
            ['128 kB']
        """
        if self.sign != APART:
            return []
        heads = [each[0] if isinstance(each, tuple) else each for each in units]
        found = self._intervals(units, among)
        return [str(head.name) for head, each in zip(heads, found, strict=True) if self._left_out(each) > 0]

    def _intervals(self, units: tuple[Unit, ...], among: int) -> list[Interval]:
        """Return the interval of each, at its part of the level."""
        share = level(self.claim, self.check) / max(among, len(units))
        return [
            difference_interval(self._judged(each[0]), self._judged(each[1]), 1 - share)
            if isinstance(each, tuple)
            else mean_interval(self._judged(each), 1 - share)
            for each in units
        ]

    def _judged(self, units: pd.Series) -> pd.Series:
        """Return the statistic of the judging seeds.

        Raises:
            ValueError: if one is missing or comes twice.
        """
        if missing := [seed for seed in self.judge if (units.index == seed).sum() != 1]:
            raise ValueError(f"{self}: seed {missing[0]} must be there once; there are {list(units.index)}")
        return units.loc[list(self.judge)]

    def _left_out(self, interval: Interval) -> float:
        return float(max(interval.low - self.limit, self.limit - interval.high))

    def _reach(self, interval: Interval) -> float:
        return float(max(interval.high - self.limit, self.limit - interval.low))


@cache
def declarations() -> dict[str, Declaration]:
    """Read all declarations.

    Returns:
        By "claim, check".

    Example:
        >>> found = declarations()["A.F2, CIFAR-100, peak in loss, clean labels"]
        >>> found.sweep, found.rows, found.statistic, len(found.judge)
        ('multitask-width-cifar100', {'noise': [0.0]}, 'rise and fall of the test loss', 38)
    """
    text = files("manytasks").joinpath("declarations.yml").read_text(encoding="utf-8")
    return parse(text)


def parse(text: str) -> dict[str, Declaration]:
    """Read declarations off their YAML.

    Args:
        text: content of a ``declarations.yml``.

    Returns:
        By "claim, check".

    Raises:
        ValueError: if an entry lacks a key, has an unknown one, or comes twice.

    Example:
        >>> parse("declarations: [{claim: A.F2, check: x}]")
        Traceback (most recent call last):
        ...
        ValueError: declaration 'A.F2, x' lacks fails, holds, judge, level, limit, measure, otherwise, rows,
        sign, statistic, sweep
    """
    import yaml

    known = {field.name for field in fields(Declaration)}
    found: dict[str, Declaration] = {}
    for entry in yaml.safe_load(text)["declarations"]:
        name = f"{entry.get('claim')}, {entry.get('check')}"
        if missing := known - entry.keys() - {"beside", "choose"}:
            raise ValueError(f"declaration {name!r} lacks {', '.join(sorted(missing))}")
        if unknown := entry.keys() - known:
            raise ValueError(f"declaration {name!r} has the unknown key {', '.join(sorted(unknown))}")
        if name in found:
            raise ValueError(f"declaration {name!r} comes twice")
        seeds = {key: _seeds(str(entry.get(key, "none")), name) for key in ("choose", "judge")}
        statistic = entry["statistic"].replace("{measure}", entry["measure"])
        found[name] = Declaration(**entry | seeds | {"statistic": statistic})
    return found


def _seeds(words: str, name: str) -> tuple[int, ...]:
    """Read "none" or a range such as "2-39".

    Returns:
        The seeds.

    Raises:
        ValueError: if it is neither.
    """
    if words == "none":
        return ()
    first, dash, last = words.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and int(first) <= int(last)):
        raise ValueError(f"declaration {name!r}: seeds must be none or like 2-39; got {words!r}")
    return tuple(range(int(first), int(last) + 1))
