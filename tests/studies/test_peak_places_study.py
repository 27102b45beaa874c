"""Thresholds between two widths, and curves on an axis of parameters per sample."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.peak_places import fitting_gap, losses_per_sample, peaks_per_sample
from manytasks.studies.networks.peaks import find_peak

WIDTHS = np.array([2, 4, 8, 16])


def rows(unfitted=(0.5, 0.3, 0.0004, 0.0), loss=(9.0, 1.0, 2.0, 1.5), noise=0.0, seeds=3):
    """Seed s leaves .01 s more unfitted and loses s more at width 8; the two tasks cancel."""
    return pd.DataFrame(
        {
            "noise": noise,
            "seed": seed,
            "task": task,
            "width": width,
            "parameters": 3 * width**2,
            "train_error": fitted + (0.01 * seed if width < 8 else 0),
            "test_loss": value + seed * (width == 8) + task - 0.5,
        }
        for seed in range(seeds)
        for task in range(2)
        for width, fitted, value in zip(WIDTHS, unfitted, loss, strict=True)
    )


def test_a_gap_lies_between_neighbours():
    gap = fitting_gap(rows(), [1, 2])
    assert (gap.below, gap.above) == (4, 8)
    np.testing.assert_allclose([gap.unfitted_below, gap.unfitted_above], [0.315, 0.0004])


@pytest.mark.parametrize("seeds", [[0], [2]])
def test_in_a_gap_no_peak_has_a_place(seeds):
    assert find_peak(rows(), "test_loss", seeds) is None
    assert fitting_gap(rows(), seeds).unfitted_below == pytest.approx(0.3 + 0.01 * seeds[0])


@pytest.mark.parametrize(
    "unfitted", [(0.5, 0.05, 0.0, 0.0), (0.5, 0.4, 0.3, 0.2), (0.0, 0.0, 0.0, 0.0), (0.5, 0.3, 0.002, 0.0)]
)
def test_without_a_gap_none_is_given(unfitted):
    table = rows(unfitted, seeds=1)
    with pytest.raises(ValueError, match=r"^the grid has a width at the threshold, or lies on one side"):
        fitting_gap(table, [0])


def test_a_training_error_that_comes_back_is_refused():
    with pytest.raises(ValueError, match=r"^the training error comes back after the threshold$"):
        fitting_gap(rows((0.5, 0.3, 0.0, 0.2)), [0])


def noises():
    return pd.concat([rows(), rows((0.5, 0.3, 0.05, 0.0), (9.0, 1.0, 4.0, 1.5), noise=0.2)])


def test_curves_keep_their_means_and_change_their_axis():
    curves = losses_per_sample(noises().sample(frac=1, random_state=1), "test_loss", 12)
    np.testing.assert_allclose(curves.index, WIDTHS**2 / 4)
    np.testing.assert_allclose(curves[0.0], [9.0, 1.0, 3.0, 1.5])
    np.testing.assert_allclose(curves[0.2], [9.0, 1.0, 5.0, 1.5])


def test_a_peak_has_a_ratio_where_it_has_a_place():
    found = peaks_per_sample(noises(), "test_loss", 12, [0])
    assert found.loc[0.0].isna().all()
    np.testing.assert_allclose(found.loc[0.2, ["place", "valley", "ratio"]], [8, 4, 16])
    np.testing.assert_allclose(found.loc[0.2, "rise"], 3 + 1.5)  # mean of the seeds that did not choose


def test_twice_the_samples_are_half_the_ratio():
    once, twice = (peaks_per_sample(noises(), "test_loss", samples, [0]).ratio for samples in (12, 24))
    np.testing.assert_allclose(once[0.2], 2 * twice[0.2])


def test_networks_of_one_width_must_have_one_size():
    table = noises().reset_index(drop=True)
    table.loc[0, "parameters"] += 1
    for call in (losses_per_sample, lambda *given: peaks_per_sample(*given, [0])):
        with pytest.raises(ValueError, match=r"^networks of one width differ in their number of parameters$"):
            call(table, "test_loss", 12)
