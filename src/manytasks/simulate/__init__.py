"""The quantities of ``theory``, drawn instead of derived: same names, same arguments, one row a draw."""

from manytasks.simulate.errors import (
    knowledge_transfer,
    multitask_error,
    multitask_terms,
    single_task_error,
    transfer_terms,
)
from manytasks.simulate.replay import replay_error

__all__ = [
    "knowledge_transfer",
    "multitask_error",
    "multitask_terms",
    "replay_error",
    "single_task_error",
    "transfer_terms",
]
