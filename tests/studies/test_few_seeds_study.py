"""Few seeds: which comparisons there are, the least sure of them, and leads of one measure over another."""

import numpy as np
import pandas as pd
import pytest
from messages import whole
from scipy import stats

from manytasks.studies.networks.few_seeds import (
    cost_of_other_names,
    falls_with_dials,
    head_parts_more,
    smallest_score,
    wider_is_closer,
)
from manytasks.studies.networks.measure_leads import leads_of_tables

STEEP = {"labels": 0.4, "pixels": 0.1}


def pair_table():
    rows = pd.DataFrame(
        {"seed": seed, "dataset": data, "width": width, "dial": dial, "strength": strength}
        for seed in range(3)
        for data in ("glyphs", "digits")
        for width in (8, 64)
        for dial in STEEP
        for strength in (0.0, 1.0)
    )
    per_size = 1 + (rows["width"] == 64) + 0.1 * rows["seed"]
    rows["one head"] = 0.05 - rows["dial"].map(STEEP) * per_size * rows["strength"]
    rows["two heads"] = 0.01 * rows["seed"] - 0.3 * (rows["dial"] == "pixels")
    return rows


def layer_table():
    """Cosine 0.9 for one task twice; layer k loses k tenths, names cost the head 0.2 more; width adds."""
    rows = pd.DataFrame(
        {"seed": seed, "dial": dial, "width": width, "layer": layer}
        for seed in range(2)
        for dial in ("none", "labels", "pixels")
        for width in (4, 64)
        for layer in range(3)
    )
    lost = 0.1 * rows["layer"] + 0.2 * ((rows["dial"] == "labels") & (rows["layer"] == 2))
    rows["cosine"] = 0.9 - lost * (rows["dial"] != "none") - 0.3 * (rows["width"] == 4) + 0.01 * rows["seed"]
    return rows


def test_the_least_sure_comparison_counts():
    rng = np.random.default_rng(1)
    units = pd.DataFrame(rng.normal([1.0, 0.2, 3.0], 0.3, (6, 3)))
    scores = stats.ttest_1samp(units, 0.0).statistic
    found = smallest_score(units, 0.03)
    assert found.value == pytest.approx(scores.min())
    needed = stats.t.isf(0.03 / 3 / 2, 5)
    np.testing.assert_allclose([found.high - found.value, found.value - found.low], needed)


def test_falls_stand_by_dial_and_by_data_set_and_width():
    found = falls_with_dials(pair_table(), "one head")
    assert found.shape == (3, 2 + 4)
    np.testing.assert_allclose(found["labels"], [0.4 * (1.5 + 0.1 * seed) for seed in range(3)])
    np.testing.assert_allclose(found["pixels"], [0.1 * (1.5 + 0.1 * seed) for seed in range(3)])
    np.testing.assert_allclose(found["glyphs", 64], [0.25 * (2 + 0.1 * seed) for seed in range(3)])


def test_other_names_are_those_of_all_classes():
    table = pair_table()
    table.loc[(table.dial == "labels") & (table.strength == 0), "two heads"] = 9.0
    np.testing.assert_allclose(cost_of_other_names(table, "two heads")["two heads"], [0.0, 0.01, 0.02])


def test_layers_are_compared_by_width_and_with_the_head():
    layers = layer_table()
    np.testing.assert_allclose(wider_is_closer(layers, 4, 64), 0.3)
    more = head_parts_more(layers, ["labels", "pixels"], [4, 64])
    np.testing.assert_allclose(more, [[0.4, 0.3, 0.2, 0.1]] * 2)


def leading():
    """Within a dial both measures order alike; over dials the first knows which dial is worse."""
    rows = pd.DataFrame(
        {"seed": seed, "size": 1, "dial": dial, "strength": strength}
        for seed in range(3)
        for dial in ("a", "b", "c")
        for strength in (0.0, 0.5, 1.0)
    )
    steep = rows["dial"].map({"a": 1.0, "b": 4.0, "c": 9.0})
    rows["gain"] = -steep * rows["strength"]
    return rows.assign(cross_risk=-rows["gain"], feature_cka=-rows["strength"])


def test_a_lead_over_dials_is_none_within_them():
    both = {"one": leading(), "other": leading().query("dial != 'c'")}
    asked = ("gain", ["size"], "cross-task risk", "feature CKA", ["a", "b"])
    found = leads_of_tables(both, *asked)
    assert list(found) == ["within a dial", "over a, b", "over all dials"]
    assert [each.value for each in found["within a dial"].values()] == pytest.approx([0, 0])
    shared, every = found["over a, b"], found["over all dials"]
    assert shared["one"].value == pytest.approx(shared["other"].value) == pytest.approx(every["other"].value)
    assert every["one"].value > shared["one"].value > 0.01
    with pytest.raises(ValueError, match=whole("other lacks the dial 'c'")):
        leads_of_tables(both, *asked[:-1], ["a", "c"])
