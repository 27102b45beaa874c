"""Changes of logarithms as people read them: in percent."""

from __future__ import annotations

import numpy as np

from manytasks.statistics import Interval


def in_percent(change: Interval) -> Interval:
    """Turn a change of a logarithm into percent.

    Args:
        change: of a natural logarithm.

    Returns:
        The same in percent of what changed.

    Example:
        >>> in_percent(Interval(np.log(1.5), 0.0, np.log(2.0))).words(".0f")
        '50 (0 to 100)'
    """
    return change.map(lambda log: 100 * np.expm1(log))


def percent(change: Interval, form: str = "+.1f") -> str:
    """Write a change of a logarithm in percent.

    Args:
        change: of a natural logarithm.
        form: format of each of the three numbers.

    Returns:
        Estimate and ends, with a percent sign.

    Example:
        >>> percent(Interval(np.log(1.5), 0.0, np.log(2.0)))
        '+50.0 (+0.0 to +100.0) %'
    """
    return in_percent(change).words(form) + " %"
