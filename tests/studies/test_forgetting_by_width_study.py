"""A doubling of the width adds its slope, and most is forgotten where the mean over learners is largest."""

import numpy as np
import pandas as pd

from manytasks.studies.networks.forgetting_by_width import slope_per_doubling, summits

KEYS = ["memory", "width", "seed"]


def test_a_slope_is_what_a_doubling_adds():
    """Widths are not equally far apart on the logarithmic axis, and one that does not count lies off it."""
    index = pd.MultiIndex.from_product([[0, 5], [1, 2, 8, 32], [0, 1]], names=KEYS)
    memory, width, seed = (index.get_level_values(name).to_numpy() for name in KEYS)
    line = (seed - 3.0) * np.log2(width) + memory + 100.0 * (width == 2)
    found = slope_per_doubling(pd.Series(line, index).sample(frac=1, random_state=1), [1, 8, 32])
    assert found.index.names == ["memory", "seed"]
    np.testing.assert_allclose(found.xs(0, level="seed"), -3.0)
    np.testing.assert_allclose(found.xs(1, level="seed"), -2.0)


def test_most_is_forgotten_where_the_mean_is_largest():
    """In a single seed it may be elsewhere."""
    index = pd.MultiIndex.from_product([[0.0, 0.2], [8, 64, 256], [0, 1]], names=["noise", "width", "seed"])
    loss = [0, 1, 2, 2, 3, 0, 0, 1, 2, 2, 9, 0]
    found = summits(pd.DataFrame({"loss": loss, "error": np.negative(loss)}, index), "noise")
    assert found["loss"].to_dict() == {0.0: 64, 0.2: 256}
    assert found["error"].to_dict() == {0.0: 8, 0.2: 8}
