"""What happens when one model learns many tasks: closed forms, simulations, flows and networks.

``theory`` holds exact formulas, ``simulate`` draws the same quantities, ``flow`` does backward error
analysis and ``deep`` trains networks. Submodules load on first use, so that ``manytasks sweep`` needs
neither SymPy nor Matplotlib on a cluster node.
"""

from __future__ import annotations

import importlib
from typing import Any

from manytasks.tasks import Tasks

_SUBMODULES = ("audit", "deep", "evidence", "figures", "flow", "simulate", "symbolic", "theory")
__all__ = ["Tasks", *_SUBMODULES]


def __getattr__(name: str) -> Any:
    """Import a submodule the first time it is asked for.

    Returns:
        The submodule.

    Raises:
        AttributeError: if the package has no such submodule.
    """
    if name in _SUBMODULES:
        return importlib.import_module(f"manytasks.{name}")
    raise AttributeError(f"module 'manytasks' has no attribute {name!r}")
