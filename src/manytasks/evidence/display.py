"""Put something on the page: an output where IPython runs, a line where it does not."""

from __future__ import annotations

from typing import Any


def running_cell() -> tuple[int, str]:
    """Return number and text of the cell that runs; 0 and nothing outside of IPython.

    Returns:
        The execution count, which no two runs of cells share, and the source.
    """
    shell = _shell()
    return (shell.execution_count, shell.user_ns["In"][-1]) if shell else (0, "")


def show(what: Any) -> None:
    """Display an object as the output of the running cell, or print it.

    Args:
        what: anything with text and, for notebooks, ``_repr_mimebundle_``.
    """
    if _shell() is None:
        print(what)
    else:
        from IPython.display import display

        display(what)


def _shell() -> Any:
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()
