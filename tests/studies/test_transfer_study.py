"""Transfer is paired by seed and task, and slopes are fitted within a seed."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.transfer import slope_by_seed, transfer, transfers


def rows():
    """Task 1 is harder by 0.2; the common network of width 8 is better by 0.1 plus a hundredth a seed."""
    return pd.DataFrame(
        {
            "seed": seed,
            "task": task,
            "width": width,
            "method": method,
            "test_loss": 0.2 * task + (width == 4) * 0.05 - (method == "multi-task") * (0.1 + seed / 100),
        }
        for seed in range(3)
        for task in range(2)
        for width in (4, 8)
        for method in ("single-task", "multi-task")
    )


def test_transfer_is_the_difference_within_seed_and_task():
    found = transfer(rows().sample(frac=1, random_state=1), "test_loss", 8)
    np.testing.assert_allclose(found, [0.1, 0.11, 0.12])
    assert found.index.tolist() == [0, 1, 2]


def test_own_networks_may_be_narrower():
    np.testing.assert_allclose(transfer(rows(), "test_loss", 8, own_width=4), [0.15, 0.16, 0.17])


def test_a_network_that_is_missing_is_named():
    table = rows()
    missing = table[~((table["seed"] == 1) & (table["method"] == "single-task"))]
    with pytest.raises(ValueError, match=r"^test_loss: width 8 needs the own and the common network"):
        transfer(missing, "test_loss", 8)
    with pytest.raises(ValueError, match=r"^test_loss: width 16 needs the own and the common network"):
        transfer(table, "test_loss", 16)


def test_a_tidy_table_has_every_width_and_value():
    near = rows().assign(fraction=0.0)
    far = near.assign(fraction=1.0, test_loss=near["test_loss"] + (near["method"] == "multi-task") * 0.5)
    found = transfers(pd.concat([near, far]), ["test_loss"], "fraction")
    assert len(found) == 3 * 2 * 2
    for (fraction, width), group in found.groupby(["fraction", "width"]):
        expected = transfer(far if fraction else near, "test_loss", width)
        np.testing.assert_allclose(group.set_index("seed")["transfer"], expected)


def test_slopes_are_least_squares():
    rng = np.random.default_rng(1)
    values = pd.DataFrame(rng.standard_normal((4, 5)), columns=[0.0, 0.25, 0.5, 0.75, 1.0])
    expected = np.polyfit(values.columns, values.T, 1)[0]
    np.testing.assert_allclose(slope_by_seed(values), expected)
