"""What happens when one model learns many tasks: closed forms, simulations, flows and networks.

``theory`` holds exact formulas, ``simulate`` draws the same quantities, ``flow`` does backward error
analysis and ``deep`` trains networks. Submodules load on first use, so that ``manytasks sweep`` needs
neither SymPy nor Matplotlib on a cluster node.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from manytasks.tasks import Tasks

if TYPE_CHECKING:
    from manytasks import deep, evidence, figures, flow, simulate, theory

__all__ = ["Tasks", "deep", "evidence", "figures", "flow", "simulate", "theory"]


def __getattr__(name: str) -> Any:
    """Import a submodule the first time it is asked for.

    Returns:
        The submodule.

    Raises:
        AttributeError: if the package has no such submodule.
    """
    if name in __all__:
        return importlib.import_module(f"manytasks.{name}")
    raise AttributeError(f"module 'manytasks' has no attribute {name!r}")
