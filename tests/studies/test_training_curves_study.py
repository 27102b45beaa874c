"""Curves against training time: limits, definitions, draws."""

import numpy as np
import pytest

from manytasks import Tasks, simulate, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.training_curves import (
    TrainingForgetting,
    exchange_rate,
    forgetting_in_time,
)
from manytasks.theory.fit import noise_factor, spread_factor

HALF = TrainingForgetting(Tasks.equiangular(2, 0.5), 10, 50, 0.1)


def test_the_exchange_rate_begins_above_one_and_ends_at_that_of_the_fit():
    times = np.array([1e-7, 1.0, 1e7])
    rates = exchange_rate([[4], [20]], [8, 40], times)
    assert rates.shape == (2, 2, 3)
    np.testing.assert_allclose(rates[..., 0], [[1 + 1 / 8, 1 + 1 / 40]] * 2, rtol=1e-5)
    for row, N in enumerate((4, 20)):
        ends = [spread_factor(N, p) / noise_factor(N, p) for p in (8, 40)]
        np.testing.assert_allclose(rates[row, :, 2], ends, rtol=1e-3)
    assert (np.diff(rates, axis=-1) < 0).all()


def test_forgetting_begins_at_zero_and_ends_at_that_of_two_fits():
    change = forgetting_in_time(0.5, 10, 50, 0.1, np.array([0.0, 1e7]))
    errors = theory.replay_error(Tasks.equiangular(2, 0.5), 10, 0, 50, 0.1)
    np.testing.assert_allclose(change, [0, errors[1, 0] - errors[0, 0]], atol=1e-5)
    early = np.array([0.01])
    assert forgetting_in_time(0.9, 10, 50, 0.1, early) < 0 < forgetting_in_time(-0.5, 10, 50, 0.1, early)


def test_the_parabola_is_right_for_the_first_steps_only():
    times = np.array([1e-4, 1.0])
    ratio = HALF.exact(times) / HALF.local(times)
    assert ratio[0] == pytest.approx(1, abs=1e-3)
    assert ratio[1] < 0.5
    assert HALF.local(2 * times)[0] == pytest.approx(4 * HALF.local(times)[0])


@pytest.mark.statistical
def test_drawn_losses_have_the_mean_of_the_formula():
    """Three scores, error rate 1e-4; a formula for twice the noise is seen to be wrong at the last."""
    times = [0.01, 0.3, 5.0]
    drawn = HALF.drawn(times, trials=800, seed=1)
    limit = critical_z(3, 1e-4, draws=800)
    assert np.abs(z_scores(drawn, HALF.exact(times), skewed=True)).max() < limit
    noisy = HALF._replace(noise_var=0.2)
    assert np.abs(z_scores(drawn, noisy.exact(times), skewed=True))[-1] > limit
    same = simulate.training_forgetting(HALF.tasks, 10, 50, 0.1, times, trials=800, seed=1)
    np.testing.assert_array_equal(drawn, same)
