"""The quantities of ``theory``, drawn instead of derived: same names, same arguments, one row a draw."""

from manytasks.simulate.bracket_moments import bracket_moments, training_forgetting
from manytasks.simulate.errors import (
    knowledge_transfer,
    multitask_error,
    multitask_terms,
    single_task_error,
    transfer_terms,
)
from manytasks.simulate.replay import replay_error
from manytasks.simulate.ridge import ridge_error
from manytasks.simulate.ridge_moments import DrawnMoments, ridge_moments
from manytasks.simulate.training import training_error, training_path
from manytasks.simulate.weighted_ridge import weighted_ridge_error

__all__ = [
    "DrawnMoments",
    "bracket_moments",
    "knowledge_transfer",
    "multitask_error",
    "multitask_terms",
    "replay_error",
    "ridge_error",
    "ridge_moments",
    "single_task_error",
    "training_error",
    "training_forgetting",
    "training_path",
    "transfer_terms",
    "weighted_ridge_error",
]
