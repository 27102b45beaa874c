"""How many cores this process may use; every count of threads and of parallel jobs starts here."""

from __future__ import annotations

import os


def allowed() -> int:
    """Return the number of cores that this process may use, which a scheduler may have narrowed.

    Returns:
        A whole number of at least 1; who gets 1 starts no pool.

    Example:
        >>> allowed() >= 1
        True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
