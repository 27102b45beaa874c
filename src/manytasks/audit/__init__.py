"""Which tasks should train together? From samples to a decision, without fitting every grouping."""

from manytasks.audit.decide import Audit, audit, summary
from manytasks.audit.estimate import forms
from manytasks.audit.heldout import HeldOut, choose, held_out
from manytasks.audit.page import page, picture
from manytasks.audit.partitions import path
from manytasks.audit.reading import read
from manytasks.audit.report import text, verdict
from manytasks.audit.samples import Samples, from_arrays
from manytasks.audit.unbiased import Distances, covariance_forms, distances_of, isotropic_distances

__all__ = [
    "Audit",
    "Distances",
    "HeldOut",
    "Samples",
    "audit",
    "choose",
    "covariance_forms",
    "distances_of",
    "forms",
    "from_arrays",
    "held_out",
    "isotropic_distances",
    "page",
    "path",
    "picture",
    "read",
    "summary",
    "text",
    "verdict",
]
