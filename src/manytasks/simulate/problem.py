"""What can be drawn: numbers only, and no more of them than have a float of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks.readers import has_symbols, short
from manytasks.tasks import Tasks
from manytasks.theory.domain import check_tasks, counts_of, noise_variance, parameter_counts

LARGEST = 2**53  # whole numbers beyond have no float of their own


def drawn_problem(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any
) -> tuple[Tasks, np.ndarray, np.ndarray, float]:
    """Read the arguments that all simulations share.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers, at least one of them.
        noise_var: label-noise variance σ², at least 0.

    Returns:
        Tasks and (T,) counts as floats, p as whole numbers, σ² as a float.

    Raises:
        ValueError: if an argument is outside its range, or a symbol.
    """
    if has_symbols(check_tasks(tasks).gram):
        raise ValueError(f"tasks must be numbers to be drawn; got the symbols {short(tasks.gram)}")
    n, widths = drawn_counts(tasks.T, samples), parameter_counts(p, symbols=False)
    if widths.size == 0 or np.any(widths > LARGEST):
        raise ValueError(f"p must be at least one number, none above 2**53, to be drawn; got {short(p)}")
    exact = tasks.gram.dtype == object
    numeric = Tasks(tasks.gram.astype(float)) if exact else tasks
    return numeric, n, widths.astype(int), float(noise_variance(noise_var, symbols=False))


def drawn_counts(T: int, samples: Any, name: str = "samples") -> np.ndarray:
    """Read how many samples of each task are to be drawn.

    Args:
        T: number of tasks.
        samples: one whole number or T of them.
        name: how the error message calls the argument.

    Returns:
        (T,) array of floats.

    Raises:
        ValueError: if a count is outside its range.
    """
    n = counts_of(T, samples, name)
    if np.any(n > LARGEST):
        raise ValueError(f"{name} must be at most 2**53 to be drawn; got {short(samples)}")
    return n
