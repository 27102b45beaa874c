"""The length of training on networks: powers, dips and places on tables whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks import lengths


def table(values, inner=1.0):
    """Rows of two networks whose losses follow a function of time and seed."""
    return pd.DataFrame(
        [
            {"width": 8, "fraction": 1.0, "noise": 0.0, "seed": seed, "time": time}
            | {"train_1": values(time, seed), "test_1": values(time, seed), "inner_test": inner}
            for seed in (0, 1)
            for time in (0.0, 0.25, 0.5, 1.0)
        ]
    )


@pytest.mark.parametrize("power", [1, 2, 2.5])
def test_a_power_of_time_is_found(power):
    rise = lengths.risen(table(lambda t, seed: 3 + (1 + seed) * t**power), "train_1")
    np.testing.assert_allclose(lengths.power(rise, 0.25, 1.0), power)


def test_no_power_where_something_falls():
    rise = lengths.risen(table(lambda t, seed: 3 + (t if seed else -t)), "train_1")
    assert lengths.power(rise, 0.25, 1.0) is None


@pytest.mark.parametrize(
    ("slope", "inner", "right"), [(-1, 1.0, 1), (1, -1.0, 1), (-1, -1.0, 0), (1, 1.0, 0)]
)
def test_a_dip_is_foretold_by_the_sign(slope, inner, right):
    assert lengths.foretold(table(lambda t, seed: 3 + slope * t, inner)).tolist() == [right, right]


def test_a_dip_that_comes_back_is_one():
    rows = table(lambda t, seed: 3 - t + 2 * t * t)
    assert lengths.foretold(rows).eq(1).all()


def test_the_valley_lies_below_the_peak():
    values = pd.DataFrame({4: [1.0, 9.0], 8: [0.5, 9.0], 12: [2.0, 0.0], 64: [0.1, 0.0]}, index=[3, 4])
    assert lengths.peak_and_valley(values, [8, 12], choose=[3]) == (12, 8)


def test_the_best_time_is_not_the_start():
    rows = table(lambda t, seed: t if seed else (t - 0.5) ** 2)
    assert lengths.best_time(rows, "test_1").droplevel([0, 1, 2]).to_dict() == {0: -1.0, 1: -2.0}


def test_a_late_peak_gains_what_it_did_not_have_early():
    curves = {(1.0, 0): [1.0, 0.8, 0.9, 0.7], (8.0, 0): [0.9, 0.6, 1.5, 0.1], (1.0, 1): [0.0, 2.0, 1.0, 0.0]}
    curves |= {(8.0, 1): [5.0, 0.5, 0.75, 9.0], (4.0, 0): [9.0] * 4, (4.0, 1): [9.0] * 4}
    rows = pd.DataFrame(
        {"time": time, "seed": seed, "width": width, "test_1": value}
        for (time, seed), values in curves.items()
        for width, value in zip((4, 8, 12, 64), values, strict=True)
    )
    found = lengths.late_peak(rows, "test_1", (1.0, 8.0), [8, 12], choose=[0])
    assert (found.peak, found.valley) == (12, 8)
    np.testing.assert_allclose(found.rise, [0.9, 0.25])
    np.testing.assert_allclose(found.gain, [0.9 - 0.1, 0.25 + 1.0])
    assert found.late.loc[1].tolist() == [5.0, 0.5, 0.75, 9.0]
    assert lengths.late_peak(rows, "test_1", (1.0, 8.0), [8, 12], choose=[1]).valley == 8
