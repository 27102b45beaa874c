"""Signs of K1 and of mean cosines, on sets where both are known."""

import numpy as np
import pytest

from manytasks import Tasks
from manytasks.studies.linear.cosine_sign import low_products, mean_cosine, sign_mismatch, sign_survey

# Two opposed tasks and one between them: cosines -1/2, 1/2 and 1/2.
FAN = np.array([[np.sqrt(3) / 2, 0.5], [-np.sqrt(3) / 2, 0.5], [0.0, 1.0]])


def test_mean_cosine_knows_no_norms():
    assert mean_cosine(Tasks.from_vectors(FAN)) == pytest.approx(1 / 6)
    assert mean_cosine(Tasks.from_vectors(FAN * [[2.0], [7.0], [0.1]])) == pytest.approx(1 / 6)
    assert mean_cosine(Tasks.equiangular(4, -0.2)) == pytest.approx(-0.2)


def test_long_opposed_tasks_turn_the_sign_and_so_do_rich_ones():
    counts = np.full(3, 20)
    assert sign_mismatch([FAN], [counts]) == 0
    long_opposed = FAN * [[2.0], [2.0], [0.5]]
    assert sign_mismatch([long_opposed], [counts]) == 1
    assert sign_mismatch([long_opposed, FAN], [counts, counts]) == 0.5
    rich_opposed = np.array([[1.0, 0.0], [-0.9, np.sqrt(0.19)], [0.0, 1.0]])
    assert sign_mismatch([rich_opposed @ np.diag([1.0, 4.0])], [np.array([40, 40, 4])]) == 0
    with pytest.raises(ValueError, match="shorter"):
        sign_mismatch([FAN, FAN], [counts])


def test_the_theorem_keeps_its_promise_and_needs_its_conditions():
    found = sign_survey(np.random.default_rng(3), sets=60).set_index("case")
    assert found.index[found["met"]].tolist() == ["two tasks", "one sign", "equal norms and counts"]
    assert found.loc[found["met"], "wrong"].max() == 0
    assert found.loc[~found["met"], "wrong"].min() > 0.02


def test_low_products_are_negative_exactly_where_all_products_are():
    found = low_products(np.random.default_rng(3), n=20)
    below, beyond = found[found["largest"] < 0], found[found["largest"] > 0]
    assert (len(below), len(beyond)) == (41, 4)
    assert below["K1"].max() < 0
    assert (beyond["K1"] > 0).all()
    np.testing.assert_allclose(beyond["largest"], [0.01, 0.1, 0.3, 0.9])
