"""Candidate measures of how similar two tasks are for a network; in the linear model all are one."""

from manytasks.deep.measures.features import linear_cka
from manytasks.deep.measures.functions import cross_risk, function_cosine, function_distance
from manytasks.deep.measures.gradients import bracket_norm, gradient_cosine
from manytasks.deep.measures.weights import weight_cosine, weight_distance

__all__ = [
    "bracket_norm",
    "cross_risk",
    "function_cosine",
    "function_distance",
    "gradient_cosine",
    "linear_cka",
    "weight_cosine",
    "weight_distance",
]
