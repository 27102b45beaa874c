"""How long one trains: gradient flow for a time, descent for some steps, or ridge; each is a filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from manytasks.readers import numbers, real, short

LONGEST_TIME = 1e150  # a float squared is still one; whoever trains longer says inf
MOST_STEPS = 1e15


class Filter(NamedTuple):
    r"""What training has learned along an eigenvector of :math:`S = XX^\top` with eigenvalue s."""

    learned: Any
    """:math:`K(s) = 1 - g(s)`, the learned share."""
    gain: Any
    """:math:`K(s)/s`, by which the labels are multiplied."""
    slope: Any
    """:math:`K'(s)`."""


@dataclass(frozen=True)
class Rule:
    """One way to train, at as many lengths as ``strength`` has entries."""

    kind: Literal["flow", "descent", "ridge"]
    strength: np.ndarray
    rate: float = 0.0

    @property
    def to_the_end(self) -> np.ndarray:
        """Where training ends at the interpolator nearest to its start."""
        if self.kind == "ridge":
            return self.strength == 0
        return np.isinf(self.strength)

    def filter(self, s: np.ndarray, N: Any, strength: Any = None) -> Filter:
        """Return the filter of every length at every eigenvalue.

        Args:
            s: eigenvalues, above 0.
            N: samples in the mean of the loss; broadcasts with s.
            strength: lengths, which broadcast with s; those of the rule by default. They may be complex.

        Returns:
            Arrays of the broadcast shape.
        """
        length = self.strength if strength is None else strength
        if self.kind == "ridge":
            total = s + length
            return Filter(s / total, 1 / total, length / (total * total))
        if self.kind == "flow":
            rate = length / N
            learned = -np.expm1(-rate * s)
            return Filter(learned, learned / s, rate * (1 - learned))
        step = self.rate * s / N
        left = np.power(1 - step, length)
        small = np.minimum(step, 0.5)
        learned = np.where(step < 0.5, -np.expm1(length * np.log1p(-small)), 1 - left)
        slope = length * self.rate / N * np.power(1 - step, np.maximum(length - 1, 0))
        return Filter(learned, learned / s, slope)


def training_rule(time: Any, rate: Any, steps: Any, ridge: Any) -> Rule:
    """Read how long is trained.

    Args:
        time: time of gradient flow, at least 0, or an array; inf is training to the end.
        rate: learning rate of gradient descent, above 0; with ``steps``.
        steps: whole number of steps of gradient descent, or an array; with ``rate``.
        ridge: λ of a ridge on the sum of squares, at least 0, or an array.

    Returns:
        The rule.

    Raises:
        ValueError: if a number is outside its range, or not exactly one rule is given.
    """
    given = (time is not None, rate is not None or steps is not None, ridge is not None)
    if sum(given) != 1 or (rate is None) != (steps is None):
        raise ValueError("give one of: time; rate and steps; ridge")
    if ridge is not None:
        return Rule("ridge", training_lengths(ridge, "ridge", endless=False))
    if time is not None:
        return Rule("flow", training_lengths(time, "time"))
    size = real(rate, "rate", low=0.0, above=True)
    count = training_lengths(steps, "steps", MOST_STEPS, endless=False)
    if np.any(count != np.floor(count)):
        raise ValueError(f"steps must be whole numbers; got {short(steps)}")
    return Rule("descent", count, size)


def training_lengths(
    value: Any, name: str, most: float = LONGEST_TIME, *, endless: bool = True
) -> np.ndarray:
    """Read training lengths.

    Args:
        value: a number or nested sequences of them.
        name: how the error message calls the argument.
        most: the largest finite one.
        endless: whether inf is allowed.

    Returns:
        Array of floats.

    Raises:
        ValueError: if a length is outside its range.
    """
    found = numbers(value, name)
    allowed = (found >= 0) & (found <= most)
    if not np.all(allowed | (endless & (found == np.inf))):
        or_endless = " or inf" if endless else ""
        raise ValueError(f"{name} must be in [0, {most:g}]{or_endless}; got {short(value)}")
    return found
