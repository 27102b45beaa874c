"""How far the bracket's prediction carries: limits, the same from the factors, and what is counted."""

import numpy as np
import pytest
import sympy as sp

from manytasks import Tasks, theory
from manytasks.studies.linear.bracket_reach import (
    factor_falls,
    largest_gaps,
    over_predicted,
    reaches,
    widths_at,
)
from manytasks.studies.linear.linear_bracket import one_step, prediction_gap
from manytasks.studies.linear.linear_price import linear_price


@pytest.mark.parametrize(("cosine", "noise_var"), [(-0.5, 0.0), (0.5, 1.0), (1.0, 0.3)])
def test_both_readings_have_their_limits(cosine, noise_var):
    """Ours: training forgetting is what the bracket foretells, Paper A's F that times 1 - 2 cos/(1 + σ²)."""
    found = over_predicted(Tasks.equiangular(2, cosine), 20, 10**7, noise_var)
    assert found.training == pytest.approx(1, abs=1e-4)
    assert found.test == pytest.approx(1 - 2 * cosine / (1 + noise_var), abs=1e-4)


def test_the_gap_is_that_of_the_ratio():
    """The ratio is exact over foretold, the gap |foretold over exact - 1|."""
    tasks, p = Tasks.equiangular(2, 0.5), np.array([30, 100, 1000])
    ratio = over_predicted(tasks, 20, p, 0.3).training
    np.testing.assert_allclose(np.abs(1 / ratio - 1), prediction_gap(tasks, 20, p, 0.3))


def test_widths_are_whole_and_beyond_the_threshold():
    found = widths_at(np.geomspace(1, 3, 40), 5)
    assert found.tolist() == [7, 8, 9, 10, 11, 12, 13, 14, 15]


def test_every_setting_has_its_reach_and_the_worst_counts():
    found = reaches([0.0, 1.0], [5, 20], [0.0, 1.0], [2, 4, 8, 16])
    assert len(found) == 8
    assert set(zip(found.cosine, found.samples, found.noise_var, strict=True)) == {
        (c, n, v) for c in (0.0, 1.0) for n in (5, 20) for v in (0.0, 1.0)
    }
    row = found.query("cosine == 1 and samples == 5 and noise_var == 0").iloc[0]
    off = prediction_gap(Tasks.equiangular(2, 1.0), 5, 5 * np.array([2, 4, 8, 16]), 0.0) > 0.1
    assert row.reach == np.array([2, 4, 8, 16])[off].max()
    gaps = largest_gaps([0.0, 1.0], [0.0, 1.0], 5, [2, 8, 200])
    each = [prediction_gap(Tasks.equiangular(2, c), 5, 40, v) for c in (0.0, 1.0) for v in (0.0, 1.0)]
    assert gaps.gap[1] == max(each) > min(each)
    assert gaps.ratio.tolist() == [2, 8, 200]


def test_factors_fall_as_their_product_does():
    falls = factor_falls([-0.5, 0.5], [0.0, 1.0], 20, 100, 4000)
    product = falls.gradient * falls.relative_bracket * falls.long_over_step
    np.testing.assert_allclose(falls.forgetting, product)
    tasks = Tasks.equiangular(2, 0.5)
    narrow, wide = theory.training_forgetting(tasks, 20, [100, 4000], 1.0)
    last = falls.iloc[-1]
    assert (last.cosine, last.noise_var, last.forgetting) == (0.5, 1.0, pytest.approx(narrow / wide))
    assert last.carried == pytest.approx(np.log(last.relative_bracket) / np.log(narrow / wide))


def test_the_price_is_drawn_and_tends_to_n_over_p():
    """Drawn: task 2 by least squares from where task 1 was learned; 4 standard errors, error rate 6e-5."""
    n, p, rng = 5, 40, np.random.default_rng(2)
    X1, X2 = rng.standard_normal((2, 10_000, p, n))
    y1, y2 = X1[:, 0, :, None], X2[:, 1, :, None]
    w = X1 @ np.linalg.solve(X1.swapaxes(1, 2) @ X1, y1)
    missed = X2.swapaxes(1, 2) @ w - y2
    moved = w - X2 @ np.linalg.solve(X2.swapaxes(1, 2) @ X2, missed)
    lost = np.square(X1.swapaxes(1, 2) @ moved - y1).sum(axis=(1, 2))
    before = np.square(missed).sum(axis=(1, 2))
    told = linear_price(Tasks.equiangular(2, 0.0), n, p, 0.0)
    rest = lost - told * before
    error = rest.std(ddof=1) / np.sqrt(len(rest))
    assert abs(rest.mean()) < 4 * error
    assert error < 0.01 * lost.mean()  # so 5 % would be seen
    assert linear_price(Tasks.equiangular(2, 0.5), n, 10**7, 0.3) * 10**7 / n == pytest.approx(1, abs=1e-4)


def test_the_price_takes_symbols():
    p, v = sp.symbols("p v", positive=True)
    price = linear_price(Tasks([[1, 0], [0, 1]]), 5, p, v)
    assert float(price.subs({p: 40, v: 0.3})) == pytest.approx(
        float(linear_price(Tasks.equiangular(2, 0.0), 5, 40, 0.3))
    )


def test_one_step_is_the_price_of_a_wide_model():
    tasks = Tasks.equiangular(2, -0.5)
    before = theory.replay_error(tasks, 10, 0, 10**6, 0.5)[0, 1]
    price = 2 * one_step(tasks, 10, 10**6, 0.5) / (before + 0.5)
    assert linear_price(tasks, 10, 10**6, 0.5) == pytest.approx(price, rel=1e-3)
