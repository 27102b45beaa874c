"""Moments of the bracket and what training costs, drawn beside their formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks import simulate, theory
from manytasks.streams import Seed
from manytasks.tasks import Tasks


class BracketDraws(NamedTuple):
    """Three moments of ``theory.bracket_moments`` and ``theory.training_forgetting``, in this order."""

    drawn: np.ndarray
    """(trials, cases, 4, widths), one row a data set."""
    exact: np.ndarray
    """(cases, 4, widths)."""


def bracket_draws(
    cases: Sequence[tuple[Tasks, float]], samples: int, widths: ArrayLike, *, trials: int, seed: Seed
) -> BracketDraws:
    """Draw pairs of tasks, and state what their means should be.

    Args:
        cases: two tasks and a label-noise variance each.
        samples: n, of each task.
        widths: (k,) numbers of parameters, each more than n + 1.
        trials: data sets per case.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Draws and formulas.

    Example:
        >>> found = bracket_draws([(Tasks.equiangular(2, 0.5), 0.1)], 10, [60], trials=4000, seed=2)
        >>> (found.drawn.mean(axis=0) / found.exact).round(2).ravel()
        array([1.  , 1.  , 1.  , 0.99])
    """
    drawn, exact = [], []
    for i, (tasks, noise_var) in enumerate(cases):
        problem = tasks, samples, widths, noise_var
        moments = simulate.bracket_moments(*problem, trials=trials, seed=(seed, "moments", i))
        ends = simulate.training_forgetting(*problem, trials=trials, seed=(seed, "ends", i))
        drawn.append(np.stack([*moments, ends], axis=1))
        exact.append([*theory.bracket_moments(*problem), theory.training_forgetting(*problem)])
    return BracketDraws(np.stack(drawn, axis=1), np.array(exact))
