"""Several curves that must peak: sides of all, values at each peak, lifts near the top."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from messages import whole

from manytasks.declarations import declarations
from manytasks.studies.networks.peak_sides import lifts_near_the_top, sides_of_curves, values_at_peaks

WIDTHS = (2, 4, 8, 16)
LOSSES = {0.1: (2.0, 1.0, 1.5, 1.2), 0.4: (2.0, 1.0, 1.25, 1.9)}
ENTRY = replace(
    declarations()["A.F2, CIFAR-100, peak in loss, clean labels"], rows={"noise": [0.1, 0.4]}, choose=(0,)
)


def table(fitted=0.02, widths=WIDTHS):
    """Curves peak at width 8, each by its own height; seed s adds s to the peak."""
    return pd.DataFrame(
        {
            "method": method,
            "noise": noise,
            "seed": seed,
            "task": task,
            "width": width,
            "train_error": {2: 0.5, 4: 0.3, 8: fitted, 16: 0.0}[width],
            "test_loss": loss + (width == 8) * seed + (-1) ** task / 10 + 3 * (method == "alone"),
        }
        for method in ("common", "alone")
        for noise, losses in LOSSES.items()
        for seed in range(3)
        for task in range(2)
        for width, loss in zip(WIDTHS, losses, strict=True)
        if width in widths
    )


def common(**changes):
    return table(**changes).query("method == 'common'")


def test_every_curve_has_its_two_sides():
    found = sides_of_curves(common(), "noise", "test_loss", [0])
    rises_and_falls = [[0.5, 1.5, 2.5], [0.3, 1.3, 2.3], [0.25, 1.25, 2.25], [-0.65, 0.35, 1.35]]
    np.testing.assert_allclose(found, rises_and_falls)


@pytest.mark.parametrize("changes", [{"fitted": 0.2}, {"widths": WIDTHS[:3]}])
def test_a_curve_without_a_place_or_without_a_far_side_leaves_it_open(changes):
    assert sides_of_curves(common(**changes), "noise", "test_loss", [0]) is None


def test_each_curve_is_measured_at_its_own_peak():
    rows = common()
    late = (rows.noise == 0.4) & (rows.width == 8)
    rows.loc[late, "train_error"] = 0.5  # the second has its threshold and its peak at width 16
    rows.loc[(rows.noise == 0.4) & (rows.width == 16), "train_error"] = 0.05
    found = values_at_peaks(pd.concat([rows, rows.assign(noise=0.9, test_loss=77.0)]), ENTRY, "noise")
    assert list(found) == [0.1, 0.4]
    np.testing.assert_allclose(found[0.1], [1.5, 2.5, 3.5])
    np.testing.assert_allclose(found[0.4], [1.9] * 3)
    with pytest.raises(ValueError, match=whole(f"{ENTRY}: the curve of noise = 0.1 has no peak")):
        values_at_peaks(common(fitted=0.2), ENTRY, "noise")


def test_lifts_are_those_of_each_method_where_the_last_curve_is_highest():
    found = lifts_near_the_top(table(), "test_loss", "noise", (0.1, 0.4), [0])
    assert list(found) == ["alone", "common"]
    for lift in found.values():
        np.testing.assert_allclose(lift, [-0.25] * 3)  # both curves gain what the seed adds
