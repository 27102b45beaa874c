"""Closed forms of Paper A (arXiv 2408.16939) and their extensions.

NumPy in, NumPy out; SymPy symbols pass through the same code, so a derivation can end at the function.
"""

from manytasks.theory.best_split import Split, best_split
from manytasks.theory.forgetting import average_error, forgetting, forgetting_terms
from manytasks.theory.multitask import effective_noise, multitask_error, multitask_terms
from manytasks.theory.replay import replay_error
from manytasks.theory.single_task import single_task_error
from manytasks.theory.task_order import candidate_orders, greedy_order, order_values
from manytasks.theory.transfer import knowledge_transfer, transfer_terms

__all__ = [
    "Split",
    "average_error",
    "best_split",
    "candidate_orders",
    "effective_noise",
    "forgetting",
    "forgetting_terms",
    "greedy_order",
    "knowledge_transfer",
    "multitask_error",
    "multitask_terms",
    "order_values",
    "replay_error",
    "single_task_error",
    "transfer_terms",
]
