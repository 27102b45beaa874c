"""Tasks with one head for many small networks: what is stored, what is fitted when, how time is counted."""

import numpy as np
import pandas as pd
import pytest
import torch

from manytasks.deep.sweeps import one_head, rehearsal_schedule, training_length
from manytasks.deep.sweeps.bracket_forgetting import network_of
from manytasks.deep.sweeps.shared_trunk import problem_loss

CPU = torch.device("cpu")
SMALL = rehearsal_schedule.SMOKE | {"width": 4, "loss": "mse", "memory": 2, "first_steps": 3, "steps": 4}
SHORT = training_length.SMOKE | {"width": 4, "loss": "mse", "seeds": (0,)}


def problem(samples, value):
    """Two members whose samples are all alike."""
    return {
        "x": torch.full((2, samples, 3), float(value)),
        "targets": torch.full((2, samples, 10), float(value)),
        "head": torch.zeros(2, 1, dtype=int),
    }


def visits(schedule, steps=8):
    """What a schedule fits and for how many steps: samples of the problem, and steps."""
    seen = []

    def descend(theta, some, count):
        seen.append((one_head.size(some), count))
        return theta + count

    theta = rehearsal_schedule.rehearse(
        schedule, descend, torch.zeros(2, 1), problem(6, 1), problem(2, 2), steps
    )
    return seen, theta


def test_schedules_see_what_their_names_say():
    assert visits("together")[0] == [(8, 8)]
    assert visits("after")[0] == [(6, 8), (2, 8)]
    assert visits("4 rounds")[0] == [(6, 2), (2, 2)] * 4
    assert visits("after, equal steps")[0] == [(6, 6), (2, 2)]


@pytest.mark.parametrize("schedule", ["together", "after", "4 rounds"])
def test_every_sample_is_seen_equally_often(schedule):
    passes = sum(samples * steps for samples, steps in visits(schedule)[0])
    assert passes == 8 * 8


def test_an_unknown_schedule_is_refused():
    with pytest.raises(ValueError, match="schedule must be one of together, after"):
        visits("before")


def test_stored_samples_are_the_training_samples_with_their_labels():
    settings = SMALL | {"noises": (0.5,), "fractions": (1.0,)}
    tasks = one_head.task_problems(settings, 2, CPU)
    for train, stored in zip(tasks.train, tasks.stored, strict=True):
        for member in range(len(settings["seeds"])):
            rows = {
                x.numpy().tobytes(): t
                for x, t in zip(train["x"][member], train["targets"][member], strict=True)
            }
            kept = list(zip(stored["x"][member], stored["targets"][member], strict=True))
            assert len(kept) == 20
            assert all(torch.equal(rows[x.numpy().tobytes()], t) for x, t in kept)


def test_wrong_labels_are_in_training_only():
    clean, noisy = (one_head.task_problems(SMALL | {"noises": (share,)}, 0, CPU) for share in (0.0, 0.5))
    wrong = [
        float((a["targets"].argmax(-1) != b["targets"].argmax(-1)).float().mean())
        for a, b in zip(clean.train, noisy.train, strict=True)
    ]
    assert all(0.3 < share < 0.7 for share in wrong)
    assert all(torch.equal(a["targets"], b["targets"]) for a, b in zip(clean.test, noisy.test, strict=True))


def test_every_member_and_task_has_a_row_and_schedules_differ():
    rows = pd.DataFrame(rehearsal_schedule.measure(SMALL | {"schedules": ("together", "after")}, CPU))
    assert len(rows) == 2 * 2 * 2 * 2 * 3
    assert np.isfinite(rows.test_loss).all()
    pair = rows[(rows.noise == 0) & (rows.fraction == 0)].pivot_table(
        index=["seed", "task"], columns="schedule", values="test_loss"
    )
    assert (pair.together != pair.after).all()


def test_time_zero_is_the_start_and_anchors_lie_between():
    rows = pd.DataFrame(training_length.measure(SHORT | {"anchors": (0.0, 0.5, 1.0)}, CPU))
    same = rows[(rows.fraction == 1.0) & (rows.noise == 0.0)].set_index(["learned", "anchor", "time"])
    last = SHORT["times"][-1]
    assert same.loc[(1, 0.0, last)].train_1 == same.loc[(2, 1.0, 0.0)].train_1
    assert same.loc[(1, 0.0, 0.0)].train_1 == same.loc[(2, 0.0, 0.0)].train_1
    assert same.loc[(2, 0.5, 0.0)].train_1 not in (
        same.loc[(2, anchor, 0.0)].train_1 for anchor in (0.0, 1.0)
    )


def alone(settings):
    """First member, by hand: its weights at the start, loss, training and test problems."""
    network = network_of(settings)
    tasks = one_head.task_problems(settings, 0, CPU)
    first = lambda problem: {name: value[0] for name, value in problem.items()}  # noqa: E731
    theta = one_head.starts(network, settings, CPU)[0].requires_grad_()
    return theta, problem_loss(network, settings["loss"]), first(tasks.train[0]), tasks, first


def rows_of(settings):
    return pd.DataFrame(training_length.measure(settings, CPU)).set_index(["learned", "anchor", "time"])


def test_a_quarter_of_time_is_one_step_of_a_quarter_of_the_length():
    settings = SHORT | {"fractions": (1.0,), "noises": (0.0,), "times": (0.25, 1.0), "anchors": (1.0,)}
    theta, loss, train, _, _ = alone(settings)
    for length in (0.25, 0.75):
        (slope,) = torch.autograd.grad(loss(theta, train), theta)
        theta = (theta - settings["rate"] / settings["width"] * length * slope).detach().requires_grad_()
        time = 0.25 if length == 0.25 else 1.0
        found = rows_of(settings).loc[(1, 0.0, time)].train_1
        assert found == pytest.approx(loss(theta, train).item(), rel=1e-5)


def test_the_product_is_that_of_held_out_and_second_gradient():
    settings = SHORT | {"fractions": (1.0,), "noises": (0.0,), "times": (1.0,), "anchors": (0.0,)}
    theta, loss, _, tasks, first = alone(settings)
    slopes = [
        torch.autograd.grad(loss(theta, first(problem)), theta)[0]
        for problem in (tasks.test[0], tasks.train[1])
    ]
    found = rows_of(settings).loc[(2, 0.0, 0.0)].inner_test
    assert found == pytest.approx(float(slopes[0] @ slopes[1]), rel=1e-4)


def test_an_anchor_is_a_share_of_the_way():
    """One step only: the way is minus its slope, and half of it is a step of half the length."""
    base = SHORT | {"fractions": (1.0,), "noises": (0.0,)}
    whole = rows_of(base | {"times": (1.0,), "anchors": (0.3,)}).loc[(2, 0.3, 0.0)].train_1
    part = rows_of(base | {"times": (0.3,), "anchors": (1.0,)}).loc[(1, 0.0, 0.3)].train_1
    assert whole == pytest.approx(part, rel=1e-5)


def test_every_schedule_starts_where_the_first_task_ended():
    rows = {
        some: pd.DataFrame(rehearsal_schedule.measure(SMALL | {"schedules": some}, CPU)).query(
            "schedule == 'after'"
        )
        for some in (("after",), ("together", "after"))
    }
    np.testing.assert_array_equal(*(each.test_loss for each in rows.values()))


def test_the_buffer_holds_every_task_before(monkeypatch):
    seen = []

    def rehearse(schedule, descend, theta, new, buffer, steps):
        seen.append((one_head.size(new), one_head.size(buffer)))
        return theta

    monkeypatch.setattr(rehearsal_schedule, "rehearse", rehearse)
    list(rehearsal_schedule.measure(SMALL | {"schedules": ("after",)}, CPU))
    assert seen == [(100, 20), (100, 40)]
