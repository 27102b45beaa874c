"""Which tasks should train together? From samples to a decision, without fitting every grouping."""

from manytasks.audit.compare import Compared, check_comparable, compare
from manytasks.audit.decide import audit, groups_of
from manytasks.audit.estimate import forms
from manytasks.audit.example import example
from manytasks.audit.findings import Audit, summary
from manytasks.audit.formats import called
from manytasks.audit.further import Section, compared_section, further_numbers, served, weights_section
from manytasks.audit.heldout import OVERLAP, HeldOut, choose, held_out
from manytasks.audit.page import page, picture
from manytasks.audit.pairs import Pair
from manytasks.audit.partitions import path
from manytasks.audit.reading import read
from manytasks.audit.report import text
from manytasks.audit.samples import Samples, from_arrays
from manytasks.audit.sentences import verdict
from manytasks.audit.shares import best_shares
from manytasks.audit.unbiased import Distances, covariance_forms, distances_of, isotropic_distances
from manytasks.audit.weights import Weights, weigh

__all__ = [
    "OVERLAP",
    "Audit",
    "Compared",
    "Distances",
    "HeldOut",
    "Pair",
    "Samples",
    "Section",
    "Weights",
    "audit",
    "best_shares",
    "called",
    "check_comparable",
    "choose",
    "compare",
    "compared_section",
    "covariance_forms",
    "distances_of",
    "example",
    "forms",
    "from_arrays",
    "further_numbers",
    "groups_of",
    "held_out",
    "isotropic_distances",
    "page",
    "path",
    "picture",
    "read",
    "served",
    "summary",
    "text",
    "verdict",
    "weigh",
    "weights_section",
]
