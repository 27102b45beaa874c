"""Closed forms of Paper A (arXiv 2408.16939) and their extensions.

One rule for few parameters: T tasks of rank r exist in R^p only if p is at least r. The formulas need no more
than the Gram matrix and go on below r, as a curve over p does; what must draw or choose tasks that exist
(``simulate``, ``best_split``, ``Tasks.vectors``, ``manytasks predict``) refuses p < r and names the rank.

NumPy in, NumPy out; SymPy symbols pass through the same code, so a derivation can end at the function.
"""

from manytasks.theory.best_average import Average, best_average
from manytasks.theory.best_order import Order, best_order, order_index
from manytasks.theory.best_split import Split, best_split
from manytasks.theory.best_stopping import Stopping, best_stopping
from manytasks.theory.bracket_moments import BracketMoments, bracket_moments, training_forgetting
from manytasks.theory.effective_ridge import effective_ridge
from manytasks.theory.forgetting import average_error, forgetting, forgetting_terms
from manytasks.theory.jacobi_spectrum import jacobi_spectrum
from manytasks.theory.multitask import effective_noise, multitask_error, multitask_terms
from manytasks.theory.pooled_error import Forms, pooled_error, population_forms
from manytasks.theory.rehearsal import rehearsal_effect, rehearsal_rounds
from manytasks.theory.replay import replay_error
from manytasks.theory.ridge import ridge_error
from manytasks.theory.ridge_moments import RidgeMoments, ridge_moments
from manytasks.theory.single_task import single_task_error
from manytasks.theory.spread_bound import SpreadBound, spread_bound
from manytasks.theory.task_order import candidate_orders, greedy_order, order_values
from manytasks.theory.training_error import training_error
from manytasks.theory.training_factors import TrainingFactors, training_factors
from manytasks.theory.training_path import Anchors, best_anchor, order_effect, training_path
from manytasks.theory.transfer import knowledge_transfer, transfer_terms
from manytasks.theory.weighted_ridge import effective_shares, weighted_ridge_error
from manytasks.theory.wishart_spectrum import Spectrum, wishart_spectrum

__all__ = [
    "Anchors",
    "Average",
    "BracketMoments",
    "Forms",
    "Order",
    "RidgeMoments",
    "Spectrum",
    "Split",
    "SpreadBound",
    "Stopping",
    "TrainingFactors",
    "average_error",
    "best_anchor",
    "best_average",
    "best_order",
    "best_split",
    "best_stopping",
    "bracket_moments",
    "candidate_orders",
    "effective_noise",
    "effective_ridge",
    "effective_shares",
    "forgetting",
    "forgetting_terms",
    "greedy_order",
    "jacobi_spectrum",
    "knowledge_transfer",
    "multitask_error",
    "multitask_terms",
    "order_effect",
    "order_index",
    "order_values",
    "pooled_error",
    "population_forms",
    "rehearsal_effect",
    "rehearsal_rounds",
    "replay_error",
    "ridge_error",
    "ridge_moments",
    "single_task_error",
    "spread_bound",
    "training_error",
    "training_factors",
    "training_forgetting",
    "training_path",
    "transfer_terms",
    "weighted_ridge_error",
    "wishart_spectrum",
]
