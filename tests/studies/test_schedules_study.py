"""Rehearsal where only the head learns: exact projections, against the linear model's own rules."""

import numpy as np
import pandas as pd
import pytest
import torch

from manytasks.deep.sweeps.one_head import task_problems
from manytasks.studies.schedules import at, by_loss, difference, heads_alone

SETTINGS = {"tasks": 3, "per_class": 2, "seeds": (0, 1), "fractions": (1.0,), "noises": (0.2,)}


@pytest.fixture(scope="module")
def tasks():
    return task_problems(SETTINGS, 1, torch.device("cpu"))


def fits(tasks, member, width, seed):
    """Features and targets of one member, as the study has them."""
    units = np.random.default_rng(seed).standard_normal((64, width)) / 8

    def layer(problem):
        return np.tanh(problem["x"][member].numpy().astype(float) @ units), problem["targets"][member].numpy()

    return layer


def test_together_ends_at_the_least_norm_change_that_fits_all_that_is_left(tasks):
    """Two tasks: every fit is one projection, written with its pseudoinverse here."""
    width, member = 120, 1
    two = type(tasks)(tasks.train[:2], tasks.test[:2], tasks.stored[:2])
    found = heads_alone(two, width, np.random.default_rng(5))
    layer = fits(tasks, member, width, 5)
    (x1, y1), (x2, y2), (xs, ys) = layer(tasks.train[0]), layer(tasks.train[1]), layer(tasks.stored[0])
    first = np.linalg.pinv(x1) @ y1
    x, y = np.concatenate([x2, xs]), np.concatenate([y2, ys])
    joint = first + np.linalg.pinv(x) @ (y - x @ first)
    new = first + np.linalg.pinv(x2) @ (y2 - x2 @ first)
    after = new + np.linalg.pinv(xs) @ (ys - xs @ new)
    for schedule, head in (("together", joint), ("after", after)):
        for task in (0, 1):
            xt, yt = layer(tasks.test[task])
            expected = np.square(xt @ head - yt).sum(1).mean() / 2
            assert found[schedule][member, task] == pytest.approx(expected, rel=1e-6)


def test_a_gain_multiplies_what_a_unit_reads(tasks):
    loud, scaled = (np.random.default_rng(2) for _ in range(2))
    found = heads_alone(tasks, 90, loud, gain=30.0)

    class Scaled:
        """A generator whose draws are thirty times as large."""

        def standard_normal(self, shape):
            return 30.0 * scaled.standard_normal(shape)

    same = heads_alone(tasks, 90, Scaled())
    plain = heads_alone(tasks, 90, np.random.default_rng(2))
    for schedule, errors in found.items():
        np.testing.assert_allclose(errors, same[schedule])
        assert not np.allclose(errors, plain[schedule])


def test_the_third_task_rehearses_the_first_two(tasks):
    """After fits all that is stored: the last fit leaves no error on stored samples of either task."""
    moved = type(tasks)(tasks.train, tasks.stored, tasks.stored)
    errors = heads_alone(moved, 150, np.random.default_rng(3))
    assert errors["after"][:, :2].max() < 1e-12
    assert errors["together"].max() < 1e-12


def rows():
    frame = pd.DataFrame(
        [
            {"loss": loss, "fraction": 1.0, "noise": 0.0, "width": width, "seed": seed, "task": task}
            | {"schedule": schedule, "test_error": error + task / 10 + seed / 100}
            for loss in ("mse", "cross-entropy")
            for width in (8, 32)
            for seed in (0, 1)
            for task in (0, 1, 2)
            for schedule, error in (("together", 0.1), ("after", 0.3))
        ]
    )
    newest = (frame.task == 2) & (frame.schedule == "after")
    return frame.assign(test_error=frame.test_error + newest)


def test_differences_by_tasks_and_places():
    found = {which: difference(rows(), "after", "together", which) for which in ("old", "newest", "all")}
    assert found["old"].round(9).eq(0.2).all()
    assert found["newest"].round(9).eq(1.2).all()
    assert found["all"].round(9).eq(round(0.2 + 1 / 3, 9)).all()
    assert set(at(found["old"], width=8).index.names) == {"loss", "fraction", "noise", "seed"}
    means = by_loss(found["newest"])
    assert set(means) == {"mse", "cross-entropy"}
    assert list(means["mse"].index) == [0, 1]
