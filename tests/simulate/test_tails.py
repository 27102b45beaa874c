"""Where the theory says "infinite": the tail of the error against its exact index."""

import numpy as np
import pytest
from monte_carlo import critical_z

from manytasks import Tasks, simulate, theory

N, TRIALS, TAIL = 12, 100_000, 400
OFFSETS = [-3, -2, -1, 0, 1, 2, 3]


def hill(errors, tail):
    """Tail index of P(error > x) ~ x^-index from the largest draws; relative error 1/sqrt(tail)."""
    largest = np.sort(errors)[-tail - 1 :]
    return 1 / np.log(largest[1:] / largest[0]).mean()


@pytest.mark.statistical
def test_tail_index_decides_which_errors_are_infinite():
    """Index (|p - N| + 1)/2; error rate 1e-3 (z-tests, Bonferroni over 7 widths).

    The mean is infinite up to index 1, |p - N| <= 1, and the variance up to index 2, |p - N| <= 3: that is
    why mean tests leave these widths out. One step of p away the index is wrong by at least 20 %, and fails.
    """
    tasks = Tasks.chain(2, -0.9)
    for offset in OFFSETS:
        draws = simulate.multitask_error(
            tasks, N // 2, N + offset, 0.3, trials=TRIALS, seed=18, method="reduced"
        )
        index = hill(draws.mean(axis=1), TAIL)
        for step in (-1, 0, 1):
            expected = (abs(offset) + step + 1) / 2
            if expected > 0:
                z = np.sqrt(TAIL) * (index / expected - 1)
                assert (abs(z) < critical_z(len(OFFSETS))) == (step == 0), (offset, step, z)
        infinite = np.isinf(theory.multitask_error(tasks, N // 2, N + offset, 0.3)).all()
        assert infinite == ((abs(offset) + 1) / 2 <= 1)
