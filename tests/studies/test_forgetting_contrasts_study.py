"""Contrasts are within a seed; each stands under the words that a record needs."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.forgetting_contrasts import Contrasts

AXES = {"scenario": ["domain", "task"], "memory": [0, 5, 15], "width": [8, 64], "seed": [0, 1]}


@pytest.fixture(scope="module")
def found():
    """A learner forgets 100 - memory - width / 2 with one head, half with a head per task; seeds add."""
    index = pd.MultiIndex.from_product(list(AXES.values()), names=list(AXES))
    of = index.to_frame(index=False)
    lost = (100 - of.memory - of.width / 2) / (1 + (of.scenario == "task")) + 10 * of.seed
    columns = {"forgotten_loss": lost, "forgotten_error": lost / 1000, "final_error": 7 * lost}
    return Contrasts(pd.DataFrame(columns).set_index(index), 8, 64)


def test_wide_against_narrow_by_measure_and_by_buffer(found):
    own = found.by_measure("task", [5, 15])
    assert list(own) == ["loss", "accuracy"]
    np.testing.assert_allclose(own["loss"], -14)
    np.testing.assert_allclose(own["accuracy"], -0.014)
    one = found.by_buffer("domain", [0, 15])
    assert list(one) == [0, 15]
    np.testing.assert_allclose(one[15], [[-28] * 2, [-0.028] * 2])
    np.testing.assert_allclose(found.wider.final_error["domain", 5], -7 * 28)


def test_a_buffer_against_none_by_heads_and_measure(found):
    helped = found.helped(15, [8, 64])
    assert list(helped) == [
        ("task", "loss"),
        ("domain", "loss"),
        ("task", "accuracy"),
        ("domain", "accuracy"),
    ]
    np.testing.assert_allclose(helped["task", "loss"], -7.5)
    np.testing.assert_allclose(helped["domain", "accuracy"], -0.015)


def test_savings_in_size_do_not_change_with_width_and_shares_do(found):
    savings = found.savings("task", 15)
    assert list(savings) == ["loss", "accuracy", "a share of loss", "a share of accuracy"]
    np.testing.assert_allclose(savings["loss"], 0, atol=1e-12)
    for seed in (0, 1):
        narrow, wide = (7.5 / (50 - k / 4 + 10 * seed) for k in (8, 64))
        assert savings["a share of loss"][seed] == pytest.approx(wide - narrow)
        assert savings["a share of accuracy"][seed] == pytest.approx(wide - narrow)


def test_the_share_of_the_narrow_learner(found):
    np.testing.assert_allclose(found.share_of_narrow("domain", 0), [68 / 96, 78 / 106])
