"""The fits are those of least norm, their errors integrals over the line, their peak where theory has it."""

import numpy as np
import pytest

from manytasks.pictures.fits import EACH, FEW, MANY, NOISE, TASKS, DataSets, features, fits
from manytasks.theory import multitask_error, ridge_error

DATA = DataSets(1)
N = len(TASKS) * EACH


@pytest.mark.parametrize("p", [FEW, 10, N, DATA.widths[-6], MANY])
def test_the_model_is_the_least_squares_fit_of_least_norm(p):
    x, _, y = (each[DATA.shown] for each in DATA.drawn)
    w = np.linalg.lstsq(features(x, p).T, y, rcond=1e-14)[0]
    assert DATA.weights(p)[DATA.shown] == pytest.approx(w, rel=1e-5, abs=1e-7)
    if p >= N:
        assert features(x, p).T @ w == pytest.approx(y, abs=1e-9)
    assert fits().at(p=p)["middle"] == pytest.approx(w @ features(np.array([0.5]), p)[:, 0], rel=1e-5)


@pytest.mark.parametrize("p", [FEW, N, MANY])
def test_the_error_is_an_integral_over_the_line(p):
    line = (np.arange(20_000) + 0.5) / 20_000
    w = DATA.weights(p)
    off = w[DATA.shown] @ features(line, p) - TASKS @ features(line, TASKS.shape[1])
    assert DATA.error(w)[DATA.shown] == pytest.approx(np.square(off).mean(), rel=1e-6)


def test_the_error_peaks_where_the_weights_match_the_samples():
    typical = np.median(DATA.errors, axis=1)
    assert abs(DATA.widths[int(typical.argmax())] - N) <= 1
    assert DATA.theory(N) == np.inf
    assert DATA.theory(N - 2) > DATA.theory(FEW)
    assert DATA.theory(N + 2) > DATA.theory(MANY)


def test_which_data_set_is_drawn_is_a_rule():
    at_peak = DATA.errors[DATA.widths.index(N)]
    assert (at_peak > at_peak[DATA.shown]).mean() == pytest.approx(0.1)


def test_the_dotted_theory_is_that_of_the_book_where_features_are_alike():
    w = np.eye(3, 60)
    equal = ridge_error(np.ones(60), w, EACH, NOISE**2).mean()
    from manytasks import Tasks

    exact = multitask_error(Tasks.from_vectors(w), EACH, 60, NOISE**2).mean()
    assert equal == pytest.approx(exact, rel=0.01)
