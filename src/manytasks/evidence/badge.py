"""One check of one claim, as the page shows it and the build reads it back."""

from __future__ import annotations

import html
import re
from dataclasses import asdict, dataclass
from typing import Any

UNJUDGED = "not judged: the chapter failed"
KEY = "manytasks_evidence"  # where an output's metadata keeps its evidence
SHOWN = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "="}
PREFIX = {"fails": "not ", "open": "not surely "}


@dataclass(frozen=True)
class Evidence:
    """One check of one claim: a number, the limit it must keep, on how much data, and what follows.

    Attributes:
        claim: id of the claim.
        check: what was done, in a few words.
        statistic: name of the number that decides.
        value: the number; for an interval, its middle.
        sign: what it must be to the limit.
        limit: what it is compared with.
        n: size of the data behind it.
        verdict: holds, holds when …, fails or open.
        notebook: the chapter, without folder and suffix.
        profile: the profile that drew it.
        level: the check's share of the book's error rate, where it spends one.
        low: lower end of the interval, if the value has one.
        high: upper end.
        seeds: number of independent seeds behind the value, where that is the size that counts.
        detects: the smallest departure that the check would have noticed.
        condition: what became of its condition beyond it: a number, or that nobody has tried.
        margin: how near to the limit is no difference, where the sign is ``<>``.
    """

    claim: str
    check: str
    statistic: str
    value: float
    sign: str
    limit: float
    n: str
    verdict: str
    notebook: str = ""
    profile: str = ""
    level: float | None = None
    low: float | None = None
    high: float | None = None
    seeds: int | None = None
    detects: str = ""
    condition: str = ""
    margin: float | None = None

    @property
    def anchor(self) -> str:
        """Name of the place in the page where the check ran."""
        return anchor(self.claim, self.check)

    @property
    def comparison(self) -> str:
        """The number beside its limit; a sign that is not met says so."""
        ends = "" if self.low is None else f" ({self.low:.3g} to {self.high:.3g})"
        if self.margin is not None:
            within = f"within {self.margin:.3g} of {self.limit:.3g}"
            left_out = f"leaves out {self.limit:.3g}"
            said = {"fails": within, "open": f"neither {left_out} nor lies {within}"}.get(
                self.verdict, left_out
            )
            return f"{self.value:.3g}{ends} {said}".replace("-", "−")
        sure = self.verdict == "open" and self.low is None  # of too few things to compare nothing is in doubt
        prefix = "not " if sure else PREFIX.get(self.verdict, "")
        text = f"{self.value:.3g}{ends} {prefix}{SHOWN[self.sign]} {self.limit:.3g}"
        return text.replace("-", "−")

    @property
    def numbers(self) -> str:
        """What decided: statistic, comparison, size of the data, error rate, what lies beyond a condition."""
        parts = [f"{self.statistic}: {self.comparison}", f"n = {self.n}"]
        if self.seeds is not None:
            parts.append(f"{self.seeds} seeds")
        if self.level is not None:
            parts.append(f"error rate {self.level:.0e}")
        if self.detects:
            parts.append(f"would notice {self.detects}")
        return ", ".join(parts) + (f"; {self.condition}" if self.condition else "")

    def __str__(self) -> str:
        return f"{self.claim}, {self.check}: {self.verdict} ({self.numbers})"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        badge = (
            f'<div class="evidence {verdict_class(self.verdict)}" id="{self.anchor}">'
            f'<a href="../../book/claims.html#{self.claim}">{self.claim}</a> {html.escape(self.check)}: '
            f"<strong>{html.escape(self.verdict)}</strong>"
            f"<span>{html.escape(self.numbers)}</span></div>"
        )
        return {"text/html": badge, "text/plain": str(self)}, {KEY: asdict(self)}


def anchor(claim: str, check: str) -> str:
    """Name the place where a check of a claim ran; letters beyond the Latin ones leave no trace in it.

    Args:
        claim: id of the claim.
        check: name of the check.

    Returns:
        Words for an address.

    Example:
        >>> anchor("A.T1", "simulation, n = 5")
        'evidence-a-t1-simulation-n-5'
    """
    return "evidence-" + re.sub(r"[^a-z0-9]+", "-", f"{claim} {check}".lower()).strip("-")


def verdict_class(verdict: str) -> str:
    """Name the kind of a verdict, for colours.

    Returns:
        "holds", "conditional", "fails", "open", "untested" or "unjudged".
    """
    if verdict == UNJUDGED:
        return "unjudged"
    return "conditional" if verdict.startswith("holds when") else verdict
