"""How far private layers part, as a share of the same task twice and as a difference."""

import numpy as np
import pandas as pd
import pytest
from messages import whole

from manytasks.studies.networks.private import alone, parted, parted_both_ways, saved


def table():
    """Layer 0 keeps a tenth of a control of 0.2, layer 1 half of one of 0.8; width 4 is another world."""
    rows = pd.DataFrame(
        {"seed": seed, "dial": dial, "width": width, "private": private, "layer": layer}
        for seed in range(3)
        for dial in ("none", "labels")
        for width in (4, 8, 16)
        for private in ("no layer", "0", "1", "every layer")
        for layer in (0, 1)
    )
    control = np.where(rows["layer"] == 0, 0.2, 0.8)
    kept = np.where(rows["layer"] == 0, 0.1, 0.5)
    rows["cosine"] = np.where(rows["dial"] == "none", control, control * kept)
    rows.loc[rows["width"] == 4, "cosine"] = 0.9
    rows["test_loss"] = 1.0 + rows["seed"] - rows["private"].map({"0": 0.3, "1": 0.1}).fillna(0.0)
    return rows.sample(frac=1, random_state=1)


def test_share_and_difference_name_different_layers():
    rows = table().query("private == 'every layer'")
    share = parted(rows, "cosine", "labels", [8, 16])
    np.testing.assert_allclose(share, [[0.9, 0.5]] * 3)
    difference = parted(rows, "cosine", "labels", [8, 16], share=False)
    np.testing.assert_allclose(difference, [[0.18, 0.4]] * 3)
    np.testing.assert_allclose(parted(rows, "cosine", "none", [4, 8, 16]), 0.0)


def test_both_ways_stand_in_one_table():
    rows = table().query("private == 'every layer'")
    found = parted_both_ways(rows, "cosine", ["labels"], [8, 16]).set_index(["counted", "layer"])["fall"]
    np.testing.assert_allclose(found["as a share", 1], 0.5)
    np.testing.assert_allclose(found["as a difference", 1], 0.4)
    assert len(found) == 2 * 2 * 3


def test_only_the_named_widths_count():
    rows = table().query("private == 'every layer'")
    np.testing.assert_allclose(parted(rows, "cosine", "labels", [4]), 0.0)


def test_without_anything_in_common_there_is_no_share():
    rows = table().query("private == 'every layer'").assign(cosine=-0.5)
    with pytest.raises(
        ValueError, match=whole("cosine: the same task twice must have a positive cosine; got -0.5")
    ):
        parted(rows, "cosine", "labels", [8])


def test_what_a_private_layer_saves():
    found = saved(table(), "labels", [8, 16])
    np.testing.assert_allclose(found, [[0.3, 0.1]] * 3)
    assert found.columns.tolist() == [0, 1]


def test_alone_is_the_one_private_layer():
    rows = alone(table())
    assert set(zip(rows["private"], rows["layer"], strict=True)) == {("0", 0), ("1", 1)}
