"""What can be drawn: numbers only, and no more of them than fit into memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks.readers import has_symbols, short
from manytasks.tasks import Tasks
from manytasks.theory.domain import noise_variance, parameter_counts, sample_counts

LARGEST = 2**53  # whole numbers beyond have no float of their own


def drawn_problem(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any
) -> tuple[Tasks, np.ndarray, np.ndarray, float]:
    """Read the arguments that all simulations share, and refuse what cannot be drawn.

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
    n, widths, sigma2 = sample_counts(tasks, samples), parameter_counts(p), noise_variance(noise_var)
    named = {"tasks": tasks.gram, "samples": n, "p": widths, "noise_var": sigma2}
    for name, value in named.items():
        if has_symbols(value):
            raise ValueError(f"{name} must be numbers to be drawn; got the symbols {short(value)}")
    if widths.size == 0 or np.any(widths > LARGEST):
        raise ValueError(f"p must be at least one number, none above 2**53, to be drawn; got {short(p)}")
    if np.any(n > LARGEST):
        raise ValueError(f"samples must be at most 2**53 to be drawn; got {short(samples)}")
    if tasks.gram.dtype == object:
        tasks = Tasks(tasks.gram.astype(float))
    return tasks, n.astype(float), widths.astype(float).astype(int), float(sigma2)
