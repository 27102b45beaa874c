"""Pairs that gain: transfers against the theorem, and measures that do and do not tell."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.frontier import frontier
from manytasks.studies.linear.gaining_pairs import (
    misread_gains,
    pair_transfer,
    parallel,
    predictive_power,
    similar_otherwise,
    similarities,
)


def test_transfer_of_a_pair_is_the_theorem_for_any_norms():
    a, b, cosine = np.array([0.5, 2.0]), np.array([1.0, 3.0]), np.array([-0.7, 0.4])
    found = pair_transfer(20, 80, 0.3, a, b, cosine)
    for i in range(2):
        inner = a[i] * b[i] * cosine[i]
        tasks = Tasks([[a[i] ** 2, inner], [inner, b[i] ** 2]])
        assert found[i] == pytest.approx(theory.knowledge_transfer(tasks, 20, 80, 0.3).mean(), rel=1e-12)


def test_measures_of_one_pair_by_hand():
    first, second = np.array([1.0, 0.0]), np.array([1.2, 1.6])
    distance2 = np.square(first - second).sum()
    found = similarities(np.array([1.0]), np.array([2.0]), np.array([0.6]))
    assert found["inner product"] == pytest.approx(first @ second)
    assert found["distance"] == pytest.approx(-distance2)
    assert found["relative distance"] == pytest.approx(1 - distance2 / 5)
    assert found["margin"] == pytest.approx(2.5 - distance2)
    assert found["cosine"] == 0.6


def test_the_cosine_alone_is_right_for_one_norm_and_wrong_for_others():
    settings = [(60, 0.0), (160, 0.1)]
    found = misread_gains(20, settings, [0.0, 0.8], seed=1)
    assert found["norm_spread"].tolist() == [0.0, 0.0, 0.8, 0.8]
    assert found["wrong"].iloc[:2].max() == 0
    assert found["wrong"].iloc[2:].min() > 0.1
    # Half of the pairs lie beside the frontier, where norms that differ a little turn many.
    assert misread_gains(20, settings, [0.2], seed=1)["wrong"].min() > 0.08


def test_parallel_tasks_share_a_product_and_the_long_one_gains():
    for ratio in (0.25, 1.0, 3.0):
        tasks = parallel(ratio)
        assert tasks.gram[0, 1] == pytest.approx(1)
        assert tasks.norms2[1] / tasks.norms2[0] == pytest.approx(ratio**2)
    short, long = theory.knowledge_transfer(parallel(3.0), 16, 224, 0.0)
    assert short < 0 < long


def test_the_relative_distance_fixes_the_sign_whatever_the_norms():
    limit = float(frontier(2, 50, 1000, 0.0))
    norms = ((0.1, 0.1), (1.0, 1.5))
    around = [limit - 0.01, limit + 0.01]
    assert min(similar_otherwise(around, norms, 50, 1000)) > 0
    (at_zero,) = similar_otherwise([limit], norms, 50, 1000)
    assert abs(at_zero) < 1e-15
    (product,) = similar_otherwise([0.2], norms, 50, 1000)
    inner, squares = 0.1 * (0.01 + 0.01), 0.02
    first = theory.knowledge_transfer(Tasks([[0.01, inner], [inner, 0.01]]), 50, 1000, 0.0).mean()
    second = pair_transfer(50, 1000, 0.0, 1.0, 1.5, 0.1 * 3.25 / 1.5)
    assert product == pytest.approx(first * second)
    assert squares > inner


def test_all_measures_agree_for_one_norm_and_only_relative_distance_tells_who_gains():
    found = predictive_power(50, 1000, [0.0, 1.0], blocks=3, per_block=120, seed=1)
    alike = found[found["norm_spread"] == 0]
    np.testing.assert_allclose(alike[["area", "tau"]], 1)
    apart = found[found["norm_spread"] == 1].groupby("measure")[["area", "tau"]].mean()
    assert apart.loc["relative distance", "area"] == pytest.approx(1)
    assert apart.loc["distance", "area"] < 0.9
    assert apart["tau"].idxmax() == "margin"
    assert len(found) == 2 * 5 * 3
