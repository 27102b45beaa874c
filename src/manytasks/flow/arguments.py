"""What the calculus takes: losses that can be called, parameters that are tensors, finite rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from torch import Tensor

from manytasks.readers import real, short

F = TypeVar("F", bound=Callable[..., Any])


def check_theta(theta: Any, name: str = "theta") -> None:
    """Check that parameters are tensors.

    Args:
        theta: a tensor, or a dictionary of tensors.
        name: how the error message calls them.

    Raises:
        ValueError: if they are anything else, or there are none.

    Example:
        >>> check_theta([1.0, 2.0])
        Traceback (most recent call last):
        ...
        ValueError: theta must be a torch tensor or a dictionary of them; got [1.0, 2.0]
    """
    parts = list(theta.values()) if isinstance(theta, dict) else [theta]
    if not all(isinstance(part, Tensor) for part in parts):
        raise ValueError(f"{name} must be a torch tensor or a dictionary of them; got {short(theta)}")
    if parts and not sum(part.numel() for part in parts):
        raise ValueError(f"{name} must hold at least one number; got none")


def check_functions(functions: Any, name: str) -> None:
    """Check that what must be called can be.

    Args:
        functions: one function or a sequence of them.
        name: how the error message calls them.

    Raises:
        ValueError: if there is none, or one is no function.

    Example:
        >>> check_functions([abs, 3], "losses")
        Traceback (most recent call last):
        ...
        ValueError: losses must be functions of the parameters; got 3
    """
    if isinstance(functions, Sequence) and not functions:
        raise ValueError(f"{name} must hold at least one loss; got none")
    several = isinstance(functions, Sequence) and not isinstance(functions, str)
    for one in functions if several else [functions]:
        if not callable(one):
            raise ValueError(f"{name} must be functions of the parameters; got {short(one)}")


def check_rate(h: Any) -> Any:
    """Check the rate of a step.

    Args:
        h: a finite number of any kind; or a tensor, perhaps one that ``torch.vmap`` maps over many rates.

    Returns:
        A float, or the tensor.

    Raises:
        ValueError: if it is anything else.

    Example:
        >>> check_rate("0.1")
        Traceback (most recent call last):
        ...
        ValueError: h must be one number; got '0.1', which holds text
    """
    return h if isinstance(h, Tensor) else real(h, "h")


def checked(function: F) -> F:
    """Let a function of two losses and parameters refuse what they are not.

    The check stands around the function and not in it: what only refuses is no part of the code that made a
    table (``manytasks.deep.sweeps.code``).

    Args:
        function: of loss_a, loss_b and theta.

    Returns:
        The same, which raises a ``ValueError`` that names the argument.
    """

    @wraps(function)
    def checking(loss_a: Any, loss_b: Any, theta: Any) -> Any:
        check_functions(loss_a, "loss_a")
        check_functions(loss_b, "loss_b")
        check_theta(theta)
        return function(loss_a, loss_b, theta)

    return checking  # type: ignore[return-value]
