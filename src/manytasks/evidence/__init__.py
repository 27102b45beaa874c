"""Claims, the evidence that notebooks record for them, and the verdicts that follow.

A page names a number, a sign and a limit; the verdict is computed here and nowhere else. Evidence travels
inside the executed notebook, as an output of the cell that produced it: it cannot drift from its page, needs
no file of its own and is exactly as fresh as the notebook. The registry ``claims.yml`` holds every claim with
the verdict we committed to; a build whose evidence says otherwise fails.
"""

from manytasks.claims import UNTESTED, registry
from manytasks.evidence.agreeing import agree
from manytasks.evidence.badge import KEY, UNJUDGED, Evidence, verdict_class
from manytasks.evidence.comparison import Sign, outcome
from manytasks.evidence.condition import Assumed, Tested, tested
from manytasks.evidence.declared import decide
from manytasks.evidence.each import decide_each
from manytasks.evidence.judging import changed, verdicts
from manytasks.evidence.overturning import what_overturns
from manytasks.evidence.reading import FAILED, Failure, failures, gather
from manytasks.evidence.recording import leave_open, record
from manytasks.evidence.run import provenance
from manytasks.levels import level

__all__ = [
    "FAILED",
    "KEY",
    "UNJUDGED",
    "UNTESTED",
    "Assumed",
    "Evidence",
    "Failure",
    "Sign",
    "Tested",
    "agree",
    "changed",
    "decide",
    "decide_each",
    "failures",
    "gather",
    "leave_open",
    "level",
    "outcome",
    "provenance",
    "record",
    "registry",
    "tested",
    "verdict_class",
    "verdicts",
    "what_overturns",
]
