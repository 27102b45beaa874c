"""The bracket of two tasks as a marker of forgetting and as its cause: what is seen over what theory says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from manytasks.studies.dynamics.first_steps import bracket_push, one_step, second_order_rise
from manytasks.studies.dynamics.small_pairs import Pairs


def marked(pairs: Pairs, found: Mapping[str, np.ndarray], lengths: Any) -> np.ndarray:
    """Divide what one step on task 2 does to task 1 by its prediction to second order.

    Args:
        pairs: where task 1 has been learned.
        found: what ``first_steps.predictions`` measured there.
        lengths: (lengths,) rates of the step, or (lengths, pairs).

    Returns:
        (lengths, pairs) ratios; they tend to one as the step shrinks, and are one where L1 is quadratic.

    Example:
        >>> import torch
        >>> start = torch.zeros(1, 1, dtype=torch.float64)
        >>> pairs = Pairs(lambda d: [lambda t: t[0] ** 2, lambda t: 3 * t[0]], start, {})
        >>> marked(pairs, {"inner": np.zeros(1), "curvature": np.array([18.0])}, [0.5, 1.0]).tolist()
        [[1.0], [1.0]]
    """
    expected = np.array([second_order_rise(found, length) for length in lengths])
    return one_step(pairs, lengths) / expected


def caused(pairs: Pairs, bracket: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    r"""Divide what the bracket term alone adds to :math:`L_1` in a round by its prediction to third order.

    What its part along :math:`g_1` does to second order, which is left where training is finite, is taken
    away first.

    Args:
        pairs: where task 1 has been learned.
        bracket: (pairs,) lengths of the bracket there, positive.
        rates: h of the round.

    Returns:
        (rates, pairs) ratios to :math:`\tfrac{h^3}2\|[g_1, g_2]\|^2`; they tend to one as h shrinks.

    Example:
        >>> import torch
        >>> one, two = lambda t: (t**2).sum() / 2, lambda t: t.sum()  # the bracket is −g2 at the minimum 0
        >>> pairs = Pairs(lambda d: [one, two], torch.zeros(1, 1, dtype=torch.float64), {})
        >>> caused(pairs, np.ones(1), [0.1, 0.001]).round(2).tolist()
        [[0.92], [1.0]]
    """
    pushes = [(rate, bracket_push(pairs, rate)) for rate in rates]
    return np.array([(push.added - push.leading) / (rate**3 / 2 * bracket**2) for rate, push in pushes])
