"""A layer that is not there has no width; a layer that is lifts a curve, at its least."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.lifted_curves import largest_change, least_lift


def rows(lifts=(0.0, 1.0, 3.0), depths=(1, 2, 5)):
    """Depth by depth the curve of a noise lies higher; at width 4 by half of it; noise turns it round."""
    return pd.DataFrame(
        {
            "depth": depth,
            "noise": noise,
            "seed": seed,
            "task": task,
            "width": width,
            "test_loss": lift * (0.5 if width == 4 else 1) * (1 - noise) + 10 * seed + 100 * task,
        }
        for depth, lift in zip(depths, lifts, strict=True)
        for noise in (0.0, 0.2)
        for seed in (0, 1)
        for task in (0, 1)
        for width in (2, 4)
    )


def test_the_least_lift_is_that_of_the_worst_noise_and_width():
    np.testing.assert_allclose(least_lift(rows().sample(frac=1, random_state=1), "test_loss", "depth"), 0.4)


def test_a_curve_that_lies_lower_is_seen():
    np.testing.assert_allclose(least_lift(rows((0.0, 1.0, 0.5)), "test_loss", "depth"), -0.5)


def test_curves_that_cannot_be_compared_are_refused():
    table = rows()
    words = r"^curves of two or more values of depth must have the same widths$"
    with pytest.raises(ValueError, match=words):
        least_lift(table[(table.depth < 5) | (table.width < 4)], "test_loss", "depth")
    with pytest.raises(ValueError, match=words):
        least_lift(table[table.depth == 2], "test_loss", "depth")


def test_changes_are_within_a_network():
    """Networks differ by more than any of them changes."""
    table = rows()
    assert largest_change(table[table.depth == 1], "test_loss", "width") == 0
    np.testing.assert_allclose(largest_change(table[table.depth == 2], "test_loss", "width"), 0.5)
    single = table[(table.depth == 5) & (table.noise == 0.2)]
    np.testing.assert_allclose(largest_change(single, "test_loss", "width"), 1.2)
