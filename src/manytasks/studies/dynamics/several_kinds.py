"""Rounds and orders of networks of several kinds, joined: what a statement about all of them is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manytasks.studies.dynamics.bracket_terms import term_lengths
from manytasks.studies.dynamics.round_gaps import OrderGap, distances, joined, order_gaps
from manytasks.studies.dynamics.rounds import FIELDS
from manytasks.studies.dynamics.small_pairs import Pairs


def all_distances(several: Sequence[Pairs], rates: Sequence[float]) -> dict[str, np.ndarray]:
    """Measure how far one round of steps ends from the flow of each field.

    Args:
        several: pairs of each kind, where the rounds begin.
        rates: of a step.

    Returns:
        (rates, pairs of all kinds) distances by name of the field.

    Example:
        >>> import torch
        >>> pairs = Pairs(lambda d: [lambda t: (t**2).sum() / 2, lambda t: 0 * t.sum()], torch.ones(1, 1), {})
        >>> all_distances([pairs, pairs], [0.1])["gradient flow"].round(4)
        array([[0.0048, 0.0048]], dtype=float32)
    """
    ends = [distances(pairs, rates) for pairs in several]
    return {name: np.concatenate([end[name] for end in ends], axis=-1) for name in FIELDS}


def all_order_gaps(several: Sequence[Pairs], rates: Sequence[float]) -> dict[str, OrderGap]:
    """Compare the two orders of steps, and those of flows.

    Args:
        several: pairs of each kind, where both begin.
        rates: of the steps, or times of the flows.

    Returns:
        Gaps of all pairs by "steps" and "flows".

    Example:
        >>> import torch
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> pairs = Pairs(lambda d: [one, two], torch.ones(1, 2, dtype=torch.float64), {})
        >>> {way: gap.missed.round(2).tolist() for way, gap in all_order_gaps([pairs, pairs], [0.1]).items()}
        {'steps': [[0.0, 0.0]], 'flows': [[0.16, 0.16]]}
    """
    each = [order_gaps(pairs, rates) for pairs in several]
    return {way: joined([one[way] for one in each]) for way in each[0]}


@dataclass(frozen=True)
class Dominance:
    """The bracket term beside the others; (pairs,) each."""

    equal_at: np.ndarray  # the rate at which the terms of order h² are as long as the bracket term
    part: np.ndarray  # of the bracket term in the sum of lengths of order h

    def longer(self, rates: Sequence[float]) -> pd.DataFrame:
        """Return in which share of the pairs the bracket term is longer than those of order h².

        Args:
            rates: of the steps.

        Returns:
            Columns "rate" and "longer".
        """
        found = (self.equal_at > np.asarray(rates)[:, None]).mean(axis=1)
        return pd.DataFrame({"rate": rates, "longer": found})


def dominance(several: Sequence[Pairs]) -> Dominance:
    """Compare the lengths of the terms of the modified field.

    Args:
        several: pairs of each kind, at the parameters where the terms are taken.

    Returns:
        For all pairs.

    Example:
        >>> import torch
        >>> one, two = lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2
        >>> found = dominance([Pairs(lambda d: [one, two], torch.ones(1, 2), {})] * 2)
        >>> found.part.round(2), found.longer([0.1, 10.0]).longer.tolist()
        (array([0.18, 0.18], dtype=float32), [1.0, 0.0])
    """
    terms = pd.concat([term_lengths(pairs) for pairs in several])
    part = terms["bracket"] / (terms["bracket"] + terms["flatness"])
    return Dominance((terms["bracket"] / terms["order 2"]).to_numpy(), part.to_numpy())
