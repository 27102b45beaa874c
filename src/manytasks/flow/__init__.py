"""Backward error analysis: the smooth flow that gradient steps on one or many losses really follow."""

from manytasks.flow.arguments import checked
from manytasks.flow.bracket import lie_bracket as _lie_bracket
from manytasks.flow.field import modified_field
from manytasks.flow.least_forgetting import LeastForgetting, forgetting_products, least_forgetting
from manytasks.flow.loss import modified_loss
from manytasks.flow.network import Network
from manytasks.flow.series import ModifiedSeries, euler_series, modified_series
from manytasks.flow.solver import descend, integrate, trajectory
from manytasks.flow.tournament import Tournament, best_order, order_cost, order_costs

lie_bracket = checked(_lie_bracket)

__all__ = [
    "LeastForgetting",
    "ModifiedSeries",
    "Network",
    "Tournament",
    "best_order",
    "descend",
    "euler_series",
    "forgetting_products",
    "integrate",
    "least_forgetting",
    "lie_bracket",
    "modified_field",
    "modified_loss",
    "modified_series",
    "order_cost",
    "order_costs",
    "trajectory",
]
