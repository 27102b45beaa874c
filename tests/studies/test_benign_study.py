"""Benign overfitting: limits of both spectra, the optimum of one, and draws of the other."""

import numpy as np
import pytest
import scipy

from manytasks import Tasks, theory
from manytasks.statistics import mean_interval
from manytasks.studies.linear.benign import drawn_risks, equal_risk, in_strong, risks, spectrum, unequal_risk


def test_the_spectrum_has_five_strong_directions_which_hold_the_target():
    eigenvalues, w = spectrum(100), in_strong(100)
    assert len(eigenvalues) == len(w) == 5 + 4000
    assert np.square(w).sum() == pytest.approx(1)
    assert np.square(w) @ eigenvalues == pytest.approx(1)
    assert eigenvalues[5:].sum() == pytest.approx(4000 / 400)  # a ridge of √n


@pytest.mark.parametrize("noise", [0.1, 0.5, 0.9])
def test_the_risk_of_equal_directions_is_least_over_real_widths(noise):
    n = 30

    def error(p):
        return (1 - n / p) + n * noise**2 / (p - n - 1)

    best = scipy.optimize.minimize_scalar(error, bounds=(n + 1.001, 2000), method="bounded")
    assert equal_risk(n, noise) == pytest.approx(best.fun, rel=1e-6)
    whole = np.arange(n + 2, 400)
    exact = theory.single_task_error(Tasks([[1.0]]), n, whole, noise**2)[:, 0]
    assert -1e-12 < exact.min() - equal_risk(n, noise) < 0.01


def test_one_spectrum_is_benign_and_the_other_is_not():
    assert unequal_risk(2000, 0.5) < unequal_risk(200, 0.5) < unequal_risk(20, 0.5)
    assert unequal_risk(2000, 0.5) < 0.01
    assert equal_risk(10**9, 0.5) == pytest.approx(0.5 * 1.5)


def test_draws_agree_with_the_ridge_equivalent():
    """An interval at level 1 - 1e-6 of 60 data sets; a risk three times as large is seen."""
    drawn = mean_interval(drawn_risks(40, 0.5, repeats=60, seed=1), 1 - 1e-6)
    assert drawn.low < unequal_risk(40, 0.5) < drawn.high < 3 * unequal_risk(40, 0.5)


def test_the_table_has_every_case_once():
    found = risks([25, 100], [0.1, 0.9])
    assert len(found) == 8
    assert not found.duplicated(["few_strong", "noise", "samples"]).any()
    for row in found.itertuples():
        risk = unequal_risk if row.few_strong else equal_risk
        assert row.risk == risk(row.samples, row.noise)
