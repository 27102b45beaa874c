"""Blocks of several lengths against descent step by step, the probe against NumPy, words of an interval."""

import re

import numpy as np
import pytest

from manytasks import flow
from manytasks.statistics import Interval
from manytasks.studies.dynamics.block_lengths import block_lengths, blocks_by_width, probe
from manytasks.studies.dynamics.conflict_remedies import gain_words
from manytasks.studies.dynamics.random_pairs import generator_of, random_tasks, starts

NETWORK = flow.Network((4, 3, 1))
TASKS = random_tasks(NETWORK, 3, 12, generator_of(1))


def probed(i, theta):
    """Return the probe of one pair alone."""
    return probe(NETWORK, theta[None], {name: value[i : i + 1] for name, value in TASKS.items()})[0]


def test_blocks_are_descent_in_that_order_with_equal_steps():
    blocks = block_lengths(NETWORK, TASKS, [2, 6], 6, 0.1, seed=1)
    begin = starts(NETWORK, 3, 1, "many rounds")
    for i in range(3):
        one, two = (NETWORK.squared_loss(TASKS[f"x{k}"][i], TASKS[f"y{k}"][i]) for k in (1, 2))
        joint = flow.descend([lambda t, one=one, two=two: one(t) + two(t)], begin[i], 0.1, rounds=6)
        for row, length in enumerate(blocks.lengths):
            turns = ([one] * length + [two] * length) * (6 // length)
            end = flow.descend(turns, begin[i], 0.1)
            assert blocks.forgotten[row, i] == pytest.approx(float(one(end) - one(joint)), rel=1e-9)
            assert blocks.probed[row, i] == pytest.approx(probed(i, end), rel=1e-9)
        assert blocks.untrained[i] == pytest.approx(probed(i, begin[i]), rel=1e-9)
        assert blocks.learned[i] == pytest.approx(probed(i, flow.descend([one], begin[i], 0.1, 6)), rel=1e-9)


def test_the_probe_is_least_squares_on_the_features():
    theta = starts(NETWORK, 3, 1, "probe")
    for i, found in enumerate(probe(NETWORK, theta, TASKS)):
        weights, offsets = theta[i, :12].reshape(4, 3).numpy(), theta[i, 12:15].numpy()
        features = np.tanh(TASKS["x1"][i].numpy() @ weights + offsets)
        features, y = np.column_stack([features, np.ones(12)]), TASKS["y1"][i].numpy()
        left = y - features @ np.linalg.lstsq(features, y, rcond=None)[0]
        assert found == pytest.approx((left**2).mean() / 2, rel=1e-9)
        assert found < float(NETWORK.squared_loss(TASKS["x1"][i], TASKS["y1"][i])(theta[i]))


def test_features_lost_is_the_share_of_what_training_gave():
    found = blocks_by_width([3], 30, 40, 0.1, seed=1)[3]
    assert found.lengths == [1, 2, 5, 20, 40]
    assert found.by_length.endswith(f"{found.forgotten[-1].mean():.3f} (40)")
    gain = found.untrained.mean() - found.learned.mean()
    assert found.features_lost.value == pytest.approx((found.probed[-1].mean() - found.learned.mean()) / gain)
    assert found.ratio == pytest.approx(found.forgotten[0].mean() / found.forgotten[-1].mean())


def test_blocks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=f"^{re.escape('lengths must divide the 6 steps; got 4')}$"):
        block_lengths(NETWORK, TASKS, [2, 4], 6, 0.1, seed=1)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.03, -0.02, "a gain of more than 1% is sure"),
        (-0.03, -0.005, "a gain is sure, and perhaps more than 1%"),
        (-0.008, -0.005, "a gain is sure, and less than 1%"),
        (-0.008, 0.005, "a gain of 1% is excluded"),
        (0.02, 0.03, "a gain of 1% is excluded"),
        (-0.02, 0.005, "neither no gain nor a gain of 1% is excluded"),
    ],
)
def test_words_follow_the_interval(low, high, words):
    assert gain_words(Interval((low + high) / 2, low, high), 0.01) == words


def test_a_margin_is_above_zero():
    with pytest.raises(ValueError, match=r"^margin must be above 0; got 0$"):
        gain_words(Interval(0, 0, 0), 0)
