"""Rehearsal where only the head learns: exact projections, against the linear model's own rules."""

import numpy as np
import pandas as pd
import pytest
import torch

from manytasks import Tasks, theory
from manytasks.declarations import declarations
from manytasks.deep.sweeps.one_head import task_problems
from manytasks.streams import stream
from manytasks.studies.linear.linear_schedules import linear_differences
from manytasks.studies.networks.lone_heads import heads_alone, heads_by_width
from manytasks.studies.networks.schedules import at, by_loss, declared_differences, difference

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


def test_heads_of_every_kind_and_width_have_units_of_their_own(tasks):
    table = heads_by_width(tasks, [90, 120], {"smooth": 1.0, "loud": 30.0}, seed=4)
    assert len(table) == 2 * 2 * 2 * 2 * 3  # kinds, widths, schedules, members, tasks
    expected = heads_alone(tasks, 120, stream(4, "loud", 120), 30.0)["after"]
    one = table[(table.kind == "loud") & (table.p == 120) & (table.schedule == "after")]
    np.testing.assert_allclose(one.pivot(index="seed", columns="task", values="loss"), expected)


def schedule_rows():
    """Errors that name their place: each axis and schedule has a decimal place of its own."""
    order = {"together": 0, "after": 1, "4 rounds": 2, "after, equal steps": 3}
    return pd.DataFrame(
        {
            "loss": loss,
            "fraction": fraction,
            "noise": noise,
            "width": width,
            "seed": 0,
            "task": task,
            "schedule": schedule,
            "test_error": place * (1 + fraction + 10 * noise * 3 + (width == 128) * 7 + task * 11),
        }
        for loss in ("mse", "cross-entropy")
        for fraction in (0.0, 1.0)
        for noise in (0.0, 0.2)
        for width in (8, 128)
        for task in (0, 1, 2)
        for schedule, place in order.items()
    )


def test_declared_differences_are_those_of_the_declarations():
    """After errs more by 1 + fraction + 30 noise + 7 (at width 128) + 11 task; 4 rounds twice that."""
    found = {
        name: by_loss(values)["mse"].item()
        for name, (_, values) in declared_differences(schedule_rows()).items()
    }
    assert found == pytest.approx(
        {
            "dissimilar tasks with wrong labels: after errs less": -(1 + 1 + 6 + 3.5 + 11),
            "old tasks gain": -(1 + 1 + 3.5 + 5.5),
            "the newest task pays": 1 + 1 + 3.5 + 22,
            "dissimilar tasks speak for after": -1,
            "wrong labels speak for after": -6,
            "the newest task pays less in wide networks": -7,
            "turns give the newest task back": -(1 + 1 + 3.5 + 22),
        }
    )
    assert {f"O.32, {name}" for name in found} <= set(declarations())


def test_the_linear_model_has_the_same_names_and_the_theory_its_numbers():
    n, m, far = 40, 10, 200
    found = linear_differences(n, m, 100, far)
    assert list(found) == list(declared_differences(schedule_rows()))

    def gain(cosine, noise_var, p):
        """What together errs more than after, by task: the last rows of two error matrices."""
        problem = (Tasks.equiangular(3, cosine), n, m, p, noise_var)
        together, after = (
            theory.replay_error(*problem, rehearsal=way)[-1] for way in ("concurrent", "sequential")
        )
        return together - after

    clean, noisy = ({cosine: gain(cosine, s2, far) for cosine in (0, 1)} for s2 in (0, 0.5))
    np.testing.assert_allclose(found["the newest task pays"], -clean[0][-1])
    np.testing.assert_allclose(found["old tasks gain"], clean[0][:-1].mean())
    np.testing.assert_allclose(found["dissimilar tasks speak for after"], (clean[0] - clean[1]).mean())
    name = "dissimilar tasks with wrong labels: after errs less"
    np.testing.assert_allclose(found[name], noisy[0].mean())
    of_noise = [(noisy[cosine] - clean[cosine]).mean() for cosine in (0, 1)]
    np.testing.assert_allclose(found["wrong labels speak for after"], np.mean(of_noise))
    once, often = (
        theory.rehearsal_rounds(Tasks.equiangular(3, 0), n, m, far, 0, [rounds])[0, -1] for rounds in (1, 4)
    )
    np.testing.assert_allclose(found["turns give the newest task back"], once - often)
    near, wide = (gain(0, 0, p)[-1] for p in (100, 2400))
    np.testing.assert_allclose(found["the newest task pays less in wide networks"], wide - near)
