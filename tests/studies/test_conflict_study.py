"""Directions against conflict by explicit penalties and by hand; changes of losses on made-up rows."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch.func import grad, vmap

from manytasks.studies.dynamics import conflict_remedies, multitask_methods
from manytasks.studies.dynamics.aggregated import aggregate, cosine, powers_of_a_step
from manytasks.studies.dynamics.multitask_methods import PLAIN, Method, direction, methods
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts
from manytasks.studies.dynamics.scaled_pairs import scaled_pairs
from manytasks.studies.dynamics.two_outputs import STUDENT, TEACHER, students, task_losses


def test_projections_of_two_gradients_by_hand():
    g = torch.tensor([[2.0, 0.0], [-1.0, 1.0]], dtype=torch.float64)
    expected = g[0] + g[1] - (g[0] @ g[1]) * (g[0] / g[0].square().sum() + g[1] / g[1].square().sum())
    for rule in ("PCGrad", "UPGrad"):
        torch.testing.assert_close(aggregate(rule, g), expected)
    agreeing = g.abs()
    torch.testing.assert_close(aggregate("PCGrad", agreeing), agreeing.sum(0))


def test_cagrad_goes_half_a_length_from_the_mean():
    g = normal(generator_of(1), 6, 2, 5)
    mean = g.mean(1)
    away = (aggregate("CAGrad", g) / 2 - mean).norm(dim=1)
    torch.testing.assert_close(away, mean.norm(dim=1) / 2)


def test_unknown_rules_are_refused():
    with pytest.raises(ValueError, match="rule must be one of"):
        aggregate("mean", torch.ones(2, 2))


@pytest.mark.parametrize("rule", ["PCGrad", "CAGrad"])
def test_a_step_leaves_its_field_with_a_power_more_when_it_is_corrected(rule):
    pairs = scaled_pairs("tanh", "squared", 4, 3)
    angles = [
        float(cosine(pairs.losses({name: value[i] for name, value in pairs.data.items()}), pairs.theta[i]))
        for i in range(4)
    ]
    i = int(np.argmin(angles))
    losses = pairs.losses({name: value[i] for name, value in pairs.data.items()})
    plain, corrected = powers_of_a_step(rule, losses, pairs.theta[i], [0.04, 0.02, 0.01])
    np.testing.assert_allclose([plain, corrected], [2, 3], atol=0.1)


def test_students_learn_noisy_labels_of_their_teachers():
    pupils = students(200, 1)
    teachers = starts(TEACHER, 200, 1, "teacher", scale=1.5)
    torch.testing.assert_close(pupils.test[1], vmap(TEACHER)(teachers, pupils.test[0]))
    noise = pupils.train[1] - vmap(TEACHER)(teachers, pupils.train[0])
    assert noise.shape == (200, 20, 2)
    np.testing.assert_allclose(noise.std(), 0.3, rtol=0.03)
    assert pupils.test[0].shape == (200, 100, 4)
    torch.testing.assert_close(pupils.theta[3], STUDENT.initial((1, "student", 3)))


@pytest.mark.parametrize(("conflict", "flatness"), [(0.3, 0.0), (0.0, 0.7), (-0.2, 0.4), (0.0, 0.0)])
def test_penalties_are_gradients_of_penalised_losses(conflict, flatness):
    pupils = students(3, 1)
    x, y = pupils.train

    def penalised(theta, x, y):
        g1, g2 = (grad(lambda t, i=i: task_losses(t, x, y)[i])(theta) for i in (0, 1))
        penalty = conflict * (g1 @ g2) + flatness / 4 * (g1 + g2).square().sum()
        return ((STUDENT(theta, x) - y) ** 2).sum() / (2 * len(x)) + penalty

    found = direction(Method(conflict=conflict, flatness=flatness))(pupils.theta, x, y)
    torch.testing.assert_close(found, vmap(grad(penalised))(pupils.theta, x, y))


def test_kept_length_is_that_of_the_plain_step():
    pupils = students(5, 1)
    plain, turned, kept = (
        direction(method)(pupils.theta, *pupils.train)
        for method in (Method(), Method("CAGrad"), Method("CAGrad", kept=True))
    )
    torch.testing.assert_close(kept.norm(dim=1), plain.norm(dim=1))
    torch.testing.assert_close(kept / kept.norm(dim=1)[:, None], turned / turned.norm(dim=1)[:, None])
    assert (turned.norm(dim=1) > 1.01 * plain.norm(dim=1)).any()


def test_changes_are_logarithms_against_plain_descent():
    pupils, h = students(3, 1), 0.1
    compared = {PLAIN: Method(), "CAGrad": Method("CAGrad")}
    found = multitask_methods.log_changes(pupils, compared, h, 20)
    assert list(found) == ["CAGrad"]

    def loss(theta, data):
        return torch.stack([task_losses(t, x, y).sum() for t, x, y in zip(theta, *data, strict=True)])

    ends, early = {}, None
    for name, method in compared.items():
        theta, move = pupils.theta, direction(method)
        for k in range(1, 21):
            theta = theta - h * move(theta, *pupils.train)
            early = loss(theta, pupils.train) if k == 2 else early
        ends[name] = early, loss(theta, pupils.train), loss(theta, pupils.test)
    for i, when in enumerate(("early", "training", "test")):
        np.testing.assert_allclose(found["CAGrad"][when], torch.log(ends["CAGrad"][i] / ends[PLAIN][i]))


def test_the_penalties_that_are_compared_scale_with_the_rate():
    for name, method in methods(0.2).items():
        half = methods(0.1)[name]
        assert (method.conflict, method.flatness) == (2 * half.conflict, 2 * half.flatness)
        sign = 1 if "+" in name else -1
        if "h" in name.rsplit(" ", 1)[-1]:
            assert sign * (method.conflict + method.flatness) > 0, name


def rows():
    losses = {"sum": 2.0, "PCGrad": 1.0, "in order": 4.0}
    return pd.DataFrame(
        [
            {"tasks": T, "fraction": f, "step": step, "seed": s, "task": t, "method": name, "penalty": 0.0,
             "train_loss": loss * (1 + s) * (1 + t) * (step / 100) ** -(loss / 4), "test_loss": loss**2 + s}
            for T in (2, 4) for f in (0.0, 1.0) for step in (50, 100) for s in (0, 1, 2) for t in range(T)
            for name, loss in losses.items()
        ]
    )  # fmt: skip


def test_changes_in_the_sweep_are_paired_by_seed():
    found = conflict_remedies.log_changes(rows(), ["PCGrad", "in order"])
    assert conflict_remedies.cells(rows()) == [(2, 0.0), (2, 1.0), (4, 0.0), (4, 1.0)]
    assert found.shape == (3, 2 * 2 * 4)
    np.testing.assert_allclose(found["train_loss", "PCGrad", 4, 1.0], -np.log(2))
    expected = np.log([16 / 4, 17 / 5, 18 / 6])
    np.testing.assert_allclose(found["test_loss", "in order", 2, 0.0], expected)


def test_a_method_that_is_not_in_the_table_is_an_error():
    with pytest.raises(KeyError):
        conflict_remedies.log_changes(rows(), ["CAGrad"])


def test_a_gain_is_worth_the_rate_that_gains_as_much():
    """Losses fall as one over the root of the rounds: 10 % more of them take half of log 1.1 off its log."""
    gains = {(2, 0.0): -0.5 * np.log(1.1), (4, 1.0): 0.0}
    found = conflict_remedies.worth_as_rate(rows(), gains)
    np.testing.assert_allclose([found[2, 0.0], found[4, 1.0]], [0.1, 0], atol=1e-12)
