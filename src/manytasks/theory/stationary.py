"""Where a piecewise smooth function can be smallest on the whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import numpy as np
from numpy.polynomial import Chebyshev

# A polynomial through this many points; as few whole numbers are simply all looked at.
POINTS = 24
# The last coefficients of a resolved polynomial are this small, against the smallest value it takes.
RESOLVED = 1e-13


def whole_candidates(
    function: Callable[[float], float], last: int, breaks: Iterable[float | Fraction]
) -> dict[int, float]:
    """Return the function at every whole number that can be its minimum on 0, ..., last.

    Between two breaks the function is smooth, so on the whole numbers it is smallest at an end of the piece
    or next to a stationary point. Those are the roots of the derivative of a polynomial that equals the
    function to rounding error; pieces where one polynomial is not enough are halved.

    Args:
        function: a number for every real number in [0, last] that is no break; infinite or nan where it
            has no value.
        last: largest whole number, at least 0.
        breaks: where the function may jump, bend or be infinite; nothing else of it need be known.

    Returns:
        Dictionary from whole numbers to finite values; empty if there are none.

    Example:
        >>> found = whole_candidates(lambda x: (x - 300.4) ** 2 + 1 / abs(x - 0.5), 1000, breaks=[0.5])
        >>> min(found, key=found.get), len(found) < 100
        (300, True)
    """
    inside = sorted({x for x in breaks if 0 <= x <= last})
    chosen = {0, last} | {whole for x in inside for whole in (floor(x), ceil(x), ceil(x) - 1, floor(x) + 1)}
    ends = [-1, *inside, last + 1]
    for left, right in pairwise(ends):
        chosen.update(_smooth_candidates(function, floor(left) + 1, ceil(right) - 1))
    values = {whole: float(function(whole)) for whole in sorted(chosen) if 0 <= whole <= last}
    return {whole: value for whole, value in values.items() if np.isfinite(value)}


def _smooth_candidates(function: Callable[[float], float], low: int, high: int) -> set[int]:
    if high - low < POINTS:
        return set(range(low, high + 1))
    polynomial = Chebyshev.interpolate(np.vectorize(function, otypes=[float]), POINTS - 1, [low, high])
    size = np.abs(polynomial.linspace(POINTS)[1]).min()
    if not np.all(np.abs(polynomial.coef[-3:]) <= RESOLVED * size):  # also where the function is infinite
        middle = (low + high) // 2
        return _smooth_candidates(function, low, middle) | _smooth_candidates(function, middle, high)
    roots = polynomial.deriv().trim(RESOLVED * size).roots()
    nearly_real = roots.real[np.abs(roots.imag) < 1e-6 * (high - low)]
    stationary = [x for x in nearly_real if low <= x <= high]
    return {low, high} | {whole for x in stationary for whole in (floor(x), ceil(x))}
