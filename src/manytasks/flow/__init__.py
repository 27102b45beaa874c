"""Backward error analysis: the smooth flow that gradient steps on one or many losses really follow."""

from manytasks.flow.bracket import lie_bracket
from manytasks.flow.field import modified_field
from manytasks.flow.loss import modified_loss
from manytasks.flow.network import Network
from manytasks.flow.series import ModifiedSeries, euler_series, modified_series
from manytasks.flow.solver import descend, integrate, trajectory

__all__ = [
    "ModifiedSeries",
    "Network",
    "descend",
    "euler_series",
    "integrate",
    "lie_bracket",
    "modified_field",
    "modified_loss",
    "modified_series",
    "trajectory",
]
