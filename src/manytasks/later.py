"""Functions of libraries that take long to load, loaded by whoever calls them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """A function or class of a library, imported when it is first called.

    It stands under the name that an import would have given it, so that the code that calls it reads, and is
    digested (``manytasks.deep.sweeps.code``), as if it had been imported.

    Args:
        module: where it is, such as "sklearn.linear_model".
        name: what it is called there.

    Raises:
        ImportError: when it is called, if the library is not there.

    Example:
        >>> factorial = Later("math", "factorial")
        >>> factorial(4)
        24
    """

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it.

        Returns:
            What it returns.
        """
        return getattr(import_module(self._module), self._name)(*args, **kwargs)
