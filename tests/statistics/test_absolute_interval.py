"""The size of a number with an interval: what an interval of either sign says of it."""

import numpy as np
import pytest

from manytasks.statistics import Interval


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((2.0, 1.0, 4.0), (2.0, 1.0, 4.0)),
        ((-2.0, -4.0, -1.0), (2.0, 1.0, 4.0)),
        ((1.0, -3.0, 2.0), (1.0, 0.0, 3.0)),
        ((-1.0, -2.0, 3.0), (1.0, 0.0, 3.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
    ],
)
def test_an_interval_holds_the_sizes_of_what_it_held(given, wanted):
    found = Interval(*given).absolute()
    assert (found.value, found.low, found.high) == wanted
    inside = np.abs(np.linspace(given[1], given[2], 101))
    assert inside.max() == found.high
    assert inside.min() == pytest.approx(found.low, abs=0.03)


def test_arrays_are_read_entry_by_entry():
    several = Interval(np.array([2.0, -1.0]), np.array([1.0, -2.0]), np.array([4.0, 3.0])).absolute()
    np.testing.assert_array_equal([several.value, several.low, several.high], [[2, 1], [1, 0], [4, 3]])
    assert several[0] == Interval(2.0, 1.0, 4.0)
