"""The root mean square of gaps that are measured with error: covered, scaled, and refused."""

import numpy as np
import pytest
from messages import whole

from manytasks.statistics import rms_interval
from manytasks.streams import stream

TRUE = np.array([0.03, -0.05, 0.01, 0.0, 0.08, -0.02, 0.04, 0.06])
ERROR = 0.02


def covered(factor, level=0.9, trials=2000):
    """Return in how many of all trials the interval of gaps whose errors are understated covers the truth."""
    draws = TRUE + ERROR * stream(3, "gaps").standard_normal((trials, TRUE.size))
    variances = np.full(TRUE.size, (factor * ERROR) ** 2)
    truth = np.sqrt(np.mean(TRUE**2))
    found = [rms_interval(row, variances, level) for row in draws]
    return np.mean([one.low <= truth <= one.high for one in found])


@pytest.mark.statistical
def test_it_covers_the_truth():
    """At 90 %, in 2,000 trials: below 0.875 with probability 2e-4 at most."""
    assert covered(1.0) >= 0.875


@pytest.mark.statistical
def test_errors_that_are_understated_are_not_covered():
    """Power: with half of the standard error the same bound is missed."""
    assert covered(0.5) < 0.875


def test_known_errors_of_zero_leave_the_root_mean_square():
    found = rms_interval(TRUE, np.zeros(TRUE.size))
    assert found.low == found.value == found.high == pytest.approx(np.sqrt(np.mean(TRUE**2)))


def test_a_factor_scales_it():
    variances = np.linspace(1e-4, 4e-4, TRUE.size)
    one, two = rms_interval(TRUE, variances), rms_interval(3 * TRUE, 9 * variances)
    assert [two.value, two.low, two.high] == pytest.approx([3 * one.value, 3 * one.low, 3 * one.high])


@pytest.mark.parametrize(
    ("gaps", "variances", "level", "message"),
    [
        ([0.1, 0.2], [0.1], 0.95, "gaps and variances must be (k,) both; got (2,) and (1,)"),
        ([], [], 0.95, "gaps and variances must be (k,) both; got (0,) and (0,)"),
        ([0.1], [-0.1], 0.95, "variances must not be negative; the smallest is -0.1"),
        ([0.1], [0.1], 1.0, "level must be a probability between 0 and 1; got 1.0"),
    ],
)
def test_what_it_refuses(gaps, variances, level, message):
    with pytest.raises(ValueError, match=whole(message)):
        rms_interval(gaps, variances, level)
