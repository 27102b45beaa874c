"""The least and the largest of intervals, end by end."""

import pytest

from manytasks.statistics import Interval, highest, lowest


def test_extremes_of_intervals_and_of_none():
    given = [Interval(1.0, 0.5, 9.0), Interval(2.0, -1.0, 3.0)]
    assert lowest(iter(given)) == Interval(1.0, -1.0, 3.0)
    assert highest(given) == Interval(2.0, 0.5, 9.0)
    for extreme in (lowest, highest):
        with pytest.raises(ValueError, match="at least one; got list"):
            extreme([])
